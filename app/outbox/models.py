"""Tables of the outbox: messages, facts told by relays, stopped addresses, pauses, circuits, allowances."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Model, UtcDateTime, enum_column, personal

_BASIS = "mission d’intérêt public"


def _big_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer, "sqlite")


class OutboxStatus(enum.StrEnum):
    """Where a message is. `sent` never goes back."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENT = "sent"
    REFUSED = "refused"
    RETRY = "retry"
    UNCERTAIN = "uncertain"
    DEAD = "dead"
    CANCELLED = "cancelled"


class OutboxMessage(Model):
    """One message to send, written in the transaction of its fact: references, never a text nor a token."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        sa.Index("ix_outbox_message_claim", "kind", "status", "due_at"),
        sa.Index("ix_outbox_message_about", "about_type", "about_id"),
        # One worker at a time in a lane, whatever two of them believe.
        sa.Index(
            "uq_outbox_message_lane",
            "lane",
            unique=True,
            sqlite_where=sa.text("status = 'claimed'"),
            postgresql_where=sa.text("status = 'claimed'"),
        ),
        sa.Index("ix_outbox_message_lane", "lane", "status"),
    )

    id: Mapped[int] = mapped_column(_big_id(), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40), default="mail")
    template: Mapped[str] = mapped_column(sa.String(60))
    # Messages of one lane leave one after the other, oldest first; None: in no order.
    lane: Mapped[str | None] = mapped_column(sa.String(80))
    refs: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    recipient: Mapped[str] = mapped_column(
        sa.String(320), info=personal("adresse électronique", basis=_BASIS, kept="courriel")
    )
    rhythm: Mapped[str] = mapped_column(sa.String(20), default="now")
    dedupe_key: Mapped[str | None] = mapped_column(sa.String(220), unique=True)
    message_id: Mapped[str] = mapped_column(sa.String(64), unique=True)
    about_type: Mapped[str | None] = mapped_column(sa.String(40))
    about_id: Mapped[str | None] = mapped_column(sa.String(40))
    status: Mapped[OutboxStatus] = mapped_column(enum_column(OutboxStatus), default=OutboxStatus.PENDING)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_owner: Mapped[str | None] = mapped_column(sa.String(80))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    worker_deaths: Mapped[int] = mapped_column(default=0)
    first_tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The worker has begun with this very message of its batch; then: it is about to leave.
    taken_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(sa.String(500))
    last_error_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    possible_duplicate: Mapped[bool] = mapped_column(default=False)


class DeliveryFact(Model):
    """What a relay told of a sent message: delivered, bounced… Facts are added, never changed."""

    __tablename__ = "delivery_fact"
    __table_args__ = (sa.UniqueConstraint("message_id", "event", "ts_event"),)

    id: Mapped[int] = mapped_column(_big_id(), primary_key=True)
    message_id: Mapped[str] = mapped_column(sa.String(200))
    event: Mapped[str] = mapped_column(sa.String(30))
    ts_event: Mapped[datetime] = mapped_column(UtcDateTime)
    provider: Mapped[str] = mapped_column(sa.String(30))
    recipient: Mapped[str] = mapped_column(
        sa.String(320), index=True, info=personal("adresse électronique", basis=_BASIS, kept="courriel")
    )
    reason: Mapped[str | None] = mapped_column(sa.String(300))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SuppressedAddress(Model):
    """An address to which nothing is sent any more, until a person releases it."""

    __tablename__ = "suppressed_address"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(
        sa.String(320),
        unique=True,
        info=personal("adresse électronique", basis=_BASIS, kept="adresse injoignable"),
    )
    reason: Mapped[str] = mapped_column(sa.String(30))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Pause(Model):
    """A kind of message, or one template of it, held back by a portal agent: rows wait, no try is counted."""

    __tablename__ = "outbox_pause"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40), default="mail")
    template: Mapped[str | None] = mapped_column(sa.String(60))
    reason: Mapped[str] = mapped_column(sa.String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Allowance(Model):
    """What a partner still accepts of a sort of calls; shared by every worker of every host."""

    __tablename__ = "outbox_allowance"

    bucket: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    # The instant from which the whole burst is available again (database clock).
    full_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Circuit(Model):
    """Whether a partner answers; shared by every worker. While it is open nothing is tried nor counted."""

    __tablename__ = "outbox_circuit"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    # The last tries, newest last: « 1 » worked, « 0 » failed.
    recent: Mapped[str] = mapped_column(sa.String(20), default="")
    open_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cause: Mapped[str | None] = mapped_column(sa.String(20))
    detail: Mapped[str | None] = mapped_column(sa.String(300))
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
