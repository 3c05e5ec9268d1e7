"""The part of JSON Schema that partners' published shapes use; gives what is wrong, path by path."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

_KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


def problems(value: Any, schema: dict[str, Any], path: str = "", *, closed: bool = True) -> Iterator[str]:
    """What breaks the schema; `closed`: a field that it doesn't name is wrong too."""
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        yield f"{path}: {type(value).__name__}, not {kinds}"
        return
    if value is None:
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} isn't one of {schema['enum']}"
    if isinstance(value, str):
        yield from _text(value, schema, path)
    if isinstance(value, int | float) and "minimum" in schema and value < schema["minimum"]:
        yield f"{path}: {value} is under {schema['minimum']}"
    if isinstance(value, list) and "items" in schema:
        for rank, item in enumerate(value):
            yield from problems(item, schema["items"], f"{path}[{rank}]", closed=closed)
    if isinstance(value, dict) and "properties" in schema:
        yield from _members(value, schema, path, closed=closed)


def _members(value: dict[str, Any], schema: dict[str, Any], path: str, *, closed: bool) -> Iterator[str]:
    for name in schema.get("required", []):
        if name not in value:
            yield f"{path}.{name}: missing"
    for name, item in value.items():
        if name in schema["properties"]:
            yield from problems(item, schema["properties"][name], f"{path}.{name}", closed=closed)
        elif closed:
            yield f"{path}.{name}: unknown"


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _KINDS[kind])


def _text(value: str, schema: dict[str, Any], path: str) -> Iterator[str]:
    if len(value) < schema.get("minLength", 0):
        yield f"{path}: shorter than {schema['minLength']}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{path}: {value!r} doesn't match {schema['pattern']}"
    if schema.get("format") == "date-time" and datetime.fromisoformat(value).tzinfo is None:
        yield f"{path}: {value!r} has no offset"
    if schema.get("format") == "uri" and not re.match(r"https?://", value):
        yield f"{path}: {value!r} is no address"
