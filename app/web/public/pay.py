"""« Salaire minimum » of an offer, for those who read it."""

from dataclasses import dataclass

from flask import current_app

from app.core import clock
from app.core.french import date_fr, euro
from app.domain.offers.models import Offer
from app.domain.reference.legal import legal_values
from app.domain.reference.legal_values import LegalValue
from app.domain.reference.pay import PARAMETERS, Contract, PayGrid, minimum_pay
from app.domain.reference.pay_table import PayTable, pay_table
from app.domain.reference.places import MAYOTTE

_COMMON_AGE = 18
_KEPT = "legal_values_of_pay"
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
        parameters=_values(),
        start=offer.start_on,
        mayotte=(offer.commune_code or offer.postcode).startswith(MAYOTTE),
        contract=Contract.PROFESSIONALISATION if only_professionalisation else Contract.APPRENTICESHIP,
    )
    return PayPanel(grid, pay_table(grid), _sentence(grid) if grid.uncertain else None)


def _values() -> tuple[LegalValue, ...]:
    """The dated values, read again each minute: each offer asks for them, they change twice a year."""
    minute = int(clock.now().timestamp() // 60)
    kept: tuple[int, tuple[LegalValue, ...]] | None = current_app.extensions.get(_KEPT)
    if kept is None or kept[0] != minute:
        kept = (minute, legal_values(*PARAMETERS))
        current_app.extensions[_KEPT] = kept
    return kept[1]


def _sentence(grid: PayGrid) -> str:
    """Never an amount as settled before the SMIC of the day is known."""
    row = grid.at(_COMMON_AGE)
    if row is None:
        return f"Le SMIC du {date_fr(grid.start)} n’est pas connu. Nous n’annonçons pas de montant."
    return (
        f"Le SMIC du {date_fr(grid.start)} n’est pas encore connu. Avec le dernier connu : "
        f"au moins {euro(row.monthly)} brut par mois {row.ages.phrase}, la première année. {_AGREEMENT}"
    )
