"""Lists of companies sent to an address, in one e-mail: what its link opens, and no more."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.database import Model, UtcDateTime, db, enum_column
from app.core.tokens import public_id
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import FollowUp, OpcoContact

SENT_LIST = "opco_list"


class ListKind(Enum):
    """Why it was sent."""

    DIGEST = "digest"
    REMINDER = "reminder"


class SentList(Model):
    """One e-mail that names several companies."""

    __tablename__ = SENT_LIST
    __table_args__ = (sa.Index("ix_opco_list_of_contact", "contact_id", "kind", "made_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("opco_contact.id", ondelete="CASCADE"))
    kind: Mapped[ListKind] = mapped_column(enum_column(ListKind))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    contact: Mapped[OpcoContact] = relationship(lazy="joined")


class SentListEntry(Model):
    """One company of a list."""

    __tablename__ = "opco_list_entry"

    list_id: Mapped[int] = mapped_column(
        sa.ForeignKey("opco_list.id", ondelete="CASCADE"), primary_key=True
    )
    follow_up_id: Mapped[int] = mapped_column(
        sa.ForeignKey("follow_up.id", ondelete="CASCADE"), primary_key=True, index=True
    )


def make_list(contact: OpcoContact, kind: ListKind, follow_ups: Sequence[int]) -> SentList:
    """Keep the companies that an e-mail is about to name."""
    made = SentList(contact=contact, kind=kind, made_at=clock.now())
    db.session.add(made)
    db.session.flush()
    rows = [{"list_id": made.id, "follow_up_id": number} for number in dict.fromkeys(follow_ups)]
    db.session.execute(sa.insert(SentListEntry), rows)
    return made


def companies_of(sent: SentList) -> list[FollowUp]:
    """The companies that it names and that this OPCO still follows, those that wait longest first."""
    query = (
        sa.select(FollowUp)
        .join(SentListEntry, SentListEntry.follow_up_id == FollowUp.id)
        .where(SentListEntry.list_id == sent.id, FollowUp.status != FollowUpStatus.NOT_OURS)
        .order_by(FollowUp.moved_at, FollowUp.id)
    )
    return list(db.session.scalars(query))


def list_by_public_id(address: str) -> SentList | None:
    """The list of an address."""
    return db.session.scalar(sa.select(SentList).where(SentList.public_id == address))


def lists_naming(follow_up: FollowUp, among: Sequence[int]) -> list[int]:
    """Of these lists, those that name this company."""
    if not among:
        return []
    query = sa.select(SentListEntry.list_id).where(
        SentListEntry.follow_up_id == follow_up.id, SentListEntry.list_id.in_(among)
    )
    return list(db.session.scalars(query))
