"""How a message of any kind is closed after its try, and what its partner's circuit learns from it.

Shared by e-mails and by pushes to platforms: each has its own words, its own patience and its own circuit.
"""

import enum
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from secrets import SystemRandom
from typing import Any

from sqlalchemy.exc import OperationalError

from app.core import clock
from app.core.database import begin_write, db
from app.core.events import Event, emit
from app.core.failpoints import failpoint
from app.outbox import circuit, leases
from app.outbox.circuit import Gate
from app.outbox.leases import Claimed
from app.outbox.models import OutboxStatus
from app.outbox.rhythm import next_due

log = logging.getLogger(__name__)

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
    OutboxStatus.PENDING: Result.RETRIED,
    OutboxStatus.RETRY: Result.RETRIED,
    OutboxStatus.UNCERTAIN: Result.UNCERTAIN,
    OutboxStatus.DEAD: Result.DEAD,
    OutboxStatus.CANCELLED: Result.CANCELLED,
}


@dataclass
class Counts:
    """What a drain did. `late`: lost to another worker; `released`: given back untried."""

    sent: int = 0
    refused: int = 0
    retried: int = 0
    uncertain: int = 0
    dead: int = 0
    cancelled: int = 0
    late: int = 0
    released: int = 0

    @property
    def total(self) -> int:
        """Messages taken in hand."""
        return sum(getattr(self, name.name) for name in fields(self))

    def add(self, result: Result, n: int = 1) -> None:
        """Count `n` more messages of one result."""
        setattr(self, result.value, getattr(self, result.value) + n)


@dataclass(frozen=True, slots=True)
class Patience:
    """How a kind of message is tried again: 30 s × 2ⁿ up to `cap`, and for how long in all."""

    cap: timedelta
    gives_up_after: timedelta
    base: timedelta = timedelta(seconds=30)

    def delay(self, attempt: int) -> timedelta:
        """Full jitter: anything up to the ceiling of this try, and never less than a second."""
        ceiling = min(self.cap.total_seconds(), self.base.total_seconds() * 2 ** min(attempt - 1, 20))
        return timedelta(seconds=max(1.0, _dice.uniform(0, ceiling)))


def nothing() -> None:
    """What follows from most marks."""


Also = Callable[[], object]


class Settler:
    """Closes messages, each in its own short transaction, and keeps the circuit of their partner."""

    def __init__(self, kind: str, patience: Patience) -> None:
        self.kind = kind
        self.patience = patience
        self.halted = False
        self.partner_asked = False
        self._was_in_trouble = True

    def begin(self, gate: Gate) -> None:
        """A new batch: forget that the former one was halted."""
        self.halted = self.partner_asked = False
        self._was_in_trouble = self._was_in_trouble or gate is not Gate.CLOSED

    def close(
        self, row: Claimed, status: OutboxStatus, *, error: str, also: Also = nothing, **values: Any
    ) -> Result:
        """An end without sending, or one that a person or a reading will have to settle."""
        return self.mark(row, status, also=also, **self.error(row, error), **values)

    def retry(
        self,
        row: Claimed,
        error: str,
        *,
        also: Also = nothing,
        given_up: Also = nothing,
        after: timedelta | None = None,
        **values: Any,
    ) -> Result:
        """Try again later, `after` what the partner asked at least; dead once patience is over."""
        now = clock.now()
        if now - row.first_tried_at >= self.patience.gives_up_after:

            def told() -> None:
                also()
                given_up()

            return self.mark(row, OutboxStatus.DEAD, also=told, **self.error(row, error), **values)
        delay = max(self.patience.delay(row.attempt), after or timedelta(0))
        due = next_due(row.rhythm, now + delay)
        return self.mark(row, OutboxStatus.RETRY, also=also, due_at=due, **self.error(row, error), **values)

    def postpone(self, row: Claimed, due: datetime) -> Result:
        """Give a message back untried until `due`: the try isn't counted."""
        leases.release([row], due_at=due)
        return Result.RELEASED

    def mark(self, row: Claimed, status: OutboxStatus, *, also: Also = nothing, **values: Any) -> Result:
        """Close a message and write what follows from it in one transaction; insist when it is locked.

        When the message is no longer ours nothing is written, `also` included.
        """
        for tries_left in reversed(range(MARK_TRIES)):
            db.session.rollback()
            try:
                begin_write()
                ours = leases.settle(row, status, **values)
                if ours:
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

    def healthy(self) -> Also:
        """What follows from an answer: the partner is well."""

        def heal() -> None:
            self._was_in_trouble = circuit.worked(self.kind)

        return heal if self._was_in_trouble else nothing

    def count_failure(self, text: str) -> Also:
        """What follows from trouble of the partner's own: counted, and the batch halted when it opens."""

        def count() -> None:
            self._was_in_trouble = True
            self.halted = circuit.failed(self.kind, text)

        return count

    def stop(self, row: Claimed, text: str, *, told: Event, also: Also = nothing) -> Result:
        """Our credentials are refused: nothing is counted, every message waits, it is told once."""
        self.halted = self._was_in_trouble = True
        db.session.rollback()
        begin_write()
        leases.give_back([row])
        also()
        db.session.commit()
        failpoint("outbox.released_before_stop")
        begin_write()
        if circuit.stop_for_credentials(self.kind, text):
            emit(told)
        db.session.commit()
        return Result.RELEASED

    def error(self, row: Claimed, text: str) -> dict[str, Any]:
        """What is kept of an error: without the address, which relays like to repeat."""
        kept = " ".join((text.replace(row.recipient, "[adresse]") if row.recipient else text).split())
        return {"last_error": kept[:500], "last_error_at": clock.now()}
