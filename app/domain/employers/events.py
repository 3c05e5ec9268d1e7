"""What happens to establishments and contacts."""

from dataclasses import dataclass

from app.core.events import Event
from app.domain.accounts.models import Link
from app.domain.employers.models import Contact, Establishment


@dataclass(frozen=True)
class ContactReplaced(Event):
    """Another address now gets the mails of these offers."""

    former: Contact
    new: Contact


@dataclass(frozen=True)
class AccessAsked(Event):
    """Somebody asks again for the links of an address, in lower case; `ask` is the same for one asking."""

    email: str
    ask: str


@dataclass(frozen=True)
class NewLinkAsked(Event):
    """Somebody asks for a new link in place of this one; whoever knows its right writes, or doesn't."""

    link: Link
    ask: str


@dataclass(frozen=True)
class EstablishmentChecked(Event):
    """A later look-up has answered: `establishment.verification` says what."""

    establishment: Establishment
