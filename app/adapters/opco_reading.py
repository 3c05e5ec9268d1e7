"""Reading what the registers of OPCOs wrote: which of the eleven is named, which agreement."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

from app.adapters.payload import SchemaDrift, clean
from app.domain.opco.decision import NO_AGREEMENT
from app.domain.opco.register import all_opcos

# What registers write for « no OPCO ».
_NOBODY = "nc"


def named_opco(*, name: str | None, code: str | None = None, siren: str | None = None) -> str | None:
    """The code of the OPCO, by its number first, else by its name; None when nobody is named.

    Raises SchemaDrift on an unknown OPCO, and on a number and a name that contradict one another.
    """
    plain = _plain(name or "")
    if plain == _NOBODY or not (plain or code or siren):
        return None
    by_number = _by_number(code=code, siren=siren)
    by_name = _names().get(plain)
    if by_number and by_name and by_number != by_name:
        raise SchemaDrift("opco")
    found = by_number or by_name
    if found is None:
        raise SchemaDrift("opco")
    return found


def _by_number(*, code: str | None, siren: str | None) -> str | None:
    for entry in all_opcos():
        if code is not None and entry.code == code.zfill(2):
            return entry.code
        if siren is not None and entry.siren == siren:
            return entry.code
    return None


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return {
        _plain(name): entry.code
        for entry in all_opcos()
        for name in (entry.short_name, entry.siro_name, entry.label)
    }


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFD", name.casefold())
    return re.sub(r"[^a-z0-9]", "", text)


def agreement(value: Any) -> int | None:
    """The number of a collective agreement, given as a number or in a string; None when it says nothing."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = clean(str(value), limit=20)
    if not re.fullmatch(r"[0-9]{1,5}", text):
        return None
    number = int(text)
    return None if number in NO_AGREEMENT else number


def lower_keys(value: Any) -> Any:
    """The same content with keys in lower case: one register writes them now `opcoName`, now `OpcoName`."""
    if isinstance(value, dict):
        return {str(name).lower(): lower_keys(item) for name, item in value.items()}
    if isinstance(value, list):
        return [lower_keys(item) for item in value]
    return value
