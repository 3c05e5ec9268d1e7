"""Limits per address and per token, counted in rows that every host shares."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.core.tokens import hash_token
from app.domain.accounts.models import Attempt


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` tries of `kind` for one key within `within`."""

    kind: str
    count: int
    within: timedelta


LOST_LINK = Limit("lost_link", 5, timedelta(hours=1))
REISSUE_HOUR = Limit("reissue", 3, timedelta(hours=1))
REISSUE_DAY = Limit("reissue", 10, timedelta(days=1))
CONFIRMATION = Limit("confirmation", 3, timedelta(hours=1))
SECOND_FACTOR = Limit("second_factor", 5, timedelta(minutes=10))
NO_OFFER_ANSWER = Limit("no_offer_answer", 1, timedelta(days=1))


def is_over(limit: Limit, key: str) -> bool:
    """Has this key used up its tries?"""
    return _count(limit, key) >= limit.count


def note(limit: Limit, key: str) -> None:
    """Count one try, in the present transaction."""
    db.session.add(Attempt(kind=limit.kind, key_hash=hash_token(limit.kind, key), at=clock.now()))
    db.session.flush()


def take(*limits: Limit, key: str) -> bool:
    """Count one try if every limit allows it; False when one is used up (nothing is counted then)."""
    if any(is_over(limit, key) for limit in limits):
        return False
    note(limits[0], key)
    return True


def _count(limit: Limit, key: str) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(Attempt)
        .where(
            Attempt.kind == limit.kind,
            Attempt.key_hash == hash_token(limit.kind, key),
            Attempt.at > clock.now() - limit.within,
        )
    )
    return db.session.scalar(query) or 0
