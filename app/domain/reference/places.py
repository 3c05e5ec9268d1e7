"""Communes, départements and regions of France (Insee, COG 2026), found by name or postcode."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from app.core.geo import Point
from app.core.identifiers import CommuneCode, InvalidIdentifier
from app.domain.reference.place_table import fold, place_table, small_table

MAYOTTE = "976"
"""The département whose SMIC is its own."""

_LONGEST_QUERY = 100
_POSTCODE = re.compile(r"[0-9]{5}")
_AREA = re.compile(r"[0-9]{2,5}|2[ab]")
# What people shorten: « st denis », « ste-foy », « chalon s/ saone ».
_SHORTENED = {"st": "saint", "ste": "sainte", "sts": "saints"}
_ON = re.compile(r"\bs/", re.IGNORECASE)
_ORDINAL = re.compile(r"0?([0-9]{1,2})(?:e|eme|er|ere)?")
_TAIL = re.compile(r"\b(?:cedex.*|arrondissements?|arrdt|ardt)\b")


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune, or an arrondissement of Paris, Lyon or Marseille (`parent` is then the city's code)."""

    code: CommuneCode
    name: str
    postcodes: tuple[str, ...]
    department: str
    region: str
    population: int
    point: Point | None
    parent: CommuneCode | None = None

    @property
    def label(self) -> str:
        """« Rodez (12000) », or « Marseille (13) » where there are several postcodes."""
        return f"{self.name} ({self.postcodes[0] if len(self.postcodes) == 1 else self.department})"


def commune_by_code(code: str) -> Commune | None:
    """The commune with this Insee code, or None."""
    try:
        row = place_table().row_of(CommuneCode(code))
    except InvalidIdentifier:
        return None
    return None if row is None else _commune(row)


def communes_by_postcode(postcode: str) -> list[Commune]:
    """Communes delivered by a postcode, most populated first; for a large city its arrondissement alone."""
    compact = "".join(postcode[:_LONGEST_QUERY].split())
    if not _POSTCODE.fullmatch(compact):
        return []
    return _finest([_commune(row) for row in place_table().postcodes.rows_with(f" {compact} ")])


def search_communes(text: str, limit: int = 10) -> list[Commune]:
    """Communes by name, by postcode or its beginning, or both: same name first, then the most populated."""
    words = _words(text)
    if not words or limit < 1:
        return []
    names = [word for word in words if not _AREA.fullmatch(word)]
    areas = [word for word in words if _AREA.fullmatch(word)]
    # « paris 11 » is a name; « rodez 12000 » is a name and a postcode.
    found = list(islice(_named([_ordinal(word) for word in words]), limit)) if names else []
    if not found and areas:
        found = _lying_in(areas, names)[:limit]
    communes = [_commune(row) for row in found]
    return _finest(communes) if any(len(area) == 5 for area in areas) else communes


def department_name(code: str) -> str | None:
    """« Aveyron » for 12; overseas communities too."""
    row = small_table("departements.tsv").get(code)
    return row[0] if row else None


def region_name(code: str) -> str | None:
    """« Occitanie » for 76."""
    row = small_table("regions.tsv").get(code)
    return row[0] if row else None


def departments() -> tuple[tuple[str, str], ...]:
    """Code and name of every département and overseas community, in the order of codes."""
    return tuple((code, row[0]) for code, row in sorted(small_table("departements.tsv").items()))


def _words(text: str) -> list[str]:
    folded = " ".join(fold(_ON.sub("sur ", text[:_LONGEST_QUERY])).split())
    return [_SHORTENED.get(word, word) for word in _TAIL.sub("", folded).split()]


def _ordinal(word: str) -> str:
    # « Paris 11 », « Paris 11ème » and « Paris 11e » are one arrondissement.
    match = _ORDINAL.fullmatch(word)
    if match is None:
        return word
    return "1er" if match[1] == "1" else f"{match[1]}e"


def _named(words: list[str]) -> Iterator[int]:
    names = place_table().names
    exact = list(names.rows_with(f"\n {' '.join(words)} \n"))
    yield from exact
    starts = [f" {word}" for word in words]
    rarest = min(starts, key=names.text.count)
    for row in names.rows_with(rarest):
        if row not in exact and all(start in names[row] for start in starts):
            yield row


def _lying_in(areas: list[str], names: list[str]) -> list[int]:
    table = place_table()
    rows = [
        row
        for row in table.postcodes.rows_with(f" {areas[0]}")
        if all(f" {area}" in table.postcodes[row] for area in areas)
        and all(f" {name}" in table.names[row] for name in names)
    ]
    same = f" {' '.join(names)} "
    return sorted(rows, key=lambda row: table.names[row] != same)


def _finest(communes: Iterable[Commune]) -> list[Commune]:
    found = list(communes)
    cities = {commune.parent for commune in found}
    return [commune for commune in found if commune.code not in cities]


def _commune(row: int) -> Commune:
    code, name, postcodes, department, region, population, lat, lon, parent = place_table().fields(row)
    return Commune(
        code=CommuneCode(code),
        name=name,
        postcodes=tuple(postcodes.split()),
        department=department,
        region=region,
        population=int(population),
        point=Point(float(lat), float(lon)) if lat else None,
        parent=CommuneCode(parent) if parent else None,
    )
