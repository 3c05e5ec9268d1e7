"""What a job receives: its slot, its counts, its batches."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.core import clock
from app.core.database import db
from app.core.failpoints import failpoint

Counts = dict[str, int]
# (singular, plural) of what is counted: ("offre close", "offres closes").
Words = Mapping[str, tuple[str, str]]


class Stopped(RuntimeError):
    """The run has to end: the process is stopping, or somebody else has taken the slot."""


def _nothing(_longer: timedelta) -> None:
    return None


def _never() -> bool:
    return False


@dataclass
class Run:
    """One run of a job. `dry`: count, change nothing; whatever is written all the same is rolled back."""

    job: str
    slot: str
    dry: bool
    limit: int | None = None
    counts: Counts = field(default_factory=dict)
    # Repeats the lease in the batch's own transaction; raises Stopped when the slot is no longer ours.
    guard: Callable[[timedelta], None] = _nothing
    stopping: Callable[[], bool] = _never

    @property
    def now(self) -> datetime:
        """The current instant, aware, UTC."""
        return clock.now()

    def count(self, name: str, n: int = 1) -> None:
        """Add `n` to a count; names are those of the job's `words`."""
        self.counts[name] = self.counts.get(name, 0) + n

    def commit(self, *, then: timedelta = timedelta(0)) -> None:
        """End a batch; call it at least every minute. Raises Stopped when the run has to end.

        `then`: how long the next step may last, when that is more than a minute: nobody takes the slot
        meanwhile. A batch whose slot was taken by somebody else is rolled back whole.
        """
        if self.dry:
            db.session.flush()
            return
        self.guard(then)
        failpoint("scheduler.before_batch_commit")
        db.session.commit()
        failpoint("scheduler.after_batch_commit")
        if self.stopping():
            raise Stopped("process stopping")
