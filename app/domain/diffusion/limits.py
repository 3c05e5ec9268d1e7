"""The limits of a platform: one call of its allowance taken before each, all of them held when it asks."""

from datetime import datetime, timedelta

from app.core import clock
from app.domain.diffusion.board import Act
from app.domain.diffusion.platform import Platform
from app.outbox import allowance
from app.outbox.allowance import Rate

# Of what has no limit of its own: far above what one platform ever gets, so that it can be held all the same.
UNSAID = Rate(limit=1200, seconds=60, burst=600)


def take_call(platform: Platform, act: Act, account: str) -> datetime | None:
    """Take one call, in a transaction that writes. None: taken; else when to come back."""
    wait = allowance.take(_bucket(platform, act, account), _rate(platform, act))
    # The allowance follows the database's clock, due times the service's.
    return None if wait is None else clock.now() + wait


def hold_calls(platform: Platform, act: Act, account: str, *, seconds: float) -> None:
    """The platform asks to wait: no call of that sort leaves before, from any host. Never commits."""
    bucket = _bucket(platform, act, account)
    allowance.hold_back(bucket, _rate(platform, act), timedelta(seconds=seconds))


def _bucket(platform: Platform, act: Act, account: str) -> str:
    return f"{platform.key}:{'writes' if act.writes else 'reads'}:{account}"[:60]


def _rate(platform: Platform, act: Act) -> Rate:
    return (platform.writes if act.writes else platform.reads) or UNSAID
