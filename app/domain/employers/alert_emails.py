"""E-mails about what went wrong with an address or a company: E46, E61."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Self

from app.core import clock
from app.core.database import db
from app.domain.employers.emails import management_link, sample_contact
from app.domain.employers.models import Contact, Verification
from app.domain.employers.services import mask_email
from app.outbox import LinkOrder, Mail

PROBLEMS = {
    Verification.CLOSED: "Le registre public indique que cet établissement est fermé.",
    Verification.UNKNOWN: "Aucun établissement ne porte ce SIRET dans le registre public.",
    Verification.NOT_LISTED: "Cet établissement ne figure pas dans le registre public.",
    Verification.NON_DIFFUSIBLE: "Les informations de cet établissement ne sont pas publiques.",
}


@dataclass(frozen=True)
class AddressBouncedMail(Mail):
    """E46: an address can't be reached; told to portal staff and to a second contact."""

    code: ClassVar[str] = "E46"
    name: ClassVar[str] = "address_bounced"
    to: str
    contact: Contact
    to_staff: bool = True

    def refs(self) -> dict[str, Any]:
        return {"contact": self.contact.id, "to_staff": self.to_staff}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        contact = db.session.get(Contact, refs["contact"])
        return cls(refs["to"], contact, refs["to_staff"]) if contact else None

    def dedupe_key(self) -> str:
        at = self.contact.bounced_at
        return f"mail:bounced:{self.contact.id}:{at.isoformat() if at else ''}:{self.to}"[:200]

    def context(self) -> dict[str, Any]:
        return {
            "company": self.contact.establishment.shown_name,
            "siret": self.contact.establishment.siret.grouped,
            "masked": mask_email(self.contact.email),
            "to_staff": self.to_staff,
            "path": "/agents/adresses" if self.to_staff else "/contact",
        }

    @classmethod
    def sample(cls) -> Self:
        return cls("agent@portail.example", sample_contact())


@dataclass(frozen=True)
class CompanyToVerify(Mail):
    """E61: a later check of the company failed; its offers are held meanwhile."""

    code: ClassVar[str] = "E61"
    name: ClassVar[str] = "verification_problem"
    contact: Contact
    checked_on: date = field(default_factory=clock.today)

    @property
    def to(self) -> str:
        return self.contact.email

    def refs(self) -> dict[str, Any]:
        return {"contact": self.contact.id, "checked_on": self.checked_on.isoformat()}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        contact = db.session.get(Contact, refs["contact"])
        return cls(contact, date.fromisoformat(refs["checked_on"])) if contact else None

    def link(self) -> LinkOrder:
        return management_link(self.contact)

    def dedupe_key(self) -> str:
        state = self.contact.establishment.verification.value
        return f"mail:verification:{self.contact.id}:{state}"

    def context(self) -> dict[str, Any]:
        establishment = self.contact.establishment
        return {
            "company": establishment.shown_name,
            "siret": establishment.siret.grouped,
            "checked_on": self.checked_on,
            "problem": PROBLEMS.get(establishment.verification, PROBLEMS[Verification.NOT_LISTED]),
        }

    @classmethod
    def sample(cls) -> Self:
        contact = sample_contact()
        contact.establishment.verification = Verification.CLOSED
        return cls(contact)
