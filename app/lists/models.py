"""Batch, BatchItem (one act on many rows), SavedView (filters and order that somebody keeps)."""

from datetime import datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Model, UtcDateTime, enum_column
from app.core.tokens import public_id


class Outcome(Enum):
    """What became of one row of a batch."""

    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"


class Batch(Model):
    """One act on many rows, chosen by one person. Its rows are fixed when it is made. Kept 7 days."""

    __tablename__ = "batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    # The structure whose list it is; none: a list of portal staff.
    organisation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    # Which act, and what was chosen for it: « step », « contacted ».
    act: Mapped[str] = mapped_column(sa.String(40))
    choice: Mapped[str] = mapped_column(sa.String(80), default="")
    # What the list was asked for, to come back to it.
    asked: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    total: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BatchItem(Model):
    """One row of a batch. Its name isn't kept here: it is read where it lives, while it lives."""

    __tablename__ = "batch_item"
    __table_args__ = (sa.UniqueConstraint("batch_id", "rank"),)

    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("batch.id", ondelete="CASCADE"))
    rank: Mapped[int]
    object_id: Mapped[int] = mapped_column(sa.BigInteger)
    # The state on which the choice was made.
    seen: Mapped[str] = mapped_column(sa.String(80), default="")
    outcome: Mapped[Outcome] = mapped_column(enum_column(Outcome), default=Outcome.WAITING)
    reason: Mapped[str] = mapped_column(sa.String(300), default="")


class SavedView(Model):
    """What a list is asked for, under a name; for one person, or for the whole team of the structure."""

    __tablename__ = "saved_view"
    __table_args__ = (sa.Index("ix_saved_view_list", "place", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(sa.String(40))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(sa.String(60))
    is_shared: Mapped[bool] = mapped_column(default=False)
    asked: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
