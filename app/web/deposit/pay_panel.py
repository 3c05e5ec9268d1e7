"""« Salaire minimum » for the present answers of a draft."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.offers.deposit import Workplace
from app.domain.reference.legal import legal_values
from app.domain.reference.pay import DIPLOMA_LABELS, PARAMETERS, Contract, PayGrid, PayRow, minimum_pay
from app.domain.reference.places import MAYOTTE


@dataclass(frozen=True, slots=True)
class PayPanel:
    """The grid as a table: one line an age band, one column a year (or a diploma already held)."""

    grid: PayGrid
    start: date | None
    columns: tuple[str, ...]
    lines: tuple[tuple[str, tuple[Decimal | None, ...]], ...]
    notice: str | None


def pay_panel(*, start: date | None, contract_types: list[str], workplace: Workplace | None) -> PayPanel:
    """One statement. Both contracts chosen: the apprentice's grid is shown."""
    only_professionalisation = contract_types == [Contract.PROFESSIONALISATION.value]
    contract = Contract.PROFESSIONALISATION if only_professionalisation else Contract.APPRENTICESHIP
    mayotte = workplace is not None and (workplace.commune_code or workplace.postcode).startswith(MAYOTTE)
    grid = minimum_pay(
        parameters=legal_values(*PARAMETERS), start=start, mayotte=mayotte, contract=contract
    )
    columns = tuple(dict.fromkeys(_column(row) for row in grid.rows if _column(row)))
    lines = tuple(
        (band.label, tuple(_amount(grid, band.label, column) for column in columns or ("",)))
        for band in grid.bands
    )
    return PayPanel(grid, start, columns, lines, grid.notice())


def _column(row: PayRow) -> str:
    return row.year_label or (DIPLOMA_LABELS[row.diploma] if row.diploma else "")


def _amount(grid: PayGrid, band: str, column: str) -> Decimal | None:
    """The floor of a cell; a band without years or diploma has the same in every column."""
    rows = [row for row in grid.rows if row.ages.label == band]
    exact = next((row for row in rows if _column(row) == column), None)
    whole = next((row for row in rows if not _column(row)), None)
    row = exact or whole
    return row.monthly if row else None
