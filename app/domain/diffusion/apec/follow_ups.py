"""What follows, for the member whose identifier was used, from what happens to an offer at APEC."""

from app.core import clock
from app.domain.diffusion.apec.emails import ApecIdInvalid, ApecModerated, ApecPublished, member_of
from app.domain.diffusion.events import DiffusionModerated, DiffusionPublished, DiffusionRefused
from app.domain.diffusion.platforms.apec import APEC
from app.outbox import queue

_UNKNOWN = "103"


def tell_published(event: DiffusionPublished) -> None:
    """E26, at once."""
    identifier = member_of(event.diffusion) if event.diffusion.platform == APEC.key else None
    if identifier is not None:
        queue(ApecPublished(event.diffusion, identifier.membership))


def tell_moderated(event: DiffusionModerated) -> None:
    """E50, at once."""
    identifier = member_of(event.diffusion) if event.diffusion.platform == APEC.key else None
    if identifier is not None:
        queue(ApecModerated(event.diffusion, identifier.membership))


def follow_refusal(event: DiffusionRefused) -> None:
    """E28 once: an identifier that APEC doesn't know sends nothing more until it is replaced."""
    diffusion = event.diffusion
    if diffusion.platform != APEC.key or diffusion.reason_code != _UNKNOWN:
        return
    identifier = member_of(diffusion)
    if identifier is not None and identifier.works is not False:
        identifier.works, identifier.tested_at = False, clock.now()
        queue(ApecIdInvalid(identifier, clock.now()))
