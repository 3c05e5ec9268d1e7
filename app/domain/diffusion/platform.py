"""What is declared of a place of diffusion (« site »): how it is reached, what it wants, what it can do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

import sqlalchemy as sa

from app.domain.diffusion.advert import Advert
from app.domain.offers.models import Offer
from app.outbox.allowance import Rate

Options = Mapping[str, bool]
# A rule answers with the reason, in French, why the offer can't go there; None when it can.
Rule = Callable[[Offer, Options], str | None]
# A condition on offers, under the options of the switch.
Among = Callable[[Options], sa.ColumnElement[bool]]


class Transport(Enum):
    """How an offer reaches a platform."""

    REST = "rest"
    SOAP = "soap"
    FILE = "file"
    FEED = "feed"
    EMAIL = "email"
    DERIVED = "derived"

    @property
    def is_pushed(self) -> bool:
        """Is each offer sent by an order of the outbox?"""
        return self in {Transport.REST, Transport.SOAP, Transport.EMAIL}


class Ability(Enum):
    """What a platform can do with an offer that it has."""

    UPDATE = "update"
    WITHDRAW = "withdraw"
    SUSPEND = "suspend"
    READ = "read"
    INVENTORY = "inventory"
    STATISTICS = "statistics"


class Confirmation(Enum):
    """How it is known that an offer is really online there."""

    STATUS = "status"
    ANSWER = "answer"
    SEARCH = "search"
    RELAY = "relay"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a code of the partner means, in French, and the field of ours by which it is mended.

    `is_failure`: false when nothing is wrong and nobody need be told, as for a copy that is there already.
    """

    sentence: str
    field: str | None = None
    is_failure: bool = True


@dataclass(frozen=True, slots=True)
class Polling:
    """When the state is read: after a sending, then while it isn't settled, then while it is online."""

    first: tuple[timedelta, ...] = (timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=30))
    then: timedelta = timedelta(hours=1)
    online: timedelta = timedelta(hours=24)
    doubt: tuple[timedelta, ...] = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))


@dataclass(frozen=True, kw_only=True)
class Platform:
    """One declaration a platform; nothing of it changes while the service runs."""

    key: str
    name: str
    transport: Transport
    about: str
    """One sentence, in French: who will see the offer there."""
    rules: tuple[Rule, ...] = ()
    among: Among | None = None
    """What the database can say of its rules: what was never sent is looked at only where it holds."""
    abilities: frozenset[Ability] = frozenset()
    confirmation: Confirmation = Confirmation.NONE
    usual_delay: str = ""
    """« en général en moins d’une heure »."""
    withdrawal_delay: str = ""
    duration_days: int | None = None
    ignores: frozenset[str] = frozenset()
    """Facts of an advert that it never gets: when they alone change, there is nothing to send."""
    repeatable: bool = False
    """May the same sending be done twice under the same reference without harm?"""
    relayed_by: str | None = None
    """A derived channel: the key of the platform that carries the offer there. It has no state of its own."""
    relay_sentence: str = ""
    moderated: bool = False
    """Do people read each offer there before it is published? The employer is then told at once."""
    automatic: bool = True
    """Is every eligible offer sent there, or only when a person asks?"""
    chosen: Callable[[Offer], bool] | None = None
    """Where that depends on the structure: does this offer, which may go there, leave by itself?"""
    workers: int = 2
    timeout: timedelta = timedelta(seconds=20)
    late_after: timedelta = timedelta(hours=1)
    """What waits longer than this past its hour says that something is wrong."""
    writes: Rate | None = None
    reads: Rate | None = None
    polling: Polling = field(default_factory=Polling)
    refusals: Mapping[str, Refusal] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The kind of its messages in the outbox: also the name of its circuit and of its pauses."""
        return f"push:{self.key}"

    def may(self, ability: Ability) -> bool:
        """Can it do this?"""
        return ability in self.abilities

    def digest_of(self, advert: Advert) -> str:
        """Fingerprint of what it gets of an advert."""
        return advert.digest(ignoring=self.ignores)

    def has_had(self, digest: str, advert: Advert) -> bool:
        """Is this the fingerprint of that content? Older ones are of all the facts of the advert."""
        return digest in {self.digest_of(advert), advert.digest()}

    def takes_by_itself(self, offer: Offer) -> bool:
        """Does an offer that may go there leave without being asked for?"""
        return self.automatic and (self.chosen is None or self.chosen(offer))

    def obstacles(self, offer: Offer, options: Options) -> list[str]:
        """Why this offer can't go there, in French; empty when it can."""
        return [reason for rule in self.rules if (reason := rule(offer, options))]
