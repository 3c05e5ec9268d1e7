"""What happens to diffusions; `app/reactions.py` says what follows."""

from dataclasses import dataclass

from app.core.events import Event
from app.domain.diffusion.models import Diffusion


@dataclass(frozen=True)
class DiffusionEvent(Event):
    """Something happened to this diffusion."""

    diffusion: Diffusion


@dataclass(frozen=True)
class DiffusionPublished(DiffusionEvent):
    """The platform says that it is online there, for the first time of this sending."""


@dataclass(frozen=True)
class DiffusionModerated(DiffusionEvent):
    """The platform reads it before publishing."""


@dataclass(frozen=True)
class DiffusionRefused(DiffusionEvent):
    """The platform has refused it; the diffusion holds code, words and field."""


@dataclass(frozen=True)
class DiffusionLost(DiffusionEvent):
    """Nobody asked for it, and it is no longer online there."""


@dataclass(frozen=True)
class PlatformStopped(Event):
    """The platform refuses our key: its orders wait. Told once a stop."""

    platform: str
    reason: str
