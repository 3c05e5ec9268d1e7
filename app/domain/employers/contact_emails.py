"""E-mails about who gets the e-mails of an establishment: E42, E64."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Self

from app.core import clock
from app.core.database import db
from app.core.french import of_name
from app.domain.accounts.models import Purpose
from app.domain.employers.emails import link_order, sample_contact
from app.domain.employers.models import Contact
from app.domain.employers.services import mask_email
from app.outbox import LinkOrder, Mail

# Object of the links that say « Ce n’est pas moi »; their scope is the former contact.
CONTACT_CHANGE = "contact_change"


@dataclass(frozen=True)
class AddressChanged(Mail):
    """E42: another address is proposed, or has taken over; its link says « Ce n’est pas moi »."""

    code: ClassVar[str] = "E42"
    name: ClassVar[str] = "security_change"
    to: str
    contact: Contact
    former_id: int
    at: datetime = field(default_factory=clock.now)

    def refs(self) -> dict[str, Any]:
        return {"contact": self.contact.id, "former": self.former_id, "at": self.at.isoformat()}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        contact = db.session.get(Contact, refs["contact"])
        at = datetime.fromisoformat(refs["at"])
        return cls(refs["to"], contact, refs["former"], at) if contact else None

    def link(self) -> LinkOrder:
        return link_order(
            Purpose.ADDRESS,
            object_type=CONTACT_CHANGE,
            object_id=self.contact.id,
            email=self.to,
            scope=str(self.former_id),
        )

    def context(self) -> dict[str, Any]:
        company = self.contact.establishment.shown_name
        return {
            "company": company,
            "of_company": of_name(company),
            "masked": mask_email(self.contact.email),
            "pending": self.contact.confirmed_at is None,
            "at": self.at,
        }

    @classmethod
    def sample(cls) -> Self:
        contact = sample_contact()
        contact.confirmed_at = clock.now()
        return cls(contact.email, contact, 2)


@dataclass(frozen=True)
class ContactProposed(Mail):
    """E64: somebody is named as contact; nothing changes before the address is confirmed."""

    code: ClassVar[str] = "E64"
    name: ClassVar[str] = "contact_confirm"
    contact: Contact

    @property
    def to(self) -> str:
        return self.contact.email

    def refs(self) -> dict[str, Any]:
        return {"contact": self.contact.id}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        contact = db.session.get(Contact, refs["contact"])
        return cls(contact) if contact and contact.confirmed_at is None else None

    def link(self) -> LinkOrder:
        return link_order(
            Purpose.ADDRESS, object_type="contact", object_id=self.contact.id, email=self.contact.email
        )

    def context(self) -> dict[str, Any]:
        establishment = self.contact.establishment
        return {
            "company": establishment.shown_name,
            "of_company": of_name(establishment.shown_name),
            "siret": establishment.siret.grouped,
        }

    @classmethod
    def sample(cls) -> Self:
        return cls(sample_contact())
