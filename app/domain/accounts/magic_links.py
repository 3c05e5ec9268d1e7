"""Links: issue, read without effect, open once or many times, revoke.

Lives and uses of each kind: docs/liens.md. The database's clock decides of ends.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

import sqlalchemy as sa

from app.core.database import DatabaseClock, database_now, db
from app.core.tokens import hash_token, new_token
from app.domain.accounts.models import Link, Purpose

LIVES: dict[Purpose, timedelta] = {
    Purpose.LOGIN: timedelta(minutes=10),
    # The right itself ends with the contact's offers (offers/rights.py); this is its outer bound.
    Purpose.MANAGEMENT: timedelta(days=365),
    Purpose.DRAFT: timedelta(days=7),
    Purpose.ADDRESS: timedelta(days=7),
    Purpose.FOLLOW_UP: timedelta(days=90),
    Purpose.HELD_OFFER: timedelta(days=15),
    # The right itself ends 15 days after the offer (cfa_requests/queries.py); this is its outer bound.
    Purpose.CFA_REQUEST: timedelta(days=190),
    Purpose.CONSENT: timedelta(days=7),
    Purpose.INVITATION: timedelta(days=14),
}
SINGLE_USE = frozenset({Purpose.INVITATION, Purpose.LOGIN, Purpose.ADDRESS})


class LinkState(Enum):
    """What a token turns out to be."""

    UNKNOWN = "unknown"
    LIVE = "live"
    EXPIRED = "expired"
    USED = "used"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Reading:
    """A token looked up without any effect; `since` is the moment a dead link died."""

    state: LinkState
    link: Link | None = None
    since: datetime | None = None


def issue(
    purpose: Purpose,
    *,
    object_type: str,
    object_id: int,
    email: str,
    scope: str = "",
    outbox_id: int | None = None,
    nonce_hash: str | None = None,
    code_hash: str | None = None,
) -> str:
    """Add a link row and return its token, which exists nowhere else. A retry makes a new generation."""
    token = new_token()
    # Compared with nothing, it would count the links that no e-mail carries.
    same_mail = sa.false() if outbox_id is None else Link.outbox_id == outbox_id
    former = sa.select(sa.func.count()).select_from(Link).where(same_mail)
    now, earlier = db.session.execute(sa.select(DatabaseClock(), former.scalar_subquery())).one()
    db.session.add(
        Link(
            token_hash=hash_token(purpose.value, token),
            purpose=purpose,
            object_type=object_type,
            object_id=object_id,
            scope=scope,
            subject_email=email,
            created_at=now,
            expires_at=now + LIVES[purpose],
            outbox_id=outbox_id,
            generation=1 + earlier,
            nonce_hash=nonce_hash,
            code_hash=code_hash,
        )
    )
    db.session.flush()
    return token


def read(token: str) -> Reading:
    """Look a token up; writes nothing."""
    hashes = [hash_token(purpose.value, token) for purpose in Purpose]
    found = db.session.execute(sa.select(Link, DatabaseClock()).where(Link.token_hash.in_(hashes))).first()
    if found is None:
        return Reading(LinkState.UNKNOWN)
    link, now = found
    return state_of(link, now=now)


def state_of(link: Link, *, now: datetime | None = None) -> Reading:
    """Is this link live now, by the database's clock? `now`: what it has just said, if it was asked."""
    if link.revoked_at is not None:
        return Reading(LinkState.REVOKED, link, link.revoked_at)
    if link.used_at is not None:
        return Reading(LinkState.USED, link, link.used_at)
    if link.expires_at <= (now or database_now()):
        return Reading(LinkState.EXPIRED, link, link.expires_at)
    return Reading(LinkState.LIVE, link)


def consume(token: str, *, purpose: Purpose, consumed_by: str) -> Link | None:
    """Use a link in one statement: None when it is dead, of another kind, or already used.


    `consumed_by` is the hash of the browser's pre-session, so that its own double click is recognised.
    """
    now = DatabaseClock()
    values: dict[str, object] = {"uses": Link.uses + 1, "last_used_at": now, "consumed_by": consumed_by}
    conditions = [
        Link.token_hash == hash_token(purpose.value, token),
        Link.purpose == purpose,
        Link.revoked_at.is_(None),
        Link.expires_at > now,
    ]
    if purpose in SINGLE_USE:
        values["used_at"] = now
        conditions.append(Link.used_at.is_(None))
    statement = sa.update(Link).where(*conditions).values(**values).returning(Link)
    # What the statement returns replaces what this session had read of the row.
    options = {"synchronize_session": False, "populate_existing": True}
    return db.session.scalars(statement, execution_options=options).one_or_none()


def was_just_used_by(link: Link, *, consumed_by: str, within: timedelta = timedelta(minutes=2)) -> bool:
    """Is a repeated POST the same browser's double click?"""
    if link.used_at is None or link.consumed_by != consumed_by:
        return False
    return database_now() - link.used_at <= within


def revoke(link: Link, *, reason: str) -> None:
    """End a link and, with it, the sessions that stand on it alone."""
    if link.revoked_at is None:
        link.revoked_at = database_now()
        link.revoked_reason = reason


def revoke_of_object(object_type: str, object_id: int, *, reason: str, email: str | None = None) -> int:
    """Revoke every live link to an object (of one address, when given); returns how many."""
    query = sa.select(Link).where(
        Link.object_type == object_type, Link.object_id == object_id, Link.revoked_at.is_(None)
    )
    if email is not None:
        query = query.where(Link.subject_email == email)
    links = list(db.session.scalars(query))
    for link in links:
        revoke(link, reason=reason)
    return len(links)


def use_up_other_logins(link: Link) -> None:
    """Using a login link ends the other login links of that address."""
    db.session.execute(
        sa.update(Link)
        .where(
            Link.purpose == Purpose.LOGIN,
            Link.subject_email == link.subject_email,
            Link.id != link.id,
            Link.used_at.is_(None),
            Link.revoked_at.is_(None),
        )
        .values(revoked_at=database_now(), revoked_reason="other_login_used")
    )
