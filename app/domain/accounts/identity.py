"""Somebody known by an identity provider (ProConnect): the port, and the account that it opens."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.audit import journal
from app.audit.actor import ANONYMOUS
from app.core import clock
from app.core.database import Model, UtcDateTime, db, personal
from app.domain.accounts.models import Account


class IdentityUnavailable(Exception):
    """The provider doesn't answer, or answers nonsense."""


class IdentityRefused(Exception):
    """The provider said no, or what it says can't be trusted. `reason` is for the log, in English."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Trip:
    """What is kept by the browser between leaving and coming back."""

    state: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Claims:
    """Who the provider says it is; `siret` is where the person works, when it is said."""

    idp_id: str
    sub: str
    email: str
    name: str
    siret: str | None
    id_token: str


class IdentityProvider(Protocol):
    """Leaving to the provider, coming back, and ending its own session."""

    def departure(self, trip: Trip, *, back: str) -> str:
        """Where to send the browser; raises IdentityUnavailable."""

    def arrival(self, code: str, trip: Trip, *, back: str) -> Claims:
        """Who comes back with this code; raises IdentityUnavailable or IdentityRefused."""

    def ending(self, id_token: str, *, back: str) -> str | None:
        """Where the provider's own session ends, if it says so."""


class Identity(Model):
    """A person as one provider knows them: `sub` is the provider's own number, per identity provider."""

    __tablename__ = "identity"
    __table_args__ = (sa.UniqueConstraint("idp_id", "sub"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    idp_id: Mapped[str] = mapped_column(sa.String(80))
    sub: Mapped[str] = mapped_column(
        sa.String(255),
        info=personal("identifiant de connexion", basis="mission d’intérêt public", kept="compte"),
    )
    attached_at: Mapped[datetime] = mapped_column(UtcDateTime)


def account_of(claims: Claims) -> Account | None:
    """The account that these claims open, or None: nobody gets an account by signing in.

    A pair seen before opens its account; a new pair is attached to the account of the same address, which
    the provider has verified, and the journal says so.
    """
    known = db.session.scalar(
        sa.select(Identity).where(Identity.idp_id == claims.idp_id, Identity.sub == claims.sub)
    )
    if known is not None:
        return _open(db.session.get(Account, known.account_id))
    account = _open(
        db.session.scalar(sa.select(Account).where(Account.email == claims.email.strip().casefold()))
    )
    if account is None:
        return None
    db.session.add(
        Identity(account_id=account.id, idp_id=claims.idp_id, sub=claims.sub, attached_at=clock.now())
    )
    journal.record("identity_attached", account, by=ANONYMOUS)
    return account


def _open(account: Account | None) -> Account | None:
    return account if account is not None and account.disabled_at is None else None
