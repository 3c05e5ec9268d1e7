"""What is to be done next at a platform, from what is wanted and what is known: a function, no memory.

An order of the outbox only says « look at this diffusion again »: what it does is decided when it leaves, so
that a newer wish always replaces an older one, and a withdrawal always beats a publication.
"""

from datetime import datetime, timedelta

from app.core import clock
from app.domain.diffusion.advert import advert_of
from app.domain.diffusion.board import Act
from app.domain.diffusion.lifecycle import DiffusionStatus, SubmissionStatus
from app.domain.diffusion.models import Diffusion, Submission
from app.domain.diffusion.platform import Ability, Options, Platform
from app.domain.offers.models import Offer
from app.domain.offers.queries import is_visible

S = DiffusionStatus
# The detail of what is online while the platform examines another version of it.
UPDATING = "updating"
# States of a sending that a reading may still change.
_UNSETTLED = frozenset({S.SENDING, S.AWAITING_MODERATION})


def is_wanted(diffusion: Diffusion, platform: Platform, options: Options) -> bool:
    """Should the offer be there now: asked for, online here, and eligible?"""
    offer = diffusion.offer
    return diffusion.wanted and is_visible(offer) and not platform.obstacles(offer, options)


def next_act(diffusion: Diffusion, platform: Platform, *, wanted: bool) -> Act | None:
    """The next thing to do there; None when platform and offer agree."""
    submission = diffusion.submission
    if submission is None or submission.status is SubmissionStatus.RESERVED:
        return Act.PUBLISH if wanted else None
    if submission.status is SubmissionStatus.OVER:
        return Act.PUBLISH if wanted and _may_come_back(submission, diffusion.offer, platform) else None
    if submission.status is SubmissionStatus.IN_DOUBT:
        return _out_of_doubt(platform, wanted=wanted)
    if submission.status is SubmissionStatus.REFUSED:
        # A refusal is final for that text: only another one is sent.
        return Act.PUBLISH if wanted and has_changed(submission, diffusion.offer, platform) else None
    return _with_known(diffusion, submission, platform, wanted=wanted)


def _may_come_back(submission: Submission, offer: Offer, platform: Platform) -> bool:
    """We had withdrawn it, or it has changed. What the platform ended by itself isn't forced upon it."""
    return submission.withdrawal_asked_at is not None or has_changed(submission, offer, platform)


def _out_of_doubt(platform: Platform, *, wanted: bool) -> Act:
    if not platform.repeatable:
        return Act.READ
    return Act.PUBLISH if wanted else Act.WITHDRAW


def _with_known(
    diffusion: Diffusion, submission: Submission, platform: Platform, *, wanted: bool
) -> Act | None:
    suspended = diffusion.status is S.SUSPENDED
    if submission.withdrawal_asked_at is not None:
        # Whatever is wanted now, the end of this sending comes first.
        return None
    if not wanted:
        if platform.may(Ability.WITHDRAW):
            return Act.WITHDRAW
        return Act.SUSPEND if platform.may(Ability.SUSPEND) and not suspended else None
    if has_changed(submission, diffusion.offer, platform):
        if platform.may(Ability.UPDATE):
            return Act.UPDATE
        # Content is frozen there: the former sending goes, another one under a new reference follows.
        if platform.may(Ability.SUSPEND) and not suspended:
            return Act.SUSPEND
        return Act.WITHDRAW if platform.may(Ability.WITHDRAW) else None
    return Act.RESUME if suspended and platform.may(Ability.SUSPEND) else None


def has_changed(submission: Submission, offer: Offer, platform: Platform) -> bool:
    """Is the offer, as this platform gets it, other than what was last sent?"""
    return not platform.has_had(submission.sent_digest, advert_of(offer))


def next_reading(diffusion: Diffusion, platform: Platform) -> datetime | None:
    """When its state is to be read; None when nothing is left to learn."""
    submission = diffusion.submission
    if submission is None or not platform.may(Ability.READ) or submission.status in _NOTHING_TO_READ:
        return None
    polling = platform.polling
    leaving = submission.withdrawal_asked_at is not None
    if submission.status is SubmissionStatus.IN_DOUBT:
        return clock.now() + _step(polling.doubt, diffusion.reads, polling.then)
    if diffusion.status in _UNSETTLED or leaving or diffusion.detail == UPDATING:
        return clock.now() + _step(polling.first, diffusion.reads, polling.then)
    return clock.now() + polling.online


_NOTHING_TO_READ = frozenset({SubmissionStatus.RESERVED, SubmissionStatus.REFUSED, SubmissionStatus.OVER})


def _step(steps: tuple[timedelta, ...], rank: int, then: timedelta) -> timedelta:
    return steps[rank] if rank < len(steps) else then
