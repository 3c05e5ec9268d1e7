"""What happens to offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.audit.actor import Actor
from app.core.events import Event
from app.domain.offers.models import Hold, Offer, UndoableAct


@dataclass(frozen=True)
class OfferEvent(Event):
    """Something happened to this offer."""

    offer: Offer


@dataclass(frozen=True)
class OfferDeposited(OfferEvent):
    """Deposited by the public form: the address is to be confirmed."""


@dataclass(frozen=True)
class OfferPublished(OfferEvent):
    """Online for the first time, or again after a check: `first` says which. `by` put it there."""

    first: bool
    by: Actor


@dataclass(frozen=True)
class OfferHeld(OfferEvent):
    """Stopped for a check."""

    hold: Hold


@dataclass(frozen=True)
class HoldDecided(OfferEvent):
    """A held offer was decided; `act` can be undone for ten minutes."""

    hold: Hold
    act: UndoableAct


@dataclass(frozen=True)
class OfferEdited(OfferEvent):
    """Changed by its employer; `fields` names what changed."""

    fields: tuple[str, ...]


@dataclass(frozen=True)
class OfferRenewed(OfferEvent):
    """Prolonged, or put online again."""

    act: UndoableAct


@dataclass(frozen=True)
class OfferClosed(OfferEvent):
    """Closed by its employer: over here at once, told to others when the undo is over."""

    act: UndoableAct


@dataclass(frozen=True)
class ActUndone(OfferEvent):
    """A renewal, a closing or a decision was undone in time."""

    act: UndoableAct


@dataclass(frozen=True, slots=True)
class ExpiredOffer:
    """What the others need of an offer that has expired; `contact_email` is its contact's address."""

    id: int
    last_day: date
    contact_email: str


@dataclass(frozen=True)
class OffersExpired(Event):
    """Their last day has passed: thousands at midnight, so their facts and not the objects."""

    offers: Sequence[ExpiredOffer]
