"""Opco, OpcoMatch, OpcoContact, DigestItem, FollowUp, ContactLogEntry."""

from datetime import date, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Code, Model, UtcDateTime, enum_column, personal
from app.core.identifiers import Siren
from app.core.tokens import public_id
from app.domain.accounts.models import Account
from app.domain.employers.models import Establishment
from app.domain.offers.models import Offer
from app.domain.opco.exchanges import Means, Reached
from app.domain.opco.lifecycle import FollowUpStatus

_BASIS = "mission d’intérêt public"


class Source(Enum):
    """Where the OPCO of an establishment comes from."""

    SIRO = "siro"
    CFADOCK = "cfadock"
    IDCC = "idcc"
    NAF = "naf"
    EMPLOYER = "employer"
    AGENT = "agent"
    OPCO = "opco"

    @property
    def label(self) -> str:
        return SOURCE_LABELS[self]


SOURCE_LABELS = {
    Source.SIRO: "France compétences",
    Source.CFADOCK: "CFA dock",
    Source.IDCC: "convention collective, à confirmer",
    Source.NAF: "activité de l’entreprise, à confirmer",
    Source.EMPLOYER: "choix de l’entreprise",
    Source.AGENT: "agent du portail",
    Source.OPCO: "réponse d’un OPCO",
}


class Confidence(Enum):
    """What the value is worth. A suggestion is never stored as an answer."""

    ANSWER = "answer"
    SUGGESTION = "suggestion"
    CHOSEN = "chosen"
    UNKNOWN = "unknown"


class ContactMode(Enum):
    """How an address wants to be told."""

    PER_EVENT = "per_event"
    DIGEST = "digest"


class Opco(Model):
    """One of the eleven."""

    __tablename__ = "opco"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(2), unique=True)
    siren: Mapped[Siren] = mapped_column(Code(Siren, 9), unique=True)
    label: Mapped[str] = mapped_column(sa.String(120))
    short_name: Mapped[str] = mapped_column(sa.String(40))


class OpcoMatch(Model):
    """Which OPCO an establishment has, as one source said it one day. The former ones are kept."""

    __tablename__ = "opco_match"
    __table_args__ = (
        sa.Index(
            "uq_opco_match_current",
            "establishment_id",
            unique=True,
            sqlite_where=sa.text("is_current"),
            postgresql_where=sa.text("is_current"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    establishment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("establishment.id", ondelete="CASCADE"), index=True
    )
    opco_id: Mapped[int | None] = mapped_column(sa.ForeignKey("opco.id"), index=True)
    source: Mapped[Source | None] = mapped_column(enum_column(Source))
    confidence: Mapped[Confidence] = mapped_column(enum_column(Confidence))
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    current: Mapped[bool] = mapped_column("is_current", default=True)
    # The last thing that each register said (lookup.pack), with its date.
    findings: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    # The code of the OPCO that the company names, when a register's answer prevails over it.
    contested_by: Mapped[str | None] = mapped_column(sa.String(2))
    ask_again_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    establishment: Mapped[Establishment] = relationship()
    opco: Mapped[Opco | None] = relationship(lazy="joined")


class OpcoContact(Model):
    """An address to tell. Without a département it answers for the whole country."""

    __tablename__ = "opco_contact"
    __table_args__ = (
        sa.Index(
            "uq_opco_contact_department",
            "opco_id",
            "email_norm",
            "department",
            unique=True,
            sqlite_where=sa.text("department IS NOT NULL"),
            postgresql_where=sa.text("department IS NOT NULL"),
        ),
        sa.Index(
            "uq_opco_contact_national",
            "opco_id",
            "email_norm",
            unique=True,
            sqlite_where=sa.text("department IS NULL"),
            postgresql_where=sa.text("department IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    opco_id: Mapped[int] = mapped_column(sa.ForeignKey("opco.id"), index=True)
    department: Mapped[str | None] = mapped_column(sa.String(3))
    email: Mapped[str] = mapped_column(
        sa.String(254), info=personal("adresse électronique", basis=_BASIS, kept="opco")
    )
    email_norm: Mapped[str] = mapped_column(
        sa.String(254), index=True, info=personal("adresse électronique", basis=_BASIS, kept="opco")
    )
    mode: Mapped[ContactMode] = mapped_column(enum_column(ContactMode), default=ContactMode.PER_EVENT)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Only what its own holder has stopped may its holder open again.
    stopped_by_owner: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    opco: Mapped[Opco] = relationship(lazy="joined")


class FollowUp(Model):
    """An OPCO's work on one company (establishment)."""

    __tablename__ = "follow_up"
    __table_args__ = (
        sa.UniqueConstraint("establishment_id", "opco_id"),
        # Counts, ages and the join with offers are read in it alone.
        sa.Index("ix_follow_up_board", "opco_id", "status", "moved_at", "department", "establishment_id"),
        # The first page of every step, and of the companies whose offers are asked for.
        sa.Index("ix_follow_up_age", "opco_id", "moved_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    establishment_id: Mapped[int] = mapped_column(sa.ForeignKey("establishment.id", ondelete="CASCADE"))
    opco_id: Mapped[int] = mapped_column(sa.ForeignKey("opco.id"))
    department: Mapped[str | None] = mapped_column(sa.String(3))
    status: Mapped[FollowUpStatus] = mapped_column(enum_column(FollowUpStatus))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When this OPCO itself said « pas notre champ »: the registers alone can't name it again.
    denied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # « Suivi par », and what the OPCO's members tell each other.
    assignee_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"))
    note: Mapped[str] = mapped_column(
        sa.Text, default="", info=personal("note de suivi", basis=_BASIS, kept="opco")
    )
    # What the exchanges noted come to, kept here so that the board reads one table: the day of the last one,
    # and when an exchange, an interview, a contract was last noted.
    last_contact_on: Mapped[date | None]
    contacted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    interview_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    contract_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    assignee: Mapped[Account | None] = relationship()
    establishment: Mapped[Establishment] = relationship(lazy="joined")
    opco: Mapped[Opco] = relationship(lazy="joined")
    contacts: Mapped[list["ContactLogEntry"]] = relationship(
        back_populates="follow_up", order_by="ContactLogEntry.day.desc(), ContactLogEntry.id.desc()"
    )

    __mapper_args__ = {"version_id_col": version}


class ContactLogEntry(Model):
    """One exchange of an OPCO with a company. `author` is a function, never a name."""

    __tablename__ = "contact_log_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(sa.ForeignKey("follow_up.id", ondelete="CASCADE"), index=True)
    day: Mapped[date]
    means: Mapped[Means] = mapped_column(enum_column(Means))
    outcome: Mapped[str] = mapped_column(
        sa.Text, info=personal("compte rendu d’échange", basis=_BASIS, kept="opco")
    )
    reached: Mapped[Reached | None] = mapped_column(enum_column(Reached))
    author: Mapped[str] = mapped_column(sa.String(120))
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)

    follow_up: Mapped[FollowUp] = relationship(back_populates="contacts")


class DigestItem(Model):
    """A need that an address which chose the digest hasn't read of yet."""

    __tablename__ = "opco_digest_item"
    __table_args__ = (sa.UniqueConstraint("contact_id", "offer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("opco_contact.id", ondelete="CASCADE"))
    offer_id: Mapped[int] = mapped_column(sa.ForeignKey("offer.id", ondelete="CASCADE"), index=True)
    follow_up_id: Mapped[int] = mapped_column(sa.ForeignKey("follow_up.id", ondelete="CASCADE"))
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    offer: Mapped[Offer] = relationship()
