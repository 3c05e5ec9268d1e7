"""Portal staff vouch for a structure, or say why they don't."""

from datetime import datetime

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import Actor
from app.core import clock
from app.core.database import db
from app.core.errors import Refused
from app.domain.organisations.emails import FeatureDecided
from app.domain.organisations.lifecycle import ORGANISATION_LIFECYCLE, OrganisationStatus
from app.domain.organisations.members import administrators
from app.domain.organisations.models import Organisation
from app.outbox import queue


def verify(organisation: Organisation, *, by: Actor) -> None:
    """Its offers for others go online at once from now on; its people are told. Raises IllegalMove."""
    ORGANISATION_LIFECYCLE.apply(organisation, "verify")
    organisation.refusal = None
    _decide(organisation, "organisation_verified", by=by)


def refuse(organisation: Organisation, *, reason: str, by: Actor) -> None:
    """Not verified, with the reason that its people read. Raises IllegalMove."""
    ORGANISATION_LIFECYCLE.apply(organisation, "refuse")
    organisation.refusal = reason
    _decide(organisation, "organisation_refused", by=by)


def ask_again(organisation: Organisation, *, by: Actor) -> None:
    """Its people have put right what was wrong: back in the queue. Raises Refused when it isn't refused."""
    if not ORGANISATION_LIFECYCLE.may(organisation, "ask_again"):
        raise Refused("Cette demande est déjà en cours de traitement.")
    ORGANISATION_LIFECYCLE.apply(organisation, "ask_again")
    journal.record("organisation_asked_again", organisation, by=by)


def _decide(organisation: Organisation, action: str, *, by: Actor) -> None:
    organisation.decided_at = clock.now()
    organisation.decided_by_id = by.id
    journal.record(action, organisation, by=by)
    for member in administrators(organisation):
        queue(FeatureDecided(member.account.email, organisation, organisation.decided_at))


def waiting(*, limit: int = 100) -> list[Organisation]:
    """Structures to verify, oldest first."""
    query = sa.select(Organisation).where(Organisation.status == OrganisationStatus.TO_VERIFY)
    return list(db.session.scalars(query.order_by(Organisation.created_at).limit(limit)))


def waiting_count() -> tuple[int, datetime | None]:
    """How many wait, and since when the oldest does."""
    query = sa.select(sa.func.count(), sa.func.min(Organisation.created_at)).where(
        Organisation.status == OrganisationStatus.TO_VERIFY
    )
    count, oldest = db.session.execute(query).one()
    return count, oldest
