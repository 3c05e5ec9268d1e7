"""Accounts, sessions, magic links, and the attempts that limits count."""

from datetime import datetime
from enum import Enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Model, UtcDateTime, db, enum_column, personal


class StaffRole(Enum):
    """Portal staff: operators moderate, administrators set up."""

    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"


class Account(Model):
    """A person who signs in. No password anywhere."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(
        sa.String(254),
        unique=True,
        info=personal("adresse électronique", basis="mission d’intérêt public", kept="compte"),
    )
    name: Mapped[str] = mapped_column(
        sa.String(80), info=personal("nom", basis="mission d’intérêt public", kept="compte")
    )
    staff_role: Mapped[StaffRole | None] = mapped_column(enum_column(StaffRole))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Purpose(Enum):
    """Kinds of link. A token of one kind is worth nothing for another."""

    LOGIN = "login"
    MANAGEMENT = "management"
    DRAFT = "draft"
    ADDRESS = "address"
    FOLLOW_UP = "follow_up"
    HELD_OFFER = "held_offer"
    CFA_REQUEST = "cfa_request"
    CONSENT = "consent"
    INVITATION = "invitation"


class Link(Model):
    """One mailed link. The token itself is nowhere: only the hash of it with its purpose."""

    __tablename__ = "link"
    __table_args__ = (sa.Index("ix_link_object", "object_type", "object_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    purpose: Mapped[Purpose] = mapped_column(enum_column(Purpose))
    subject_email: Mapped[str] = mapped_column(
        sa.String(254),
        index=True,
        info=personal("adresse électronique", basis="mission d’intérêt public", kept="lien"),
    )
    object_type: Mapped[str] = mapped_column(sa.String(30))
    object_id: Mapped[int]
    scope: Mapped[str] = mapped_column(sa.String(120), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_reason: Mapped[str | None] = mapped_column(sa.String(40))
    generation: Mapped[int] = mapped_column(default=1)
    outbox_id: Mapped[int | None] = mapped_column(sa.BigInteger, index=True)
    nonce_hash: Mapped[str | None] = mapped_column(sa.String(64))
    code_hash: Mapped[str | None] = mapped_column(sa.String(200))
    code_tries: Mapped[int] = mapped_column(default=0)
    consumed_by: Mapped[str | None] = mapped_column(sa.String(64))
    uses: Mapped[int] = mapped_column(default=0)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


session_link = sa.Table(
    "session_link",
    db.metadata,
    sa.Column("session_id", sa.ForeignKey("web_session.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("link_id", sa.ForeignKey("link.id", ondelete="CASCADE"), primary_key=True),
)


class WebSession(Model):
    """One open session. The cookie holds a token, the row its hash: a copy of the row opens nothing."""

    __tablename__ = "web_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    account_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    data: Mapped[dict[str, object]] = mapped_column(sa.JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    proven_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account | None] = relationship(lazy="joined")
    links: Mapped[list[Link]] = relationship(secondary=session_link)


class SecondFactor(Model):
    """The application that gives a person's codes (TOTP): its key is sealed, a code serves once."""

    __tablename__ = "second_factor"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), unique=True)
    sealed_key: Mapped[str] = mapped_column(sa.String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_step: Mapped[int] = mapped_column(sa.BigInteger, default=0)


class RecoveryCode(Model):
    """A code on paper that serves once, when the telephone is lost; hashed (argon2id)."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(sa.String(120))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Attempt(Model):
    """One counted try of something limited. The key is hashed: no address is kept here. Kept two days."""

    __tablename__ = "attempt"
    __table_args__ = (sa.Index("ix_attempt_kind_key", "kind", "key_hash", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(30))
    key_hash: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
