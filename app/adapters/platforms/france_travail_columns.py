"""The 124 columns of France Travail's file: their order and limits, as data, and the check of one line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from app.core.french import number_fr
from app.domain.diffusion.advert import FIELD_LABELS
from app.domain.diffusion.board import Problem

_DATA = Path(__file__).with_name("data") / "france_travail.tsv"
_ROME = re.compile(r"[A-N][0-9]{4}")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_QUOTED = re.compile(r'[|"\r\n]')


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `field` is the name of ours that mends it, « » when it is none of the employer's."""

    name: str
    kind: str
    limit: str
    required: bool
    field: str

    def fault(self, value: str) -> str | None:
        """What is wrong with a value, in French; None when it may be written."""
        if not value:
            return "manque" if self.required else None
        if self.kind == "texte":
            return self._too_long(value)
        return None if self._fits(value) else f"n’est pas de la forme attendue ({value[:40]})"

    def _too_long(self, value: str) -> str | None:
        over = len(value) - int(self.limit)
        if over <= 0:
            return None
        most = number_fr(int(self.limit))
        return f"dépasse {most} caractères : retirez-en au moins {number_fr(over)}"

    def _fits(self, value: str) -> bool:
        match self.kind:
            case "exact":
                return len(value) == int(self.limit)
            case "chiffres":
                return value.isascii() and value.isdigit() and len(value) == int(self.limit)
            case "liste":
                return value in self.limit.split()
            case "rome":
                return bool(_ROME.fullmatch(value))
            case "entier":
                low, _, high = self.limit.partition("-")
                if not (value.isascii() and value.isdigit()):
                    return False
                return int(low) <= int(value) and (not high or int(value) <= int(high))
            case "date":
                return _is_day(value)
            case _:
                return bool(_NUMBER.fullmatch(value))


def _is_day(value: str) -> bool:
    try:
        return datetime.strptime(value, "%d/%m/%Y").strftime("%d/%m/%Y") == value
    except ValueError:
        return False


@cache
def columns() -> tuple[Column, ...]:
    """All of them, in the order of the file."""
    lines = _DATA.read_text(encoding="utf-8").splitlines()
    cells = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return tuple(Column(cell[0], cell[1], cell[2], cell[3] == "oui", cell[4]) for cell in cells)


def headings() -> str:
    """The header row, without its end."""
    return "|".join(column.name for column in columns())


def written(values: Mapping[str, str]) -> str:
    """One row, without its end; a column that isn't given is empty."""
    return "|".join(_cell(values.get(column.name, "")) for column in columns())


def _cell(value: str) -> str:
    return '"' + value.replace('"', '""') + '"' if _QUOTED.search(value) else value


def faults(values: Mapping[str, str]) -> tuple[Problem, ...]:
    """What France Travail would refuse of a row, in French, with the field of ours that mends it."""
    unknown = values.keys() - {column.name for column in columns()}
    if unknown:
        raise ValueError(f"unknown columns: {sorted(unknown)}")
    return tuple(
        _problem(column, fault)
        for column in columns()
        if (fault := column.fault(values.get(column.name, ""))) is not None
    )


def fitted(values: Mapping[str, str]) -> Mapping[str, str]:
    """A row that asks for a removal: nobody reads its texts, and none of them may sink the file."""
    kept = dict(values)
    for column in columns():
        value = kept.get(column.name, "")
        if value and column.fault(value) is not None:
            kept[column.name] = value[: int(column.limit)] if column.kind == "texte" else ""
    return kept


def _problem(column: Column, fault: str) -> Problem:
    if column.field:
        label = FIELD_LABELS[column.field]
        return Problem(column.field, f"« {label} » {fault}.", code=column.name)
    return Problem("", f"Colonne {column.name} : {fault}.", code="colonne")
