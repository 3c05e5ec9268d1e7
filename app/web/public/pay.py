"""« Salaire minimum » of an offer, for those who read it."""

from dataclasses import dataclass

from app.core.french import date_fr, euro
from app.domain.offers.models import Offer
from app.domain.reference.pay import Contract, PayGrid, minimum_pay
from app.domain.reference.pay_table import PayTable, pay_table
from app.domain.reference.places import MAYOTTE
from app.web.legal_pay import pay_values

_COMMON_AGE = 18
_AGREEMENT = "La convention collective de l’entreprise peut prévoir plus."


@dataclass(frozen=True, slots=True)
class PayPanel:
    """A table of floors; or, while the SMIC of that day isn't known, one sentence and no table."""

    grid: PayGrid
    table: PayTable
    sentence: str | None


def pay_panel(offer: Offer) -> PayPanel:
    """The grid of the offer's contract; where both are possible the apprentice's is shown, and named."""
    only_professionalisation = offer.contract_types == [Contract.PROFESSIONALISATION.value]
    grid = minimum_pay(
        parameters=pay_values(),
        start=offer.start_on,
        mayotte=(offer.commune_code or offer.postcode).startswith(MAYOTTE),
        contract=Contract.PROFESSIONALISATION if only_professionalisation else Contract.APPRENTICESHIP,
    )
    return PayPanel(grid, pay_table(grid), _sentence(grid) if grid.uncertain else None)


def _sentence(grid: PayGrid) -> str:
    """Never an amount as settled before the SMIC of the day is known."""
    row = grid.at(_COMMON_AGE)
    if row is None:
        return f"Le SMIC du {date_fr(grid.start)} n’est pas connu. Nous n’annonçons pas de montant."
    return (
        f"Le SMIC du {date_fr(grid.start)} n’est pas encore connu. Avec le dernier connu : "
        f"au moins {euro(row.monthly)} brut par mois {row.ages.phrase}, la première année. {_AGREEMENT}"
    )
