"""Sessions as rows: opening, reading, ending."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.core import clock
from app.core.database import DatabaseClock, db
from app.core.tokens import hash_token, new_token
from app.domain.accounts.models import Account, Link, WebSession

STAFF_IDLE = timedelta(minutes=30)
OTHERS_IDLE = timedelta(hours=2)
WHOLE_LIFE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=5)


def open_session(
    *, account: Account | None = None, links: list[Link] | None = None, proven: bool = False
) -> tuple[WebSession, str]:
    """A new session row and the token its cookie carries. `proven`: by a second factor as well."""
    token = new_token()
    now = clock.now()
    session = WebSession(
        token_hash=hash_token("session", token),
        account=account,
        links=links or [],
        data={},
        created_at=now,
        last_seen_at=now,
        expires_at=now + WHOLE_LIFE,
        proven_at=now if proven else None,
    )
    db.session.add(session)
    return session, token


def find(token: str) -> tuple[WebSession, datetime] | None:
    """The live session of a cookie with its links, and what the database's clock says; or None."""
    query = (
        sa.select(WebSession, DatabaseClock())
        .options(joinedload(WebSession.links))
        .where(WebSession.token_hash == hash_token("session", token))
    )
    found = db.session.execute(query).unique().first()
    if found is None or not is_alive(found[0]):
        return None
    session, now = found
    return session, now


def is_alive(session: WebSession) -> bool:
    """Not over, not idle for too long, its account not disabled."""
    now = clock.now()
    account = session.account
    if account is not None and account.disabled_at is not None:
        return False
    staff = account is not None and account.staff_role is not None
    idle = STAFF_IDLE if staff else OTHERS_IDLE
    return now < session.expires_at and now - session.last_seen_at < idle


def is_to_touch(session: WebSession) -> bool:
    """Has it been noted in use more than five minutes ago?"""
    return clock.now() - session.last_seen_at >= SEEN_EVERY


def touch(session: WebSession) -> None:
    """Note that it is in use, at most every five minutes."""
    if is_to_touch(session):
        session.last_seen_at = clock.now()


def end(session: WebSession) -> None:
    """Delete the row; a request in flight can't bring it back."""
    db.session.delete(session)
    db.session.flush()


def end_all_of(account: Account) -> None:
    """Close every session of an account."""
    db.session.execute(sa.delete(WebSession).where(WebSession.account_id == account.id))
