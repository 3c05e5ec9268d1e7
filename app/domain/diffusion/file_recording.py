"""What a file left at a platform changes: its offers are there, those of the former one no longer are."""

import zipfile
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from itertools import islice
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.audit import journal
from app.audit.actor import SYSTEM
from app.core import clock, events
from app.core.database import db
from app.domain.diffusion.events import PlatformStopped
from app.domain.diffusion.files import FILE_LIFECYCLE, Delivered, FileBoard, FileDelivery, FileStatus, Receipt
from app.domain.diffusion.lifecycle import MOVE_TO, SUBMISSION_LIFECYCLE, DiffusionStatus, SubmissionStatus
from app.domain.diffusion.models import Diffusion, Submission
from app.domain.diffusion.orders import move
from app.domain.diffusion.platform import Platform
from app.domain.diffusion.recording import ENDINGS
from app.domain.diffusion.registry import PLATFORMS
from app.outbox import circuit

S = DiffusionStatus
BATCH = 500
ACKNOWLEDGED = "file_acknowledged"
UNSURE = "file_uncertain"
_THERE = (S.SENDING, S.PUBLISHED, S.UNCERTAIN)
_MOVES = {
    Receipt.ACKNOWLEDGED: "acknowledge",
    Receipt.REFUSED: "refuse",
    Receipt.UNCERTAIN: "doubt",
}


def take(delivery: FileDelivery, answer: Delivered) -> None:
    """Keep what the platform said of the file. What waited waits on, unless it was received."""
    delivery.answer, delivery.host = answer.answer[:500], answer.host
    delivery.delivered_at = clock.now()
    if answer.receipt in _MOVES:
        # Else nothing was received, whatever is in the file: it is left again, as it is.
        FILE_LIFECYCLE.apply(delivery, _MOVES[answer.receipt])
    kind = PLATFORMS[delivery.platform].kind
    if answer.receipt is Receipt.ACKNOWLEDGED:
        circuit.worked(kind)
    elif answer.receipt is Receipt.CREDENTIAL and circuit.stop_for_credentials(kind, answer.answer):
        events.emit(PlatformStopped(delivery.platform, answer.answer[:200]))


def last_received(platform: Platform) -> FileDelivery | None:
    """The last file that the platform has."""
    received = (FileStatus.ACKNOWLEDGED, FileStatus.RECORDED)
    return db.session.scalar(
        sa.select(FileDelivery)
        .where(FileDelivery.platform == platform.key, FileDelivery.status.in_(received))
        .order_by(FileDelivery.id.desc())
        .limit(1)
    )


def unfinished(platform: Platform) -> list[FileDelivery]:
    """Files that a process was writing, or leaving there, when it died; oldest first."""
    query = sa.select(FileDelivery).where(
        FileDelivery.platform == platform.key,
        FileDelivery.status.in_((FileStatus.WRITING, FileStatus.WRITTEN)),
    )
    return list(db.session.scalars(query.order_by(FileDelivery.id)))


def record(delivery: FileDelivery, board: FileBoard, archive: Path) -> Iterator[int]:
    """Its offers have been received, which isn't published; a batch a step, commit after each."""
    number, platform, moment = delivery.id, delivery.platform, delivery.delivered_at or clock.now()

    def there(diffusion: Diffusion, submission: Submission) -> bool:
        if submission.status is not SubmissionStatus.KNOWN:
            SUBMISSION_LIFECYCLE.apply(submission, "know")
        submission.handed_at = moment
        if diffusion.status.is_over or diffusion.status in {S.PUBLISHED, S.SENDING}:
            return False
        move(diffusion, "send", detail=ACKNOWLEDGED)
        journal.record("diffusion_sent", diffusion, by=SYSTEM, facts={"platform": platform})
        return True

    yield from _each(platform, board, archive, there)
    FILE_LIFECYCLE.apply(db.session.get_one(FileDelivery, number), "record")
    yield 0


def doubt(delivery: FileDelivery, board: FileBoard, archive: Path) -> Iterator[int]:
    """Nobody knows whether it was received: what is new in it is in doubt, until the next one settles it."""

    def unsure(diffusion: Diffusion, submission: Submission) -> bool:
        if submission.status is SubmissionStatus.RESERVED:
            # Closed meanwhile or not: it may be there.
            SUBMISSION_LIFECYCLE.apply(submission, "hand")
        if diffusion.status is not S.QUEUED:
            return False
        move(diffusion, "doubt", detail=UNSURE)
        return True

    yield from _each(delivery.platform, board, archive, unsure)


def _each(
    platform: str, board: FileBoard, archive: Path, act: Callable[[Diffusion, Submission], bool]
) -> Iterator[int]:
    """Whatever the file says is what was sent: it is read again, rather than remembered elsewhere."""
    with zipfile.ZipFile(archive) as zipped:
        for name in zipped.namelist():
            with zipped.open(name) as raw:
                lines = TextIOWrapper(raw, encoding="utf-8", newline="\n")
                next(lines, "")
                while block := list(islice(lines, BATCH)):
                    references = [found for line in block if (found := board.reference_in(line.rstrip("\n")))]
                    yield _moved(platform, references, act)
                    db.session.expunge_all()


def _moved(platform: str, references: list[str], act: Callable[[Diffusion, Submission], bool]) -> int:
    query = (
        sa.select(Submission)
        .where(Submission.platform == platform, Submission.reference.in_(references))
        .order_by(Submission.id)
        .options(joinedload(Submission.diffusion).lazyload(Diffusion.offer))
    )
    return sum(act(one.diffusion, one) for one in db.session.scalars(query))


def end_absent(delivery: FileDelivery) -> Iterator[int]:
    """What was in a former file and isn't in this one is no longer there; commit after each step."""
    moment, platform = delivery.delivered_at or clock.now(), delivery.platform
    query = (
        sa.select(Submission)
        .join(Diffusion, Diffusion.id == Submission.diffusion_id)
        .where(
            Submission.platform == platform,
            Submission.status.in_((SubmissionStatus.KNOWN, SubmissionStatus.IN_DOUBT)),
            sa.or_(Submission.handed_at.is_(None), Submission.handed_at < moment),
        )
        .order_by(Submission.id)
        .limit(BATCH)
    )
    while found := list(db.session.scalars(query)):
        for submission in found:
            _end(submission)
        yield len(found)
        db.session.expunge_all()


def _end(submission: Submission) -> None:
    diffusion = submission.diffusion
    SUBMISSION_LIFECYCLE.apply(submission, "end")
    submission.ended_at = clock.now()
    if diffusion.status not in _THERE:
        # Refused since, or wanted again already: that is what is to be said of it.
        return
    if diffusion.withdrawal_asked_at is None:
        diffusion.withdrawal_asked_at = clock.now()
    reason = diffusion.offer.end_reason
    status = ENDINGS.get(reason.value, S.CANCELLED) if reason else S.CANCELLED
    move(diffusion, MOVE_TO[status], detail="")
    journal.record("diffusion_ended", diffusion, by=SYSTEM, facts={"platform": submission.platform})
