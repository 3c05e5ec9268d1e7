"""How each open platform is: its circuit, what waits for it, when something last worked. For monitoring."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.domain.diffusion.feed_readings import FeedReading
from app.domain.diffusion.files import FileDelivery, FileStatus
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.models import Diffusion
from app.domain.diffusion.platform import Platform, Transport
from app.domain.diffusion.registry import PLATFORMS, open_platforms
from app.outbox.circuit import CAUSE_CREDENTIAL
from app.outbox.models import Circuit, OutboxMessage, OutboxStatus, Pause
from app.outbox.queueing import WAITING

_RECEIVED = (FileStatus.ACKNOWLEDGED, FileStatus.RECORDED)


@dataclass(frozen=True, slots=True)
class PlatformHealth:
    """One platform. `circuit`: closed, open (it fails) or refused (it doesn't take our key any more)."""

    key: str
    circuit: str
    since: datetime | None
    paused: bool
    waiting: int
    oldest_waiting: timedelta | None
    last_success: datetime | None
    late_after: timedelta

    @property
    def is_well(self) -> bool:
        """Not stopped, and nothing waits longer than usual, unless a person holds it back."""
        late = self.oldest_waiting is not None and self.oldest_waiting > self.late_after
        return self.circuit != "refused" and (self.paused or not late)


def platforms_health() -> list[PlatformHealth]:
    """Every open platform that is reached directly, in five statements however many there are."""
    opened = open_platforms()
    found = [one for key, one in PLATFORMS.items() if key in opened and one.relayed_by is None]
    if not found:
        return []
    circuits, paused = _circuits(found), _paused(found)
    waiting = {**_orders_due(found), **_awaiting_a_file(found)}
    last = _last_successes(found)
    now = clock.now()
    return [
        PlatformHealth(
            key=one.key,
            circuit=circuits.get(one.kind, ("closed", None))[0],
            since=circuits.get(one.kind, ("closed", None))[1],
            paused=one.kind in paused,
            waiting=waiting.get(one.key, (0, None))[0],
            oldest_waiting=_age(waiting.get(one.key, (0, None))[1], now),
            last_success=last[one.key],
            late_after=one.late_after,
        )
        for one in found
    ]


def _age(since: datetime | None, now: datetime) -> timedelta | None:
    return None if since is None else max(timedelta(0), now - since)


def _circuits(platforms: Collection[Platform]) -> Mapping[str, tuple[str, datetime | None]]:
    query = sa.select(Circuit.name, Circuit.cause, Circuit.since).where(
        Circuit.name.in_([one.kind for one in platforms]), Circuit.open_until.is_not(None)
    )
    return {
        name: ("refused" if cause == CAUSE_CREDENTIAL else "open", since)
        for name, cause, since in db.session.execute(query)
    }


def _paused(platforms: Collection[Platform]) -> set[str]:
    query = sa.select(Pause.kind).where(
        Pause.kind.in_([one.kind for one in platforms]),
        Pause.template.is_(None),
        Pause.ended_at.is_(None),
        sa.or_(Pause.until.is_(None), Pause.until > clock.now()),
    )
    return set(db.session.scalars(query))


def _orders_due(platforms: Collection[Platform]) -> dict[str, tuple[int, datetime | None]]:
    kinds = {one.kind: one.key for one in platforms if one.transport.is_pushed}
    query = (
        sa.select(OutboxMessage.kind, sa.func.count(), sa.func.min(OutboxMessage.due_at))
        .where(
            OutboxMessage.kind.in_(kinds),
            OutboxMessage.status.in_(WAITING),
            OutboxMessage.due_at <= clock.now(),
        )
        .group_by(OutboxMessage.kind)
    )
    return {kinds[kind]: (count, oldest) for kind, count, oldest in db.session.execute(query)}


def _awaiting_a_file(platforms: Collection[Platform]) -> dict[str, tuple[int, datetime | None]]:
    keys = [one.key for one in platforms if one.transport is Transport.FILE]
    query = (
        sa.select(Diffusion.platform, sa.func.count(), sa.func.min(Diffusion.since))
        .where(Diffusion.platform.in_(keys), Diffusion.status == DiffusionStatus.QUEUED)
        .group_by(Diffusion.platform)
    )
    return {key: (count, oldest) for key, count, oldest in db.session.execute(query)} if keys else {}


def _last_successes(platforms: Collection[Platform]) -> Mapping[str, datetime | None]:
    """All in one statement: each is the head of an index."""
    columns = [_last_success(one).label(one.key) for one in platforms]
    return dict(db.session.execute(sa.select(*columns)).one()._mapping)


def _last_success(platform: Platform) -> sa.ScalarSelect[Any]:
    """An order taken, a file received, or a feed read."""
    if platform.transport is Transport.FILE:
        received = (FileDelivery.platform == platform.key, FileDelivery.status.in_(_RECEIVED))
        last = sa.select(FileDelivery.delivered_at).where(*received)
        return last.order_by(FileDelivery.id.desc()).limit(1).scalar_subquery()
    if platform.transport is Transport.FEED:
        read = sa.select(sa.func.max(FeedReading.last_at)).where(FeedReading.feed == platform.key)
        return read.scalar_subquery()
    sent = (OutboxMessage.kind == platform.kind, OutboxMessage.status == OutboxStatus.SENT)
    done = sa.select(OutboxMessage.sent_at).where(*sent)
    return done.order_by(OutboxMessage.due_at.desc()).limit(1).scalar_subquery()
