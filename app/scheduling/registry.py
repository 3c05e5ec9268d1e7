"""The jobs, declared in code by `@job`."""

from collections.abc import Callable
from dataclasses import dataclass

from app.scheduling.run import Counts, Run, Words
from app.scheduling.slots import Daily, Every, When

__all__ = ["JOBS", "Counts", "Daily", "DuplicateJob", "Every", "Job", "Run", "job"]

Work = Callable[[Run], Counts]


@dataclass(frozen=True)
class Job:
    """A declared job: its name, when it is due, its French title, its function, the words of its counts."""

    name: str
    at: When
    title: str
    work: Work
    words: Words


class DuplicateJob(ValueError):
    """Two jobs bear the same name."""


JOBS: dict[str, Job] = {}


def job(name: str, *, at: When, title: str, words: Words | None = None) -> Callable[[Work], Work]:
    """Declare a level-triggered job: `@job("expire_offers", at=Daily(0, 5), title="Clore les offres")`.

    `words` gives the French of its counts: {"closed": ("offre close", "offres closes")}.
    """

    def declare(work: Work) -> Work:
        known = JOBS.get(name)
        if known is not None and known.work is not work:
            raise DuplicateJob(name)
        JOBS[name] = Job(name=name, at=at, title=title, work=work, words=dict(words or {}))
        return work

    return declare
