"""What the board accepts as a job: each name, its type, its length or its domain; nothing else."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

Check = Callable[[Any], bool]


def _text(shortest: int, longest: int, *, pattern: str = ".*") -> Check:
    found = re.compile(pattern, re.DOTALL)
    return lambda value: (
        isinstance(value, str)
        and shortest <= len(value.strip())
        and len(value) <= longest
        and found.fullmatch(value) is not None
    )


def _whole(lowest: int, highest: int) -> Check:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest


def _degrees(most: int) -> Check:
    return lambda value: isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= most


def _day(value: Any) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and date.fromisoformat(value) is not None
    except ValueError:
        return False


def _or_null(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _all(check: Check) -> Check:
    return lambda value: isinstance(value, list) and value != [] and all(map(check, value))


def _among(*words: str) -> Check:
    return lambda value: isinstance(value, str) and value in words


_ADDRESS = _text(1, 2000, pattern=r"https?://\S+")
_COMPANY: Mapping[str, Check] = {
    "name": _text(1, 255),
    "siret": _text(14, 14, pattern=r"\d{14}"),
    "about": _or_null(_text(0, 3000)),
}
_LOCATION: Mapping[str, Check] = {
    "street": _or_null(_text(0, 255)),
    "postcode": _text(5, 5, pattern=r"\d{5}"),
    "city": _text(1, 100),
    "commune_code": _or_null(_text(5, 5, pattern=r"[0-9AB]{5}")),
    "latitude": _or_null(_degrees(90)),
    "longitude": _or_null(_degrees(180)),
}
_JOB: Mapping[str, Check | Mapping[str, Check]] = {
    "externalId": _text(1, 40, pattern=r"\S+"),
    "url": _ADDRESS,
    "title": _text(3, 100),
    "description": _text(1, 20_000),
    "company": _COMPANY,
    "location": _LOCATION,
    "contract_types": _all(_among("apprenticeship", "professionalisation")),
    "duration_months": _whole(1, 60),
    "start_on": _day,
    "level": _whole(3, 7),
    "rome_codes": _all(_text(5, 5, pattern=r"[A-N]\d{4}")),
    "remote": _among("onsite", "hybrid", "remote"),
    "openings": _whole(1, 99),
    "expires_on": _day,
    "status": _among("online", "suspended"),
}
_REQUIRED = ("externalId", "url", "title", "description", "company", "location", "contract_types")


def problem_of(body: Mapping[str, Any]) -> dict[str, str] | None:
    """The body of the 422 for the first thing that is wrong; None when all is right."""
    for name in sorted(set(body) - set(_JOB)) + [one for one in _REQUIRED if one not in body]:
        return {"code": "schema", "field": name, "message": "champ inconnu ou absent"}
    for name, value in body.items():
        if not _is_right(_JOB[name], value):
            return {
                "code": "range",
                "field": name,
                "message": "type, longueur ou valeur hors de ce qui est admis",
            }
    return None


def _is_right(check: Check | Mapping[str, Check], value: Any) -> bool:
    if not isinstance(check, Mapping):
        return check(value)
    if not isinstance(value, Mapping) or set(value) != set(check):
        return False
    return all(each(value[name]) for name, each in check.items())
