"""The nightly comparison: what should be at each platform, what we believe is, and what it says it has.

Level-triggered: it looks at what is, not at what happened, so that one run mends whatever was missed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.core import clock
from app.core.database import db
from app.domain.diffusion.aftermath import go_on
from app.domain.diffusion.board import Listed
from app.domain.diffusion.lifecycle import OVER, SUBMISSION_LIFECYCLE, DiffusionStatus, SubmissionStatus
from app.domain.diffusion.models import Attempt, Diffusion, Submission
from app.domain.diffusion.orders import never_asked, order, sync_offer
from app.domain.diffusion.platform import Ability, Platform
from app.domain.diffusion.recording import FORMER_ONLINE
from app.domain.diffusion.registry import PLATFORMS, open_platforms
from app.domain.offers.models import Offer
from app.outbox.lanes import IN_THE_WAY
from app.outbox.models import OutboxMessage
from app.outbox.queueing import WAITING

S = DiffusionStatus
T = TypeVar("T")
BATCH = 200


def offers_never_asked() -> Iterator[list[Offer]]:
    """Offers online that an open platform, which takes all it can, was never asked to show; each once."""
    lacking = [
        never_asked(PLATFORMS[key], options)
        for key, options in open_platforms().items()
        if PLATFORMS[key].automatic and PLATFORMS[key].relayed_by is None
    ]
    if lacking:
        yield from _batches(sa.select(Offer).where(sa.or_(*lacking)), Offer.id)


def ask_for(offers: Iterable[Offer]) -> int:
    """Queue what they lack; gives the number of diffusions that move."""
    return sum(len(sync_offer(offer)) for offer in offers)


def forgotten_diffusions() -> Iterator[list[Diffusion]]:
    """Diffusions under way for which nothing waits: neither an order nor a reading."""
    lane = "push:" + Diffusion.platform + ":" + sa.cast(Diffusion.id, sa.String)
    waits = sa.exists().where(OutboxMessage.lane == lane, OutboxMessage.status.in_([*WAITING, *IN_THE_WAY]))
    pushed = [key for key, platform in PLATFORMS.items() if platform.transport.is_pushed]
    query = sa.select(Diffusion).where(
        Diffusion.platform.in_(pushed),
        # A refused change leaves there what it would have replaced, which is to be withdrawn one day.
        sa.or_(Diffusion.status.not_in([S.DRAFT, S.REFUSED, *OVER]), Diffusion.detail == FORMER_ONLINE),
        sa.not_(waits),
    )
    yield from _batches(query, Diffusion.id)


def take_up_again(diffusion: Diffusion) -> None:
    """Queue what it needs now: an order, or a reading."""
    go_on(diffusion, PLATFORMS[diffusion.platform])


@dataclass(frozen=True, slots=True)
class Compared:
    """What a step of the comparison with a platform's own list came to, in numbers."""

    missing: int = 0
    orphans: int = 0
    unknown: int = 0


def compare(platform: Platform, listed: Iterable[Listed]) -> Iterator[Compared]:
    """Missing there: read at once. There though over for us: withdrawn. Never ours: counted for staff.

    A batch a step, commit after each: memory holds the platform's own list, and a batch of ours.
    """
    there = {one.reference: one for one in listed}
    unknown = set(there)
    query = sa.select(Submission).where(Submission.platform == platform.key)
    for batch in _batches(query.options(joinedload(Submission.diffusion)), Submission.id):
        unknown.difference_update(one.reference for one in batch)
        missing = [one for one in batch if one.reference not in there and _should_be_there(one)]
        orphans = [one for one in batch if one.reference in there and one.status in _GONE]
        for found in missing:
            order(found.diffusion, platform, "read", due=clock.now())
        for found in orphans:
            SUBMISSION_LIFECYCLE.put_back(found, SubmissionStatus.KNOWN)
            found.remote_id = there[found.reference].remote_id or found.remote_id
            found.withdrawal_asked_at = None
            take_up_again(found.diffusion)
        yield Compared(len(missing), len(orphans))
    yield Compared(unknown=len(unknown))


_GONE = frozenset({SubmissionStatus.OVER, SubmissionStatus.REFUSED})


def _should_be_there(submission: Submission) -> bool:
    return submission.status is SubmissionStatus.KNOWN and submission.diffusion.status is S.PUBLISHED


def without_answer(silence: timedelta) -> int:
    """How many sendings a platform has had since longer than that without saying anything of them."""
    waiting = sa.select(sa.func.count()).where(
        Diffusion.status.in_([S.SENDING, S.AWAITING_MODERATION]),
        Diffusion.detail != "in_feed",
        Diffusion.since < clock.now() - silence,
    )
    return db.session.scalar(waiting.where(Diffusion.platform.in_(_answering()))) or 0


def _answering() -> list[str]:
    return [key for key, platform in PLATFORMS.items() if platform.may(Ability.READ)]


def forget_attempts(before: datetime, *, dry: bool, limit: int = 1000) -> int:
    """Erase exchanges older than a date, `limit` at most; gives their number."""
    ids = list(db.session.scalars(sa.select(Attempt.id).where(Attempt.at < before).limit(limit)))
    if ids and not dry:
        db.session.execute(sa.delete(Attempt).where(Attempt.id.in_(ids)))
    return len(ids)


def _batches(query: sa.Select[T], key: Any) -> Iterator[list[T]]:
    """By keyset: each batch may be committed before the next one is read."""
    last = 0
    while True:
        page = list(db.session.scalars(query.where(key > last).order_by(key).limit(BATCH)))
        if not page:
            return
        last = page[-1].id  # type: ignore[attr-defined]  # both are tables with a number
        yield page
