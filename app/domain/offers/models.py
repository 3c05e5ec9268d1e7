"""Offer, Draft, Hold, and the acts that can be undone for ten minutes."""

from datetime import date, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Code, Model, UtcDateTime, enum_column, personal
from app.core.geo import Point
from app.core.identifiers import RomeCode
from app.core.tokens import new_reference, public_id, readable_code
from app.domain.accounts.models import Account
from app.domain.employers.models import Contact, Establishment
from app.domain.offers.lifecycle import EndReason, OfferStatus
from app.domain.organisations.models import Organisation

UNNAMED = "Entreprise dont le nom n’est pas publié"


class ContractType(Enum):
    """Kinds of work-study contract."""

    APPRENTICESHIP = "apprenticeship"
    PROFESSIONALISATION = "professionalisation"


class Remote(Enum):
    """Where the work is done."""

    ONSITE = "onsite"
    HYBRID = "hybrid"
    REMOTE = "remote"


class HoldCause(Enum):
    """Why an offer is stopped for a check."""

    NOT_LISTED = "not_listed"
    CLOSED = "closed"
    REFUSED_BEFORE = "refused_before"
    RISK = "risk"
    LEGALITY = "legality"
    REPORTS = "reports"


class HoldDecision(Enum):
    """What was decided of a held offer."""

    PUBLISH = "publish"
    CORRECT = "correct"
    REFUSE = "refuse"


class Draft(Model):
    """Answers of a form not yet deposited; erased after seven days."""

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    owner_hash: Mapped[str] = mapped_column(sa.String(64), index=True)
    answers: Mapped[dict[str, object]] = mapped_column(
        sa.JSON,
        default=dict,
        info=personal("réponses du formulaire", basis="mission d’intérêt public", kept="brouillon"),
    )
    email: Mapped[str | None] = mapped_column(
        sa.String(254),
        info=personal("adresse électronique", basis="mission d’intérêt public", kept="brouillon"),
    )
    contact_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id", ondelete="CASCADE"))
    offer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("offer.id", ondelete="CASCADE"))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    contact: Mapped[Contact | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    author: Mapped[Account | None] = relationship()
    offer: Mapped["Offer | None"] = relationship()


class Offer(Model):
    """One need for one job. No pay: the legal minimum is computed."""

    __tablename__ = "offer"
    __table_args__ = (
        sa.Index("ix_offer_search", "status", "rome_code", "lat", "lon"),
        sa.Index("ix_offer_recent", "status", "published_at"),
        sa.Index("ix_offer_end", "status", "last_day"),
        sa.Index("ix_offer_changed", "changed_at"),
        # What is counted of a company's offers is read in it alone: the rows themselves are wide.
        sa.Index(
            "ix_offer_of_company",
            "establishment_id",
            "status",
            "deposited_at",
            "first_published_on",
            "end_reason",
            "organisation_id",
            "rome_code",
            "origin",
            sqlite_where=sa.text("confirmed_at IS NOT NULL"),
            postgresql_where=sa.text("confirmed_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True, default=new_reference)
    short_code: Mapped[str] = mapped_column(sa.String(8), unique=True, default=lambda: readable_code(6))
    establishment_id: Mapped[int] = mapped_column(sa.ForeignKey("establishment.id"), index=True)
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contact.id"), index=True)
    # The structure that manages it for the company, and the member who deposited it.
    organisation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="SET NULL"), index=True
    )
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"))
    origin: Mapped[str] = mapped_column(sa.String(40), default="site")

    rome_code: Mapped[RomeCode] = mapped_column(Code(RomeCode, 5))
    job_key: Mapped[str] = mapped_column(sa.String(80))
    job_name: Mapped[str] = mapped_column(sa.String(160))
    level: Mapped[int | None]
    contract_types: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    duration_months: Mapped[int | None]
    start_on: Mapped[date | None]
    openings: Mapped[int] = mapped_column(default=1)
    rhythm: Mapped[str | None] = mapped_column(sa.String(200))
    remote: Mapped[Remote] = mapped_column(enum_column(Remote), default=Remote.ONSITE)

    brand: Mapped[str | None] = mapped_column(sa.String(120))
    address_line: Mapped[str] = mapped_column(sa.String(200), default="")
    postcode: Mapped[str] = mapped_column(sa.String(5))
    city: Mapped[str] = mapped_column(sa.String(80))
    commune_code: Mapped[str | None] = mapped_column(sa.String(5))
    lat: Mapped[float | None]
    lon: Mapped[float | None]

    title: Mapped[str] = mapped_column(sa.String(160))
    description: Mapped[str] = mapped_column(sa.Text)
    tasks: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    skills: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    words: Mapped[str | None] = mapped_column(sa.Text)
    about_company: Mapped[str | None] = mapped_column(sa.Text)
    questions: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    edited: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    # The course of the CFA that proposes it, as the catalogue described it: see training.py.
    training: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))

    status: Mapped[OfferStatus] = mapped_column(enum_column(OfferStatus))
    end_reason: Mapped[EndReason | None] = mapped_column(enum_column(EndReason))
    end_detail: Mapped[str | None] = mapped_column(sa.String(500))
    deposited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_published_on: Mapped[date | None]
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_day: Mapped[date | None]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    establishment: Mapped[Establishment] = relationship(lazy="joined")
    contact: Mapped[Contact] = relationship(lazy="joined")
    organisation: Mapped[Organisation | None] = relationship()
    author: Mapped[Account | None] = relationship()
    holds: Mapped[list["Hold"]] = relationship(back_populates="offer", order_by="Hold.id")

    __mapper_args__ = {"version_id_col": version}

    @property
    def point(self) -> Point | None:
        """Where the work is done, when known."""
        return None if self.lat is None or self.lon is None else Point(self.lat, self.lon)

    @property
    def company(self) -> str:
        """The name readers see. What no register shows isn’t published: the brand typed, or nothing."""
        if self.brand:
            return self.brand
        return self.establishment.shown_name if self.establishment.is_publishable else UNNAMED

    @property
    def open_hold(self) -> "Hold | None":
        """The check that stops it now."""
        return next((hold for hold in reversed(self.holds) if hold.decided_at is None), None)


class Hold(Model):
    """A check that stops an offer, until somebody decides."""

    __tablename__ = "hold"

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(sa.ForeignKey("offer.id", ondelete="CASCADE"), index=True)
    cause: Mapped[HoldCause] = mapped_column(enum_column(HoldCause))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decision: Mapped[HoldDecision | None] = mapped_column(enum_column(HoldDecision))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(sa.String(120))
    motive: Mapped[str | None] = mapped_column(sa.String(40))
    text: Mapped[str | None] = mapped_column(sa.Text)
    resubmitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    offer: Mapped[Offer] = relationship(back_populates="holds")


class UndoableAct(Model):
    """An act that can be undone for ten minutes, with what it changed."""

    __tablename__ = "undoable_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(sa.ForeignKey("offer.id", ondelete="CASCADE"), index=True)
    act: Mapped[str] = mapped_column(sa.String(20))
    before: Mapped[dict[str, object]] = mapped_column(sa.JSON)
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
