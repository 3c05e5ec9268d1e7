"""What relays tell after a sending. Facts come twice, late and out of order: they only add up."""

import enum
import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.core import clock
from app.core.database import db, is_sqlite
from app.core.events import emit
from app.core.failpoints import failpoint
from app.outbox.events import AddressBounced
from app.outbox.models import DeliveryFact, SuppressedAddress

SOFT_BOUNCES_AT_MOST = 5
# Names as registered (hardBounce) and as received (hard_bounce): compared in lower case, without signs.
EVENTS = {
    "hardbounce": "hard_bounce",
    "softbounce": "soft_bounce",
    "blocked": "blocked",
    "spam": "spam",
    "complaint": "spam",
    "invalid": "invalid",
    "invalidemail": "invalid",
    "delivered": "delivered",
    "deferred": "deferred",
    "error": "error",
}
STOPPING = frozenset({"hard_bounce", "blocked", "spam", "invalid"})
_MESSAGE_ID_KEYS = ("message-id", "message_id", "messageId")
_TIME_KEYS = ("ts_event", "tsEvent", "ts_epoch", "tsEpoch", "ts")
_LATEST_SECONDS = 32_503_680_000  # the year 3000: beyond it, milliseconds


class Outcome(enum.Enum):
    """What became of a told event."""

    RECORDED = "recorded"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    MALFORMED = "malformed"


def take_in(payload: Mapping[str, Any], *, provider: str) -> Outcome:
    """Take in one event of a relay's webhook, in the present transaction. Never commits."""
    name, address = payload.get("event"), payload.get("email")
    moment = _moment(payload)
    if not isinstance(name, str) or not _is_address(address) or moment is None:
        return Outcome.MALFORMED
    event = EVENTS.get("".join(sign for sign in name.lower() if sign.isalnum()))
    if event is None:
        return Outcome.IGNORED
    email = normalised(str(address))
    given = next((payload[key] for key in _MESSAGE_ID_KEYS if isinstance(payload.get(key), str)), "")
    reason = payload.get("reason")
    fresh = record_fact(
        message_id=_clean(given).strip("<> ")[:200] or _without_id(email),
        event=event,
        at=moment,
        email=email,
        provider=provider,
        reason=_clean(reason)[:300] if isinstance(reason, str) else None,
    )
    return Outcome.RECORDED if fresh else Outcome.DUPLICATE


def record_fact(
    *, message_id: str, event: str, at: datetime, email: str, provider: str, reason: str | None = None
) -> bool:
    """Add one fact and draw its consequence; False when it is known already. Never commits."""
    insert = sqlite.insert if is_sqlite() else postgresql.insert
    fresh = db.session.execute(
        insert(DeliveryFact)
        .values(
            message_id=message_id,
            event=event,
            ts_event=at,
            provider=provider,
            recipient=email,
            reason=reason,
            recorded_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(DeliveryFact.id)
    ).scalar_one_or_none()
    if fresh is None:
        return False
    failpoint("bounces.noted_before_stop")
    if event in STOPPING:
        _stop(email, event, at)
    elif event == "soft_bounce" and _soft_bounces(email) >= SOFT_BOUNCES_AT_MOST:
        _stop(email, event, at)
    return True


def suppressed(addresses: Iterable[str]) -> dict[str, str]:
    """Of these addresses, in lower case, those to which nothing is sent any more, with the reason."""
    wanted = {normalised(address) for address in addresses}
    rows = db.session.execute(
        sa.select(SuppressedAddress.address, SuppressedAddress.reason).where(
            SuppressedAddress.address.in_(wanted), SuppressedAddress.released_at.is_(None)
        )
    )
    return {row.address: row.reason for row in rows}


def release_address(email: str) -> bool:
    """Write to this address again, after a person has put it right; older facts stop it no more."""
    row = _row(normalised(email))
    if row is None or row.released_at is not None:
        return False
    row.released_at = clock.now()
    return True


def normalised(address: str) -> str:
    """The address as it is compared."""
    return address.strip().lower()


def _stop(email: str, reason: str, at: datetime) -> None:
    row = _row(email)
    if row is None:
        insert = sqlite.insert if is_sqlite() else postgresql.insert
        statement = insert(SuppressedAddress).values(address=email, reason=reason, since=at)
        db.session.execute(statement.on_conflict_do_nothing())
    elif row.released_at is None or at <= row.released_at:
        return
    else:
        row.reason, row.since, row.released_at = reason, at, None
    emit(AddressBounced(email=email, reason=reason))


def _row(email: str) -> SuppressedAddress | None:
    return db.session.scalar(sa.select(SuppressedAddress).where(SuppressedAddress.address == email))


def _soft_bounces(email: str) -> int:
    """Soft bounces since the last delivery, or since a person released the address."""
    delivered = db.session.scalar(
        sa.select(sa.func.max(DeliveryFact.ts_event)).where(
            DeliveryFact.recipient == email, DeliveryFact.event == "delivered"
        )
    )
    row = _row(email)
    since = max((moment for moment in (delivered, row and row.released_at) if moment), default=None)
    query = sa.select(sa.func.count()).where(
        DeliveryFact.recipient == email, DeliveryFact.event == "soft_bounce"
    )
    if since is not None:
        query = query.where(DeliveryFact.ts_event > since)
    return db.session.scalar(query) or 0


def _moment(payload: Mapping[str, Any]) -> datetime | None:
    """The instant of the event, from seconds or milliseconds; None when there is none that can be read."""
    value = next((payload[key] for key in _TIME_KEYS if payload.get(key) not in (None, "")), None)
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        seconds = float(value)
        return datetime.fromtimestamp(seconds / 1000 if seconds > _LATEST_SECONDS else seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _is_address(value: object) -> bool:
    return isinstance(value, str) and "@" in value and len(value) <= 320 and value == _clean(value)


def _clean(text: str) -> str:
    """Without control characters: PostgreSQL refuses NUL, journals break on ends of line."""
    return "".join(sign for sign in text if sign.isprintable())


def _without_id(email: str) -> str:
    return f"none:{hashlib.sha256(email.encode()).hexdigest()[:32]}"
