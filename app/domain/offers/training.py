"""The course that a CFA shows on an offer that it proposes: a description kept with the offer."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from app.audit import journal
from app.audit.actor import Actor
from app.core import clock, events
from app.core.identifiers import RomeCode
from app.domain.offers.events import OfferEdited
from app.domain.offers.models import Offer


@dataclass(frozen=True, slots=True)
class OfferTraining:
    """A course as the catalogue described it: the catalogue may forget it before the offer ends.

    `key` is the catalogue's own, `rome_code` the job for which it was chosen, `url` its public page if given.
    """

    key: str
    title: str
    cfa: str
    city: str
    level: int | None
    rome_code: RomeCode
    url: str | None = None

    def pack(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "rome_code": str(self.rome_code)}

    @classmethod
    def unpack(cls, data: Mapping[str, Any]) -> Self:
        """From JSON; raises KeyError or ValueError on anything that `pack` didn't make."""
        known = {field.name: data.get(field.name) for field in fields(cls)}
        return cls(**{**known, "rome_code": RomeCode(data["rome_code"])})  # type: ignore[arg-type]


def shown_training(offer: Offer) -> OfferTraining | None:
    """The course to show with this offer."""
    return OfferTraining.unpack(offer.training) if offer.training else None


def choose_training(offer: Offer, chosen: OfferTraining | None, *, by: Actor) -> bool:
    """Show this course with the offer, or none any more; False when nothing changes."""
    packed = chosen.pack() if chosen else None
    if offer.training == packed:
        return False
    offer.training = packed
    offer.changed_at = clock.now()
    journal.record("offer_edited", offer, by=by, fields=["training"])
    events.emit(OfferEdited(offer, ("training",)))
    return True
