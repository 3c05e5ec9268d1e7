"""The journal's rows, and what each posted form was answered."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Model, UtcDateTime


class JournalEntry(Model):
    """One change. For personal fields the name of the field is kept, never its value. Kept three years."""

    __tablename__ = "journal_entry"
    __table_args__ = (sa.Index("ix_journal_object", "object_type", "object_id", "id"),)

    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_kind: Mapped[str] = mapped_column(sa.String(20))
    actor_id: Mapped[int | None]
    channel: Mapped[str] = mapped_column(sa.String(20))
    action: Mapped[str] = mapped_column(sa.String(60))
    object_type: Mapped[str] = mapped_column(sa.String(30))
    object_id: Mapped[int]
    fields: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    facts: Mapped[dict[str, object]] = mapped_column(sa.JSON, default=dict)


class FormPost(Model):
    """One posting of a form: a second with the same identifier gets the same answer. Kept 7 days."""

    __tablename__ = "form_post"

    submission_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    location: Mapped[str] = mapped_column(sa.String(400), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
