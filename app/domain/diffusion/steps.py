"""One step of a diffusion, before its call: what to do is decided, the sending is reserved and committed."""

from dataclasses import dataclass
from datetime import datetime

from app.core import clock
from app.core.database import begin_write, db
from app.core.failpoints import failpoint
from app.domain.diffusion.advert import advert_of
from app.domain.diffusion.attempts import begin_attempt
from app.domain.diffusion.board import Act, Board, Order, Reply, Verdict
from app.domain.diffusion.lifecycle import SUBMISSION_LIFECYCLE, SubmissionStatus
from app.domain.diffusion.limits import take_call
from app.domain.diffusion.models import Diffusion, Submission
from app.domain.diffusion.orders import lane_of, whole
from app.domain.diffusion.planning import is_wanted, next_act, next_reading
from app.domain.diffusion.platform import Platform
from app.domain.diffusion.registry import open_platforms
from app.outbox import leases
from app.outbox.lanes import is_anything_waiting
from app.outbox.leases import Claimed

# What a platform has no say in: the offer must go.
ENDINGS = frozenset({Act.WITHDRAW, Act.SUSPEND})


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing to do: the message has no object left."""

    why: str = "sans objet"


@dataclass(frozen=True, slots=True)
class Later:
    """The platform's limit is reached, or the platform is closed: not before `due`."""

    due: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """Our own validator says no: nothing leaves."""

    order: Order
    reply: Reply


@dataclass(frozen=True, slots=True)
class Ready:
    """The call to make; the sending it belongs to is committed."""

    order: Order


class NotOurs(Exception):
    """Another worker has the message."""


Prepared = Nothing | Later | Refused | Ready


def prepare(row: Claimed, platform: Platform, board: Board) -> Prepared:
    """Decide, reserve, commit: after this, whoever finds the sending knows that it may have left."""
    db.session.rollback()
    begin_write()
    diffusion = whole(row.refs["diffusion"])
    if diffusion is None:
        return Nothing()
    opened = open_platforms()
    wanted = is_wanted(diffusion, platform, opened.get(platform.key, {}))
    if wanted and platform.key not in opened:
        return Later(clock.now() + platform.polling.then)
    act = next_act(diffusion, platform, wanted=wanted) or _reading(diffusion, platform)
    if act is None:
        return Nothing()
    if act in ENDINGS and is_anything_waiting(lane_of(diffusion), besides="read"):
        # Closed while this order was in hand: the one that came with it leaves once no undo can come.
        return Nothing("remplacé")
    due = take_call(platform, act, diffusion.account)
    if due is not None:
        db.session.rollback()
        return Later(due)
    return _reserved(row, diffusion, platform, board, act)


def _reading(diffusion: Diffusion, platform: Platform) -> Act | None:
    return Act.READ if next_reading(diffusion, platform) is not None else None


def _reserved(row: Claimed, diffusion: Diffusion, platform: Platform, board: Board, act: Act) -> Prepared:
    submission = diffusion.submission
    if act is Act.PUBLISH:
        submission = _submission_for(diffusion, platform)
    if submission is None:
        return Nothing()
    order = Order(
        act=act,
        advert=advert_of(diffusion.offer),
        reference=submission.reference,
        remote_id=submission.remote_id,
        known=diffusion.status,
        remote_status=diffusion.remote_status,
        withdrawing=submission.withdrawal_asked_at is not None,
        was_online=_was_online(diffusion, submission),
        in_doubt=submission.status is SubmissionStatus.IN_DOUBT,
        account=diffusion.account,
    )
    if act in {Act.PUBLISH, Act.UPDATE}:
        problem = next((one for one in board.problems(order.advert) if one.blocking), None)
        if problem is not None:
            _commit_taken_up(row)
            refusal = Reply(
                verdict=Verdict.REFUSED, code=problem.code, message=problem.message, field=problem.field
            )
            return Refused(order, refusal)
    if act.creates and not order.in_doubt:
        # Known by a reading alone, it must not be taken for another text than the one that left.
        submission.sent_digest = platform.digest_of(order.advert)
    if act.writes:
        _hand(submission, board, act)
        failpoint("push.reserved_before_commit")
        db.session.flush()
        if not leases.commit_handed(row):
            raise NotOurs
    else:
        _commit_taken_up(row)
    return Ready(order)


def _commit_taken_up(row: Claimed) -> None:
    """Nothing of this step is kept, its call of the allowance neither, once the message is another's."""
    db.session.flush()
    if not leases.commit_taken_up(row):
        raise NotOurs


def _was_online(diffusion: Diffusion, submission: Submission) -> bool:
    first = diffusion.first_published_at
    return first is not None and first >= submission.created_at


def _hand(submission: Submission, board: Board, act: Act) -> None:
    if act.creates:
        SUBMISSION_LIFECYCLE.apply(submission, "hand")
    submission.handed_at = clock.now()
    begin_attempt(submission, act, host=board.host)


def _submission_for(diffusion: Diffusion, platform: Platform) -> Submission:
    """The sending to do: the same again where the platform merges by reference, else a new reference."""
    last = diffusion.submission
    if last is not None and last.status is not SubmissionStatus.OVER:
        never_left = last.status is SubmissionStatus.RESERVED
        if never_left or platform.repeatable:
            return last
    rank = len(diffusion.submissions) + 1
    new = Submission(
        platform=platform.key,
        rank=rank,
        reference=reference_for(diffusion, rank),
        created_at=clock.now(),
        attempts=[],
    )
    SUBMISSION_LIFECYCLE.begin(new, SubmissionStatus.RESERVED)
    diffusion.submissions.append(new)
    return new


def reference_for(diffusion: Diffusion, rank: int) -> str:
    """« DA-7K3M9P », then « DA-7K3M9P-2 »: at most 20 characters, never given twice at a platform."""
    account = f"-{diffusion.id:x}" if diffusion.account else ""
    return f"{diffusion.offer.reference}{account}{f'-{rank}' if rank > 1 else ''}"
