"""Job sheets: for each job most asked in apprenticeship, an advert written by hand.

One TOML file per letter of the ROME (`data/sheets/d_commerce.toml`), one table per ROME code. A file is
read when one of its codes is first asked for, then kept.
"""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.core.french import typo

_FOLDER = Path(__file__).parent / "data" / "sheets"


@dataclass(frozen=True)
class Sheet:
    """The advert of one job. `about` is 2 to 4 sentences; tasks are infinitives; skills are short nouns."""

    code: str
    about: str
    tasks: tuple[str, ...]
    skills: tuple[str, ...]
    regulated_for_minors: bool


def sheet_for(rome_code: str) -> Sheet | None:
    """Return the sheet of a ROME code, or None when nobody has written one."""
    return _sheets_of_letter(rome_code[:1].upper()).get(rome_code.upper())


def all_sheets() -> list[Sheet]:
    """Return every sheet, in the order of the codes."""
    letters = sorted({path.name[0].upper() for path in _FOLDER.glob("*.toml")})
    return [sheet for letter in letters for _, sheet in sorted(_sheets_of_letter(letter).items())]


@lru_cache(maxsize=26)
def _sheets_of_letter(letter: str) -> dict[str, Sheet]:
    if not letter.isalpha():
        return {}
    sheets: dict[str, Sheet] = {}
    for path in sorted(_FOLDER.glob(f"{letter.lower()}_*.toml")):
        with path.open("rb") as source:
            tables = tomllib.load(source)
        for code, table in tables.items():
            sheets[code] = Sheet(
                code=code,
                about=typo(table["about"]),
                tasks=tuple(typo(task) for task in table["tasks"]),
                skills=tuple(typo(skill) for skill in table["skills"]),
                regulated_for_minors=table["regulated_for_minors"],
            )
    return sheets
