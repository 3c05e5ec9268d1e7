"""Checking later the companies that the registers couldn't show at deposit."""

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import SYSTEM
from app.core import clock, events
from app.core.database import db
from app.domain.employers.directory import LookUp, Outcome
from app.domain.employers.events import EstablishmentChecked
from app.domain.employers.models import Establishment, Verification
from app.domain.employers.services import VERIFICATION_OF, plan_next_check, take_over_answer

GIVE_UP_AFTER = 40
_BY_PEOPLE = frozenset({"opco", "agent"})
_WAITING = (Verification.TO_VERIFY, Verification.NOT_LISTED, Verification.NON_DIFFUSIBLE)


def establishments_to_check(*, limit: int) -> list[Establishment]:
    """Those whose next check is due, the longest waiting first."""
    query = (
        sa.select(Establishment)
        .where(
            Establishment.verification.in_(_WAITING),
            Establishment.next_check_at <= clock.now(),
            Establishment.checks < GIVE_UP_AFTER,
        )
        .order_by(Establishment.next_check_at)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def apply_check(establishment: Establishment, look_up: LookUp) -> bool:
    """Take over what a register says now; True when it settles something. Silence plans the next check."""
    former = establishment.verification
    if look_up.outcome is Outcome.UNAVAILABLE:
        plan_next_check(establishment)
        return False
    if look_up.company is not None:
        take_over_answer(establishment, look_up)
    elif establishment.verification_source in _BY_PEOPLE and look_up.outcome is not Outcome.UNKNOWN:
        # Somebody competent has checked it by other means: a directory that doesn't show it proves nothing.
        plan_next_check(establishment)
        return False
    else:
        establishment.verification = VERIFICATION_OF[look_up.outcome]
        establishment.verification_source = look_up.source
        plan_next_check(establishment)
    if establishment.verification is former:
        return False
    _record(establishment)
    events.emit(EstablishmentChecked(establishment))
    return True


def _record(establishment: Establishment) -> None:
    good = establishment.verification is Verification.VERIFIED
    journal.record(
        "establishment_verified" if good else "establishment_rejected",
        establishment,
        by=SYSTEM,
        facts={"verification": establishment.verification.value},
    )
