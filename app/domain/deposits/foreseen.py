"""Where an offer will be shown, told before it is deposited: the open sites that would take it."""

from dataclasses import dataclass

from app.domain.diffusion.platform import Platform
from app.domain.diffusion.registry import PLATFORMS, open_platforms
from app.domain.employers.models import Establishment
from app.domain.employers.services import VERIFICATION_OF
from app.domain.offers.composing import DraftCompany
from app.domain.offers.deposit import Need, fields_of
from app.domain.offers.models import Draft, Offer


@dataclass(frozen=True, slots=True)
class Place:
    """A site, and how fast or by whom the offer gets there (may be empty)."""

    name: str
    detail: str


def places_of(draft: Draft, company: DraftCompany, need: Need) -> list[Place]:
    """In the order of the pages; those that would refuse it, or wait to be asked, aren't promised."""
    opened = open_platforms()
    offer = _offer(draft, company, need) if opened else None
    if offer is None:
        return []
    leaving = {
        key
        for key, options in opened.items()
        if not PLATFORMS[key].relayed_by
        and not PLATFORMS[key].obstacles(offer, options)
        and PLATFORMS[key].takes_by_itself(offer)
    }
    return [
        Place(one.name, _detail(one))
        for key, one in PLATFORMS.items()
        if key in leaving or one.relayed_by in leaving
    ]


def _detail(platform: Platform) -> str:
    return f"par {PLATFORMS[platform.relayed_by].name}" if platform.relayed_by else platform.usual_delay


def _offer(draft: Draft, company: DraftCompany, need: Need) -> Offer:
    """What the rules of sites look at; it is never written."""
    known = VERIFICATION_OF[company.look_up.outcome]
    return Offer(
        organisation_id=draft.organisation_id,
        organisation=draft.organisation,
        establishment=Establishment(siret=company.siret, verification=known),
        **fields_of(need),
    )
