"""What becomes of a message after its try: closed, tried later, or left to a person."""

import enum
import logging
import time
from collections.abc import Callable
from datetime import timedelta
from secrets import SystemRandom
from typing import Any

from sqlalchemy.exc import OperationalError

from app.core import clock
from app.core.database import begin_write, db
from app.core.events import emit
from app.core.failpoints import failpoint
from app.outbox import circuit, leases
from app.outbox.bounces import normalised, record_fact
from app.outbox.circuit import Gate
from app.outbox.events import MailStopped
from app.outbox.leases import Claimed
from app.outbox.models import OutboxStatus
from app.outbox.rhythm import next_due
from app.outbox.transport import Failure, SendFailed

log = logging.getLogger(__name__)

RETRY_BASE = timedelta(seconds=30)
RETRY_CAP = timedelta(minutes=30)
GIVE_UP_AFTER = timedelta(hours=72)
# A mark that fails would send the message again: it is worth insisting.
MARK_TRIES = 5
_dice = SystemRandom()


class Result(enum.Enum):
    """What a try came to; the names of the counts."""

    SENT = "sent"
    REFUSED = "refused"
    RETRIED = "retried"
    UNCERTAIN = "uncertain"
    DEAD = "dead"
    CANCELLED = "cancelled"
    LATE = "late"
    RELEASED = "released"


_RESULTS = {
    OutboxStatus.SENT: Result.SENT,
    OutboxStatus.REFUSED: Result.REFUSED,
    OutboxStatus.RETRY: Result.RETRIED,
    OutboxStatus.UNCERTAIN: Result.UNCERTAIN,
    OutboxStatus.DEAD: Result.DEAD,
    OutboxStatus.CANCELLED: Result.CANCELLED,
}


def retry_delay(attempt: int) -> timedelta:
    """Full jitter: anything up to 30 s × 2ⁿ, 30 min at most, and never less than a second."""
    ceiling = min(RETRY_CAP.total_seconds(), RETRY_BASE.total_seconds() * 2 ** min(attempt - 1, 20))
    return timedelta(seconds=max(1.0, _dice.uniform(0, ceiling)))


def _nothing() -> None:
    return None


class Outcomes:
    """Closes messages, each in its own short transaction, and keeps the relay's circuit."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.halted = False
        self.relay_asked = False
        self._was_in_trouble = True

    def begin(self, gate: Gate) -> None:
        """A new batch: forget that the former one was halted."""
        self.halted = self.relay_asked = False
        self._was_in_trouble = self._was_in_trouble or gate is not Gate.CLOSED

    def sent(self, row: Claimed) -> Result:
        """The relay has taken it."""
        self.relay_asked = True
        return self._mark(row, OutboxStatus.SENT, also=self._healthy(), sent_at=clock.now())

    def close(self, row: Claimed, status: OutboxStatus, *, error: str) -> Result:
        """An end without sending."""
        return self._mark(row, status, **_error(row, error))

    def retry(
        self, row: Claimed, error: str, *, also: Callable[[], None] = _nothing, **values: Any
    ) -> Result:
        """Try again later; dead when it has been tried for 72 hours."""
        now = clock.now()
        if now - row.first_tried_at >= GIVE_UP_AFTER:
            return self._mark(row, OutboxStatus.DEAD, also=also, **_error(row, error), **values)
        due = next_due(row.rhythm, now + retry_delay(row.attempt))
        return self._mark(row, OutboxStatus.RETRY, also=also, due_at=due, **_error(row, error), **values)

    def failed(self, row: Claimed, failure: SendFailed) -> Result:
        """The relay has said no, or nothing."""
        self.relay_asked = True
        text = str(failure)
        log.warning("outbox %s: %s, try %s", row.id, failure.failure.value, row.attempt)
        if failure.failure is Failure.CREDENTIAL:
            return self._stop(row, text)
        # A relay that refuses one message is well: only its own trouble counts.
        also = self._count_failure(text) if failure.relay else self._healthy()
        if failure.failure is Failure.PERMANENT:
            told = self._bounce(row, text, also) if failure.address else also
            return self._mark(row, OutboxStatus.DEAD, also=told, **_error(row, text))
        if failure.failure is Failure.TRANSIENT:
            return self.retry(row, text, also=also)
        if row.rhythm.at_most_once:
            return self._mark(row, OutboxStatus.UNCERTAIN, also=also, **_error(row, text))
        return self.retry(row, text, also=also, possible_duplicate=True)

    def _mark(
        self, row: Claimed, status: OutboxStatus, *, also: Callable[[], None] = _nothing, **values: Any
    ) -> Result:
        """Close a message and write what follows from it in one transaction; insist when it is locked."""
        for tries_left in reversed(range(MARK_TRIES)):
            db.session.rollback()
            try:
                begin_write()
                ours = leases.settle(row, status, **values)
                also()
                failpoint("outbox.before_mark_commit")
                db.session.commit()
                failpoint("outbox.after_mark")
                break
            except OperationalError:
                db.session.rollback()
                if not tries_left:
                    raise
                time.sleep(0.5)
        if not ours:
            log.warning("outbox %s: no longer ours, nothing was written", row.id)
            return Result.LATE
        return _RESULTS[status]

    def _healthy(self) -> Callable[[], None]:
        def heal() -> None:
            circuit.worked(self.kind)
            self._was_in_trouble = False

        return heal if self._was_in_trouble else _nothing

    def _count_failure(self, text: str) -> Callable[[], None]:
        def count() -> None:
            self._was_in_trouble = True
            self.halted = circuit.failed(self.kind, text)

        return count

    def _bounce(self, row: Claimed, text: str, also: Callable[[], None]) -> Callable[[], None]:
        def tell() -> None:
            also()
            record_fact(
                message_id=row.message_id,
                event="hard_bounce",
                at=clock.now(),
                email=normalised(row.recipient),
                provider="smtp",
                reason=_error(row, text)["last_error"][:300],
            )

        return tell

    def _stop(self, row: Claimed, text: str) -> Result:
        """Our credentials are refused: nothing is counted, every message waits, it is told once."""
        self.halted = self._was_in_trouble = True
        leases.release([row])
        failpoint("outbox.released_before_stop")
        begin_write()
        if circuit.stop_for_credentials(self.kind, text):
            emit(MailStopped(reason=text))
        db.session.commit()
        return Result.RELEASED


def _error(row: Claimed, text: str) -> dict[str, Any]:
    """What is kept of an error: without the address, which relays like to repeat."""
    kept = " ".join(text.replace(row.recipient, "[adresse]").split())
    return {"last_error": kept[:500], "last_error_at": clock.now()}
