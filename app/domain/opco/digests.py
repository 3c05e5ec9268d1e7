"""Who is due a digest or a reminder, and of which companies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.domain.offers.models import Offer
from app.domain.offers.queries import visible
from app.domain.opco.board_filter import late_before
from app.domain.opco.contacts import LIVE
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import DigestItem, FollowUp, OpcoContact
from app.domain.opco.sent_lists import ListKind, SentList, SentListEntry

# What one e-mail names at most: the others come in the next one.
LONGEST = 200
REMINDED_EVERY = timedelta(days=7)
REMINDERS_A_COMPANY = 3


@dataclass(frozen=True, slots=True)
class Reader:
    """One address of one OPCO: it may serve several départements, and is written to once."""

    contacts: tuple[OpcoContact, ...]

    @property
    def numbers(self) -> list[int]:
        return [contact.id for contact in self.contacts]


def readers() -> Iterator[Reader]:
    """Every address in use."""
    query = sa.select(OpcoContact).where(*LIVE)
    rows = db.session.scalars(query.order_by(OpcoContact.opco_id, OpcoContact.email_norm, OpcoContact.id))
    for _, found in groupby(list(rows), key=lambda contact: (contact.opco_id, contact.email_norm)):
        yield Reader(tuple(found))


def waiting_items(reader: Reader) -> list[DigestItem]:
    """The needs that it hasn't read of, still online and of its OPCO's field, oldest first."""
    query = (
        sa.select(DigestItem)
        .join(Offer, Offer.id == DigestItem.offer_id)
        .join(FollowUp, FollowUp.id == DigestItem.follow_up_id)
        .where(
            DigestItem.contact_id.in_(reader.numbers),
            DigestItem.sent_at.is_(None),
            FollowUp.status != FollowUpStatus.NOT_OURS,
            visible(),
        )
        .order_by(DigestItem.id)
        .limit(LONGEST)
    )
    return list(db.session.scalars(query))


def was_written(reader: Reader, kind: ListKind) -> bool:
    """Has it had one already: a digest today, a reminder in the last seven days?"""
    start = clock.paris(clock.today())
    since = start if kind is ListKind.DIGEST else clock.now() - REMINDED_EVERY
    query = sa.select(SentList.id).where(
        SentList.contact_id.in_(reader.numbers), SentList.kind == kind, SentList.made_at >= since
    )
    return db.session.scalar(query.limit(1)) is not None


def waiting_companies(reader: Reader, *, local: frozenset[str]) -> list[int]:
    """Follow-ups « à contacter » for more than three working days, oldest first; `local`: the départements
    that have an address of their own. A company is named in three reminders to this address at most.
    """
    named = (
        sa.select(sa.func.count())
        .select_from(SentListEntry)
        .join(SentList, SentList.id == SentListEntry.list_id)
        .where(
            SentListEntry.follow_up_id == FollowUp.id,
            SentList.kind == ListKind.REMINDER,
            SentList.contact_id.in_(reader.numbers),
            SentList.made_at >= FollowUp.moved_at,
        )
        .scalar_subquery()
    )
    has_offer = sa.select(Offer.id).where(Offer.establishment_id == FollowUp.establishment_id, visible())
    query = sa.select(FollowUp.id).where(
        FollowUp.opco_id == reader.contacts[0].opco_id,
        FollowUp.status == FollowUpStatus.TO_CONTACT,
        FollowUp.moved_at < late_before(),
        _served(reader.contacts, local),
        has_offer.exists(),
        named < REMINDERS_A_COMPANY,
    )
    return list(db.session.scalars(query.order_by(FollowUp.moved_at, FollowUp.id).limit(LONGEST)))


def local_departments() -> dict[int, frozenset[str]]:
    """OPCO → the départements that have an address of their own."""
    query = sa.select(OpcoContact.opco_id, OpcoContact.department).where(
        OpcoContact.department.is_not(None), *LIVE
    )
    found: dict[int, set[str]] = {}
    for opco, department in db.session.execute(query):
        if department is not None:
            found.setdefault(opco, set()).add(department)
    return {opco: frozenset(departments) for opco, departments in found.items()}


def _served(contacts: Sequence[OpcoContact], local: frozenset[str]) -> sa.ColumnElement[bool]:
    own = [contact.department for contact in contacts if contact.department is not None]
    served: sa.ColumnElement[bool] = FollowUp.department.in_(own)
    if any(contact.department is None for contact in contacts):
        elsewhere = FollowUp.department.not_in(local)
        served = sa.or_(served, FollowUp.department.is_(None), elsewhere)
    return served
