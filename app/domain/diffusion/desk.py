"""What portal staff do with a diffusion that can't go on by itself. Journalled; nothing commits."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.audit import journal
from app.audit.actor import Actor
from app.core import clock
from app.core.database import db
from app.core.errors import Refused
from app.domain.diffusion.lifecycle import SUBMISSION_LIFECYCLE, DiffusionStatus, SubmissionStatus
from app.domain.diffusion.models import Attempt, Diffusion, Submission
from app.domain.diffusion.orders import lane_of, move, order, sync, watch
from app.domain.diffusion.platform import Ability
from app.domain.diffusion.registry import PLATFORMS, open_platforms
from app.domain.offers.staff_queues import Waiting
from app.outbox.models import OutboxMessage, OutboxStatus
from app.outbox.upkeep import drop

S, T = DiffusionStatus, SubmissionStatus
EXCHANGES_SHOWN = 50
_FAILED = (OutboxStatus.DEAD, OutboxStatus.UNCERTAIN, OutboxStatus.REFUSED)


# What a change of text mends is the employer's to do: the page of the offer says which field.
_WAITS = sa.or_(
    Diffusion.status == S.UNCERTAIN,
    sa.and_(Diffusion.status == S.REFUSED, Diffusion.reason_field.is_(None)),
)


def needs_somebody(diffusion: Diffusion) -> bool:
    """Is it of unknown outcome, or refused for a reason that its employer can't mend?"""
    refused = diffusion.status is S.REFUSED and diffusion.reason_field is None
    return refused or diffusion.status is S.UNCERTAIN


def failing(*, limit: int = 200) -> Sequence[Diffusion]:
    """Those that need somebody; oldest first."""
    query = sa.select(Diffusion).where(_WAITS, Diffusion.platform.in_(PLATFORMS))
    query = query.options(joinedload(Diffusion.offer))
    return db.session.scalars(query.order_by(Diffusion.since, Diffusion.id).limit(limit)).all()


def failing_waiting() -> Waiting:
    """How many, and since when the oldest waits."""
    query = sa.select(sa.func.count(), sa.func.min(Diffusion.since))
    return Waiting(*db.session.execute(query.where(_WAITS, Diffusion.platform.in_(PLATFORMS))).one())


def last_exchanges(diffusion: Diffusion) -> Sequence[Attempt]:
    """What was said with its platform, the newest first; its texts are long, older ones stay there."""
    query = sa.select(Attempt).join(Submission).where(Submission.diffusion_id == diffusion.id)
    return db.session.scalars(query.order_by(Attempt.id.desc()).limit(EXCHANGES_SHOWN)).all()


def check_there(diffusion: Diffusion, *, by: Actor) -> None:
    """« Vérifier chez {site} »: read its state now. The only act offered while the outcome is unknown."""
    platform = PLATFORMS[diffusion.platform]
    if not platform.may(Ability.READ):
        raise Refused(f"{platform.name} ne permet pas de lire l’état d’une offre.")
    journal.record("diffusion_checked", diffusion, by=by, facts={"platform": platform.key})
    doubtful = _letters(diffusion, OutboxStatus.UNCERTAIN)
    for message in doubtful:
        message.due_at = clock.now()
    if not doubtful:
        order(diffusion, platform, "read", due=clock.now())


def seen_there(diffusion: Diffusion, url: str, *, by: Actor) -> None:
    """« Marquer comme vue sur le site », with its address: a person has settled the doubt."""
    if not url.startswith(("https://", "http://")):
        raise Refused("Indiquez l’adresse complète de l’annonce.")
    submission = diffusion.submission
    if submission is None:
        raise Refused("Rien n’a été envoyé à ce site.")
    if submission.status is not T.OVER:
        SUBMISSION_LIFECYCLE.apply(submission, "know")
    if diffusion.status is not S.PUBLISHED:
        move(diffusion, "publish", detail="seen")
    diffusion.url = url
    diffusion.first_published_at = diffusion.first_published_at or clock.now()
    journal.record("diffusion_seen", diffusion, by=by, facts={"platform": diffusion.platform})
    _bury(diffusion, "vue sur le site par un agent")
    watch(diffusion, PLATFORMS[diffusion.platform])


def send_again(diffusion: Diffusion, *, by: Actor) -> None:
    """« Réessayer », having seen that it isn't there: where nothing merges, a new reference leaves."""
    platform = PLATFORMS[diffusion.platform]
    options = open_platforms().get(platform.key)
    if options is None:
        raise Refused(f"{platform.name} n’est pas ouvert à la diffusion pour le moment.")
    submission = diffusion.submission
    if submission is not None and submission.status is T.IN_DOUBT and not platform.repeatable:
        SUBMISSION_LIFECYCLE.apply(submission, "end")
        submission.ended_at = clock.now()
    if submission is not None:
        submission.sent_digest = ""
    _bury(diffusion, "réessayé par un agent")
    journal.record("diffusion_asked", diffusion, by=by, facts={"platform": platform.key})
    sync(diffusion, platform, options)


def abandon(diffusion: Diffusion, reason: str, *, by: Actor) -> None:
    """« Abandonner », with a reason: nothing more is sent there for this offer."""
    if not reason.strip():
        raise Refused("Indiquez le motif de l’abandon.")
    diffusion.wanted = False
    _bury(diffusion, reason)
    if not diffusion.status.is_over:
        move(diffusion, "cancel", detail="abandoned")
    submission = diffusion.submission
    if submission is not None and submission.status is not T.OVER:
        SUBMISSION_LIFECYCLE.apply(submission, "end")
        submission.ended_at = clock.now()
    journal.record("diffusion_withdrawn", diffusion, by=by, facts={"platform": diffusion.platform})


def _letters(diffusion: Diffusion, *statuses: OutboxStatus) -> list[OutboxMessage]:
    query = sa.select(OutboxMessage).where(
        OutboxMessage.lane == lane_of(diffusion), OutboxMessage.status.in_(statuses)
    )
    return list(db.session.scalars(query))


def _bury(diffusion: Diffusion, reason: str) -> None:
    """What has failed in its lane is dropped with the reason: nothing of it comes back by itself."""
    for message in _letters(diffusion, *_FAILED):
        drop(message, reason)
