"""Editing an offer: what would change, then changing it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.audit import journal
from app.audit.actor import Actor
from app.core import clock, events
from app.core.errors import Conflict, Refused
from app.core.failpoints import failpoint
from app.domain.offers.events import OfferEdited
from app.domain.offers.holding import resubmit
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer

EDITABLE = (
    "title", "description", "tasks", "skills", "level", "start_on", "contract_types", "duration_months",
    "openings", "rhythm", "remote", "about_company", "questions", "brand",
)  # fmt: skip
# Texts that a later change of job must not write over.
GENERATED = frozenset({"title", "description", "tasks", "skills"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One field, before and after."""

    field: str
    before: Any
    after: Any


def differences(offer: Offer, changes: Mapping[str, Any]) -> list[Difference]:
    """What `changes` would change."""
    return [
        Difference(name, getattr(offer, name), changes[name])
        for name in EDITABLE
        if name in changes and getattr(offer, name) != changes[name]
    ]


def why_not_edit(offer: Offer) -> str | None:
    """The reason, in French, why editing is impossible; None when it is possible."""
    if offer.status is OfferStatus.ENDED:
        return "Cette offre est terminée. Vous pouvez la republier."
    return None


def edit_offer(offer: Offer, changes: Mapping[str, Any], *, version: int, by: Actor) -> list[Difference]:
    """Apply the changes, unless somebody has saved others since `version` was read (Conflict)."""
    refusal = why_not_edit(offer)
    if refusal:
        raise Refused(refusal)
    if offer.version != version:
        at = clock.local(offer.changed_at)
        raise Conflict(
            f"L’offre a été modifiée sur un autre appareil à {at:%H h %M}. Relisez avant d’enregistrer."
        )
    found = differences(offer, changes)
    if found:
        for difference in found:
            setattr(offer, difference.field, difference.after)
        names = [difference.field for difference in found]
        offer.edited = sorted(set(offer.edited) | (GENERATED & set(names)))
        offer.changed_at = clock.now()
        failpoint("offers.edited_before_journal")
        journal.record("offer_edited", offer, by=by, fields=names)
        events.emit(OfferEdited(offer, tuple(names)))
    if offer.status is OfferStatus.SUSPENDED:
        resubmit(offer, by=by)
    return found
