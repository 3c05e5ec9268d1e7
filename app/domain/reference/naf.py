"""Labels of activities (NAF rev. 2), from data/naf.tsv."""

from functools import cache
from pathlib import Path

_DATA = Path(__file__).with_name("data") / "naf.tsv"


@cache
def _labels() -> dict[str, str]:
    lines = _DATA.read_text(encoding="utf-8").splitlines()
    rows = (line.partition("\t") for line in lines if not line.startswith("#"))
    return {code: label for code, _, label in rows}


def naf_label(code: str) -> str | None:
    """« Boulangerie et boulangerie-pâtisserie » for 10.71C; None for a code that the nomenclature lacks."""
    return _labels().get(code)
