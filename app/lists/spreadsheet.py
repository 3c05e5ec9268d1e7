"""Lines of a CSV file that spreadsheets open well and never take for formulas."""

import csv
import io
from collections.abc import Iterable, Sequence

BOM = "\ufeff"
# Signs by which a spreadsheet takes a text for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(lines: Iterable[Sequence[str]]) -> str:
    """Lines of a CSV file, `;` between cells, none of which is a formula."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(map(_safe, lines))
    return text.getvalue()


def _safe(line: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"'{cell}" if cell.lstrip(" \u00a0").startswith(_FORMULA) else cell for cell in line)
