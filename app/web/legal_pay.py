"""The legal values that pages show pay from, kept a minute by each process."""

from flask import current_app

from app.core import clock
from app.domain.reference.legal import legal_values
from app.domain.reference.legal_values import LegalValue
from app.domain.reference.pay import PARAMETERS

_KEPT = "legal_values_of_pay"


def pay_values() -> tuple[LegalValue, ...]:
    """The dated values, read again each minute: many pages ask for them, they change twice a year."""
    minute = int(clock.now().timestamp() // 60)
    kept: tuple[int, tuple[LegalValue, ...]] | None = current_app.extensions.get(_KEPT)
    if kept is None or kept[0] != minute:
        kept = (minute, legal_values(*PARAMETERS))
        current_app.extensions[_KEPT] = kept
    return kept[1]
