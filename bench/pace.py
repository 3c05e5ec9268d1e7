"""How much is measured: everything, or just enough to see that the measures run."""

import os
from dataclasses import dataclass

DEFAULT_SCALE = 100_000
SMALL = 1_000


@dataclass(frozen=True)
class Pace:
    """`seconds` of one round of requests; workers of the expiry; journeys and e-mails of a round."""

    rounds: int
    seconds: float
    workers: tuple[int, ...]
    journeys: int
    mails: int


FULL = Pace(rounds=3, seconds=4.0, workers=(1, 2, 4), journeys=60, mails=1_000)
BRIEF = Pace(rounds=1, seconds=0.3, workers=(1,), journeys=4, mails=20)


def scale() -> int:
    """Number of offers: BENCH_SCALE, else 100,000."""
    return max(100, int(os.environ.get("BENCH_SCALE") or DEFAULT_SCALE))


def pace_of(number: int) -> Pace:
    """Below a thousand offers nothing is worth a figure: the measures are only tried."""
    return FULL if number >= SMALL else BRIEF
