"""The eleven OPCOs and the two tables that suggest one, read from committed files."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.core.identifiers import Siren

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class OpcoEntry:
    """One OPCO. `label`: the exact one of public job services; `short_name`: the one people read."""

    code: str
    siren: Siren
    label: str
    short_name: str
    siro_name: str


@lru_cache(maxsize=1)
def all_opcos() -> tuple[OpcoEntry, ...]:
    """The eleven, in the order of France compétences' codes."""
    source = tomllib.loads((_DATA / "opcos.toml").read_text(encoding="utf-8"))
    return tuple(OpcoEntry(**dict(row, siren=Siren(row["siren"]))) for row in source["opco"])


def opco_entry(code: str) -> OpcoEntry | None:
    """The OPCO with this code, or None."""
    return next((entry for entry in all_opcos() if entry.code == code), None)


def opco_choices() -> list[tuple[str, str]]:
    """(code, name) pairs for forms, in alphabetical order."""
    return sorted(
        ((entry.code, entry.short_name) for entry in all_opcos()), key=lambda pair: pair[1].casefold()
    )


@lru_cache(maxsize=1)
def idcc_table() -> dict[int, str]:
    """Collective agreement (IDCC) → code of the OPCO. A third-party table: a suggestion, never an answer."""
    return {int(row[0]): row[1] for row in _rows("idcc_opco.tsv")}


@lru_cache(maxsize=1)
def naf_hints() -> dict[str, str]:
    """Beginning of a NAF code (with its dot) → code of the OPCO, where one is very likely."""
    return {row[0]: row[1] for row in _rows("naf_hints.tsv")}


def naf_controls() -> list[tuple[str, str, int]]:
    """(beginning of a NAF code, OPCO, usual IDCC): what the tests compare with the table of agreements."""
    return [(row[0], row[1], int(row[2])) for row in _rows("naf_hints.tsv") if row[2] != "-"]


def _rows(name: str) -> list[list[str]]:
    lines = (_DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]
