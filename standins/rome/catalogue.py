"""The jobs that the simulated ROME knows: their appellations with invented OGR codes, and their sheets."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__)
# The public list of codes and labels is the portal's own data file: the partner speaks of the same jobs.
_DATA = _HERE.parents[2] / "app" / "domain" / "reference" / "data"
_CODE = re.compile(r"[A-N][0-9]{4}")
_FIRST_OGR = 900_001


def _rows(path: Path) -> Iterator[list[str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield [cell.strip() for cell in line.split("\t")]


@cache
def labels() -> dict[str, str]:
    """ROME code → label, for every code."""
    rows = _rows(_DATA / "rome_codes.tsv")
    return {cells[0]: cells[1] for cells in rows if len(cells) > 1 and _CODE.fullmatch(cells[0])}


@cache
def appellations() -> tuple[dict[str, Any], ...]:
    """An appellation for each code, then one for each everyday job, as the service shapes them.

    The OGR codes are invented.
    """
    everyday = (
        (cells[1], f"{_capital(cells[2])} / {_capital(cells[3])}")
        for cells in _rows(_DATA / "everyday_jobs.tsv")
        if len(cells) > 3 and cells[1] in labels()
    )
    return tuple(
        {
            "code": str(_FIRST_OGR + rank),
            "libelle": label,
            "libelleCourt": label,
            "metier": {"code": code, "libelle": labels()[code]},
        }
        for rank, (code, label) in enumerate((*sorted(labels().items()), *everyday))
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@cache
def _written() -> dict[str, dict[str, list[str]]]:
    content: dict[str, dict[str, list[str]]] = json.loads(
        _HERE.with_name("fiches.json").read_text(encoding="utf-8")
    )
    return content


def sheet(code: str) -> dict[str, Any] | None:
    """The sheet of a code, or None when the code doesn't exist."""
    label = labels().get(code)
    if label is None:
        return None
    groups = _written().get(code) or {
        "Production": [f"Exercer le métier : {label}", "Organiser son travail selon les consignes"],
        "savoirs": ["Règles de sécurité"],
    }
    skills = [
        {"enjeu": {"code": str(rank), "libelle": name}, "competences": _items(names, first=rank * 100)}
        for rank, (name, names) in enumerate(groups.items(), 1)
        if name != "savoirs"
    ]
    knowledge = {"code": "1", "libelle": "Domaines d'expertise"}
    return {
        "obsolete": False,
        "code": code,
        "metier": {"code": code, "libelle": label},
        "groupesCompetencesMobilisees": skills,
        "groupesSavoirs": [
            {"categorieSavoirs": knowledge, "savoirs": _items(groups["savoirs"], first=9000, kind="SAVOIR")}
        ],
    }


def _items(names: list[str], *, first: int, kind: str = "COMPETENCE-DETAILLEE") -> list[dict[str, str]]:
    return [
        {"type": kind, "code": str(first + rank), "libelle": name, "codeOgr": str(first + rank)}
        for rank, name in enumerate(names)
    ]
