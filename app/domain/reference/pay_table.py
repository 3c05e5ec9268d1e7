"""The grid of minimum pay as a table: a line for each age band, a column for each year of the contract."""

from dataclasses import dataclass
from decimal import Decimal

from app.domain.reference.pay import DIPLOMA_LABELS, PayGrid, PayRow


@dataclass(frozen=True, slots=True)
class PayTable:
    """`columns` are years, or diplomas already held, or empty; a line is a band's label and its amounts."""

    columns: tuple[str, ...]
    lines: tuple[tuple[str, tuple[Decimal | None, ...]], ...]


def pay_table(grid: PayGrid) -> PayTable:
    """Amounts in gross euros for a full-time month; None where the grid has no rule."""
    columns = tuple(dict.fromkeys(_column(row) for row in grid.rows if _column(row)))
    lines = tuple(
        (band.label, tuple(_amount(grid, band.label, column) for column in columns or ("",)))
        for band in grid.bands
    )
    return PayTable(columns, lines)


def _column(row: PayRow) -> str:
    return row.year_label or (DIPLOMA_LABELS[row.diploma] if row.diploma else "")


def _amount(grid: PayGrid, band: str, column: str) -> Decimal | None:
    """A band without years or diploma has the same amount in every column."""
    rows = [row for row in grid.rows if row.ages.label == band]
    row = next((row for row in rows if _column(row) in (column, "")), None)
    return row.monthly if row else None
