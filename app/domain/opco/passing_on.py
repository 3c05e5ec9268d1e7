"""A company passes from one OPCO to another: its follow-up moves, and both are told (E55)."""

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import SYSTEM, Actor
from app.core.database import db
from app.domain.opco.contacts import recipients_of
from app.domain.opco.follow_up import end_follow_up
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import FollowUp, Opco, Source
from app.domain.opco.passing_emails import OpcoHandedOver
from app.outbox import queue


def leave_to(follow_up: FollowUp, *, source: Source | None) -> None:
    """One OPCO follows a company: the others that did are told which one does now."""
    query = sa.select(FollowUp).where(
        FollowUp.establishment_id == follow_up.establishment_id,
        FollowUp.id != follow_up.id,
        FollowUp.status != FollowUpStatus.NOT_OURS,
    )
    for former in db.session.scalars(query).all():
        end(former, taker=follow_up.opco, source=source, by=SYSTEM)


def end(follow_up: FollowUp, *, taker: Opco | None, source: Source | None, by: Actor) -> None:
    """The follow-up of the former OPCO ends, and its addresses are told who takes over, or that we look."""
    end_follow_up(follow_up, by=by)
    facts: dict[str, object] = {"from": follow_up.opco.code, "to": taker.code if taker else None}
    journal.record("handed_over", follow_up, by=by, facts=facts)
    tell(follow_up, taker=taker, source=source)


def tell(follow_up: FollowUp, *, taker: Opco | None, source: Source | None) -> int:
    """Write E55 to the addresses of this follow-up's OPCO, digest or not; returns how many were queued."""
    # The version that the message names is the one after the move.
    db.session.flush()
    found = recipients_of(follow_up.opco, department=follow_up.department)
    mails = [
        queue(OpcoHandedOver(contact, follow_up, taker, source)) for contact in (*found.now, *found.digest)
    ]
    return sum(mail is not None for mail in mails)
