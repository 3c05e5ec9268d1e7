"""Diffusion (offer × platform), Submission (one sending under one reference), its attempts, switches."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Model, UtcDateTime, enum_column
from app.domain.diffusion.lifecycle import DiffusionStatus, SubmissionStatus
from app.domain.offers.models import Offer


class PlatformSwitch(Model):
    """A platform that portal staff have opened: without a row, or closed, nothing leaves for it."""

    __tablename__ = "platform_switch"

    platform: Mapped[str] = mapped_column(sa.String(30), primary_key=True)
    is_open: Mapped[bool] = mapped_column(default=False)
    options: Mapped[dict[str, bool]] = mapped_column(sa.JSON, default=dict)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    test_result: Mapped[str | None] = mapped_column(sa.String(300))


class Diffusion(Model):
    """An offer at a platform, and what is known of it there."""

    __tablename__ = "diffusion"
    __table_args__ = (
        # Under several contracts an offer may be twice at a platform; « » is the portal's own account.
        sa.UniqueConstraint("offer_id", "platform", "account"),
        sa.Index("ix_diffusion_platform", "platform", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(sa.ForeignKey("offer.id", ondelete="CASCADE"))
    platform: Mapped[str] = mapped_column(sa.String(30))
    account: Mapped[str] = mapped_column(sa.String(40), default="")
    # Is it asked for? What is seen of the offer decides of the rest.
    wanted: Mapped[bool] = mapped_column(default=True)
    status: Mapped[DiffusionStatus] = mapped_column(enum_column(DiffusionStatus))
    # A finer step: « processing », « in_feed », « file_acknowledged », « mail_delivered », « withdrawing »…
    detail: Mapped[str] = mapped_column(sa.String(40), default="")
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawal_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Why it was refused: the partner's code, what it said, and the field of ours that mends it.
    reason_code: Mapped[str] = mapped_column(sa.String(60), default="")
    reason_text: Mapped[str] = mapped_column(sa.String(500), default="")
    reason_field: Mapped[str | None] = mapped_column(sa.String(40))
    url: Mapped[str | None] = mapped_column(sa.String(500))
    # What the partner said last, and when it was read: a cache, not our truth.
    remote_status: Mapped[str] = mapped_column(sa.String(80), default="")
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reads: Mapped[int] = mapped_column(default=0)
    views: Mapped[int | None]
    applications: Mapped[int | None]
    figures_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Number of the last order: each order has its own key in the outbox.
    revision: Mapped[int] = mapped_column(default=0)

    offer: Mapped[Offer] = relationship()
    submissions: Mapped[list["Submission"]] = relationship(
        back_populates="diffusion", order_by="Submission.rank", cascade="all, delete-orphan"
    )

    @property
    def submission(self) -> "Submission | None":
        """The last one."""
        return self.submissions[-1] if self.submissions else None


class Submission(Model):
    """One sending of an offer under one reference, which is never given twice at a platform."""

    __tablename__ = "submission"
    __table_args__ = (
        sa.UniqueConstraint("diffusion_id", "rank"),
        sa.UniqueConstraint("platform", "reference"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    diffusion_id: Mapped[int] = mapped_column(sa.ForeignKey("diffusion.id", ondelete="CASCADE"))
    platform: Mapped[str] = mapped_column(sa.String(30))
    rank: Mapped[int]
    reference: Mapped[str] = mapped_column(sa.String(40))
    status: Mapped[SubmissionStatus] = mapped_column(enum_column(SubmissionStatus))
    remote_id: Mapped[str | None] = mapped_column(sa.String(100), index=True)
    # Fingerprint of what was last sent: the same content isn't sent again.
    sent_digest: Mapped[str] = mapped_column(sa.String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    handed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawal_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    diffusion: Mapped[Diffusion] = relationship(back_populates="submissions")
    # Named with its module: accounts have an Attempt of their own.
    attempts: Mapped[list["Attempt"]] = relationship(
        "app.domain.diffusion.models.Attempt",
        back_populates="submission",
        order_by="app.domain.diffusion.models.Attempt.id",
        cascade="all, delete-orphan",
    )


class Attempt(Model):
    """One exchange with a partner: which host, what was asked and answered, without secrets nor persons."""

    __tablename__ = "submission_attempt"

    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id", ondelete="CASCADE"), index=True)
    act: Mapped[str] = mapped_column(sa.String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    host: Mapped[str] = mapped_column(sa.String(120), default="")
    # Empty: the process died, or the answer hasn't come yet.
    verdict: Mapped[str] = mapped_column(sa.String(20), default="")
    http_status: Mapped[int | None]
    duration_ms: Mapped[int | None]
    request: Mapped[Any] = mapped_column(sa.Text, default="")
    answer: Mapped[Any] = mapped_column(sa.Text, default="")

    submission: Mapped[Submission] = relationship(back_populates="attempts")
