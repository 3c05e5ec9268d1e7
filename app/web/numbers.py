"""Whole numbers of addresses and forms, whatever was written there in their place."""

from typing import Any

from flask import request
from werkzeug.routing import IntegerConverter, Map

# What an INTEGER column holds: PostgreSQL refuses to compare it with more.
LARGEST = 2**31 - 1


class RowNumber(IntegerConverter):
    """`<int:number>` of an address: a row has no number beyond this, so that the page isn't found."""

    def __init__(self, url_map: Map, *args: Any, **options: Any) -> None:
        super().__init__(url_map, *args, **{"max": LARGEST, **options})


def whole_number(text: str, *, otherwise: int = -1) -> int:
    """The number that these digits write, nine at most; `otherwise` for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else otherwise


def page_asked() -> int:
    """« ?page= » of the address, from 1."""
    return max(1, min(whole_number(request.args.get("page", ""), otherwise=1), 10_000))
