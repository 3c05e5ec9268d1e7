"""What follows, for platforms, from what happens to offers: the functions that `reactions.py` names."""

import sqlalchemy as sa

from app.core.database import db
from app.domain.accounts.staff import administrators
from app.domain.diffusion.alert_emails import CredentialFailed, stop_of
from app.domain.diffusion.apec.emails import member_of
from app.domain.diffusion.emails import (
    DiffusionMail,
    DiffusionModeratedMail,
    DiffusionPublishedMail,
    DiffusionToFix,
    depositor_of,
)
from app.domain.diffusion.events import (
    DiffusionModerated,
    DiffusionPublished,
    DiffusionRefused,
    PlatformStopped,
)
from app.domain.diffusion.models import Diffusion
from app.domain.diffusion.orders import ask_again, sync, sync_offer
from app.domain.diffusion.platforms.apec import APEC
from app.domain.diffusion.registry import PLATFORMS, open_platforms, switches
from app.domain.offers.events import (
    ActUndone,
    HoldDecided,
    OfferClosed,
    OfferEdited,
    OfferHeld,
    OfferPublished,
    OfferRenewed,
    OffersExpired,
)
from app.domain.offers.models import HoldDecision, Offer
from app.outbox import queue

_AT_ONCE = 500


def tell_published(event: DiffusionPublished) -> None:
    """E26."""
    _tell(event.diffusion, DiffusionPublishedMail, told=_told_by_apec(event.diffusion))


def tell_refused(event: DiffusionRefused) -> None:
    """E27, unless nothing is wrong: a copy that is there already needs no mending."""
    known = PLATFORMS[event.diffusion.platform].refusals.get(event.diffusion.reason_code)
    if known is None or known.is_failure:
        _tell(event.diffusion, DiffusionToFix)


def tell_moderated(event: DiffusionModerated) -> None:
    """E50, where people read each offer: a machine's minute isn't worth a message."""
    if PLATFORMS[event.diffusion.platform].moderated:
        _tell(event.diffusion, DiffusionModeratedMail, told=_told_by_apec(event.diffusion))


def _tell(diffusion: Diffusion, kind: type[DiffusionMail], *, told: str = "") -> None:
    """The company's contact and the member who deposited for it: each person once, however many roles."""
    contact, member = diffusion.offer.contact.email.casefold(), depositor_of(diffusion.offer)
    if contact != told.casefold():
        queue(kind(diffusion))
    if member is not None and member.email.casefold() not in {contact, told.casefold()}:
        queue(kind(diffusion, member))


def _told_by_apec(diffusion: Diffusion) -> str:
    """Who gets the e-mail of its own identifier, which says more; empty when nobody does."""
    used = member_of(diffusion) if diffusion.platform == APEC.key else None
    return used.membership.account.email if used else ""


def tell_stopped(event: PlatformStopped) -> None:
    """E63, to each administrator of the portal."""
    stop = stop_of(event.platform)
    if stop is None:
        return
    for account in administrators():
        queue(CredentialFailed(account, event.platform, *stop))


def publish_everywhere(event: OfferPublished) -> None:
    """Online here: at once, everywhere it may go."""
    sync_offer(event.offer)


def update_everywhere(event: OfferEdited | OfferRenewed | OfferHeld) -> None:
    """Another text, another end, or a check that stops it: at once."""
    if isinstance(event, OfferRenewed):
        ask_again(event.offer)
    sync_offer(event.offer)


def withdraw_everywhere(event: OfferClosed) -> None:
    """When the ten minutes of undo are over; nothing new leaves meanwhile."""
    sync_offer(event.offer, due=event.act.until)


def follow_decision(event: HoldDecided) -> None:
    """Refused: once the decision can't be undone any more. Published: its own event says so."""
    if event.hold.decision is not HoldDecision.PUBLISH:
        sync_offer(event.offer, due=event.act.until)


def follow_undo(event: ActUndone) -> None:
    """What the act had asked for doesn't leave; what it had superseded is asked again."""
    sync_offer(event.offer)


def withdraw_expired(event: OffersExpired) -> None:
    """Thousands at midnight: only those that are somewhere are looked at, by five hundred.

    A platform that portal staff have closed meanwhile must let go of them too.
    """
    opened = open_platforms()
    ids = [offer.id for offer in event.offers] if switches() else []
    for start in range(0, len(ids), _AT_ONCE):
        query = (
            sa.select(Diffusion)
            .join(Offer)
            .where(Diffusion.offer_id.in_(ids[start : start + _AT_ONCE]), Diffusion.platform.in_(PLATFORMS))
        )
        for diffusion in db.session.scalars(query):
            # The rows were changed by a statement: the objects must not show the former state.
            db.session.refresh(diffusion.offer)
            sync(diffusion, PLATFORMS[diffusion.platform], opened.get(diffusion.platform, {}))
