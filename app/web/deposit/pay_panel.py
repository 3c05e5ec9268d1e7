"""« Salaire minimum » for the present answers of a draft."""

from dataclasses import dataclass
from datetime import date

from app.domain.offers.deposit import Workplace
from app.domain.reference.pay import Contract, PayGrid, minimum_pay
from app.domain.reference.pay_table import PayTable, pay_table
from app.domain.reference.places import MAYOTTE
from app.web.legal_pay import pay_values


@dataclass(frozen=True, slots=True)
class PayPanel:
    """The table of floors; `notice` while the SMIC of that day isn’t known."""

    grid: PayGrid
    start: date | None
    table: PayTable
    notice: str | None


def pay_panel(*, start: date | None, contract_types: list[str], workplace: Workplace | None) -> PayPanel:
    """Both contracts chosen: the apprentice's grid is shown."""
    only_professionalisation = contract_types == [Contract.PROFESSIONALISATION.value]
    contract = Contract.PROFESSIONALISATION if only_professionalisation else Contract.APPRENTICESHIP
    mayotte = workplace is not None and (workplace.commune_code or workplace.postcode).startswith(MAYOTTE)
    grid = minimum_pay(parameters=pay_values(), start=start, mayotte=mayotte, contract=contract)
    return PayPanel(grid, start, pay_table(grid), grid.notice())
