"""A street in 26 signs, as postal and partners' forms want it: abbreviated by usage, never cut."""

import re
import unicodedata
from dataclasses import dataclass
from typing import ClassVar

_NUMBER = re.compile(r"(\d{1,4})\s*(bis|ter|quater|[A-Za-z])?\b[\s,]*(?=\S)", re.IGNORECASE)
_SHORT = {
    "allee": "ALL", "allees": "ALL", "avenue": "AV", "boulevard": "BD", "centre": "CTRE", "chemin": "CHE",
    "cours": "CRS", "faubourg": "FBG", "impasse": "IMP", "lotissement": "LOT", "parc": "PARC",
    "passage": "PAS", "place": "PL", "promenade": "PROM", "quartier": "QUA", "residence": "RES",
    "route": "RTE", "ruelle": "RLE", "square": "SQ", "zone": "Z", "artisanale": "A", "industrielle": "I",
    "saint": "ST", "sainte": "STE", "general": "GAL", "marechal": "MAL", "docteur": "DR",
    "professeur": "PR", "president": "PDT", "commandant": "CDT", "capitaine": "CPT", "colonel": "CNL",
    "lieutenant": "LT", "commerciale": "C", "activites": "ACT", "technopole": "TECHN",
}  # fmt: skip
_SMALL = {"de", "du", "des", "la", "le", "les", "d", "l", "et", "au", "aux", "en", "sur"}


@dataclass(frozen=True, slots=True)
class Street:
    """Number, name, and what had to go on a second line."""

    LONGEST: ClassVar[int] = 26

    number: str = ""
    name: str = ""
    more: str = ""


def street_of(line: str) -> Street | None:
    """The parts of « 12 bis rue de l’Embergue »; None when it can't be said in two lines of 26 signs."""
    match = _NUMBER.match(line)
    number = f"{match[1]}{(match[2] or '')[:1].upper()}" if match else ""
    rest = line[match.end() :] if match else line
    if len(rest) <= Street.LONGEST:
        return Street(number, rest)
    words = [_SHORT.get(_fold(word), word) for word in re.split(r"[\s'’,]+", rest) if word]
    for kept in (words, [word for word in words if _fold(word) not in _SMALL]):
        if len(" ".join(kept)) <= Street.LONGEST:
            return Street(number, " ".join(kept))
    return _in_two(number, kept)


def _in_two(number: str, words: list[str]) -> Street | None:
    for cut in range(len(words) - 1, 0, -1):
        first, second = " ".join(words[:cut]), " ".join(words[cut:])
        if len(first) <= Street.LONGEST and len(second) <= Street.LONGEST:
            return Street(number, first, second)
    return None


def _fold(word: str) -> str:
    return unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().casefold()
