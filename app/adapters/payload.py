"""Reading what a partner wrote: JSON of bounded depth, fields that may be absent or of another kind."""

import json
import math
import unicodedata
from datetime import date
from typing import Any, NoReturn

_MAX_DEPTH = 32
# Controls of bidirectional text, that make a name read as another; joiners stay, some scripts need them.
_BIDI = frozenset("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_UNWANTED = frozenset({"Cc", "Cs", "Co", "Cn"})


class Unreadable(ValueError):
    """The body isn't JSON that can be accepted."""


class SchemaDrift(ValueError):
    """A required field is missing or of another kind; the message names the field, never its value."""


def _refused(text: str) -> NoReturn:
    raise Unreadable(text)


def read_json(body: bytes) -> Any:
    """Parse JSON (UTF-8, no NaN, 32 levels at most); raises Unreadable."""
    try:
        value = json.loads(body.decode("utf-8-sig"), parse_constant=_refused)
    except (ValueError, RecursionError):
        raise Unreadable("json") from None
    _check_depth(value)
    return value


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(_MAX_DEPTH):
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return
    _refused("depth")


def clean(text: str, *, limit: int = 255) -> str:
    """Text on one line, without controls nor signs that turn the writing direction, cut at `limit`."""
    normal = unicodedata.normalize("NFC", text[: limit * 4])
    kept = "".join(
        " " if sign in "\t\n\r\u2028\u2029" else sign
        for sign in normal
        if sign in "\t\n\r" or (sign not in _BIDI and unicodedata.category(sign) not in _UNWANTED)
    )
    return " ".join(kept.split())[:limit].strip()


def text(source: dict[str, Any], name: str, *, limit: int = 255) -> str | None:
    """An optional text field, cleaned; None when it is absent, empty or of another kind."""
    value = source.get(name)
    return clean(value, limit=limit) or None if isinstance(value, str) else None


def required_text(source: dict[str, Any], name: str, *, limit: int = 255) -> str:
    """A text field that must be there; raises SchemaDrift."""
    value = text(source, name, limit=limit)
    if value is None:
        raise SchemaDrift(name)
    return value


def number(source: dict[str, Any], name: str) -> float | None:
    """A finite number, given as such or in a string; None otherwise."""
    value = source.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def day(source: dict[str, Any], name: str) -> date | None:
    """A date written YYYY-MM-DD; None otherwise."""
    value = source.get(name)
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def flag(source: dict[str, Any], name: str) -> bool:
    """True only when the field says true."""
    return source.get(name) is True


def mapping(source: Any, name: str) -> dict[str, Any]:
    """An optional object; empty when absent or of another kind."""
    value = source.get(name) if isinstance(source, dict) else None
    return value if isinstance(value, dict) else {}


def mappings(source: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of an optional list."""
    value = source.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def required_list(source: Any, name: str) -> list[Any]:
    """A list that must be there; raises SchemaDrift."""
    value = source.get(name) if isinstance(source, dict) else None
    if not isinstance(value, list):
        raise SchemaDrift(name)
    return value
