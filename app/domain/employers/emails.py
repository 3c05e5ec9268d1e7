"""E-mails that open an access: E13, and what the e-mails of employers share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import sqlalchemy as sa

from app.core import clock, events
from app.core.database import db
from app.core.identifiers import Siret
from app.core.tokens import public_id
from app.domain.accounts.magic_links import LIVES
from app.domain.accounts.models import Account, Link, Purpose
from app.domain.employers.events import AccessAsked, NewLinkAsked
from app.domain.employers.models import Contact, Employer, Establishment, Verification
from app.outbox import LinkOrder, Mail, queue


def link_order(
    purpose: Purpose, *, object_type: str, object_id: int, email: str, scope: str = ""
) -> LinkOrder:
    """The link that the sending worker makes, with the life of its kind."""
    return LinkOrder(purpose.value, object_type, str(object_id), scope, email, LIVES[purpose])


def management_link(contact: Contact, *, scope: str = "") -> LinkOrder:
    """The contact's own management link, landing on one offer when `scope` names it."""
    return link_order(
        Purpose.MANAGEMENT, object_type="contact", object_id=contact.id, email=contact.email, scope=scope
    )


def sample_contact() -> Contact:
    """A contact outside any database, for samples."""
    establishment = Establishment(
        id=1,
        siret=Siret("99100001900018"),
        name="BOULANGERIE MARTIN",
        brand="Boulangerie Martin",
        postcode="12000",
        city="Rodez",
        verification=Verification.VERIFIED,
        employer=Employer(id=1, siren=Siret("99100001900018").siren, name="BOULANGERIE MARTIN", idcc=[843]),
    )
    return Contact(
        id=1,
        establishment=establishment,
        email="camille@boulangerie.example",
        email_norm="camille@boulangerie.example",
        name="Camille Martin",
        created_at=clock.now(),
    )


LIFE_WORDS = {
    Purpose.LOGIN: "10 minutes",
    Purpose.MANAGEMENT: "12 mois au plus",
    Purpose.DRAFT: "7 jours",
    Purpose.FOLLOW_UP: "90 jours",
    Purpose.HELD_OFFER: "15 jours",
    Purpose.CFA_REQUEST: "15 jours après la fin de l’offre",
    Purpose.CONSENT: "7 jours",
}
OPENS = {
    Purpose.LOGIN: "Il ouvre votre espace.",
    Purpose.MANAGEMENT: "Il ouvre la gestion de vos offres.",
    Purpose.DRAFT: "Il ouvre votre brouillon, là où vous l’avez laissé.",
    Purpose.FOLLOW_UP: "Il ouvre le suivi de l’entreprise qui recrute.",
    Purpose.HELD_OFFER: "Il ouvre l’offre à vérifier.",
    Purpose.CFA_REQUEST: "Il ouvre l’offre de l’entreprise et votre réponse.",
    Purpose.CONSENT: "Il ouvre la page où donner ou refuser votre accord.",
}
PROVES = "Il prouve que cette adresse est la vôtre, avant d’en changer."


@dataclass(frozen=True)
class AccessLink(Mail):
    """E13: a new link to what its holder may already open."""

    code: ClassVar[str] = "E13"
    name: ClassVar[str] = "access_link"
    to: str
    purpose: Purpose
    object_type: str
    object_id: int
    scope: str = ""
    nonce_hash: str = ""
    ask: str = ""
    company: str = ""

    @classmethod
    def to_contact(cls, contact: Contact, *, scope: str = "", ask: str = "") -> Self:
        return cls(contact.email, Purpose.MANAGEMENT, "contact", contact.id, scope, ask=ask)

    @classmethod
    def again(cls, link: Link, *, ask: str) -> Self:
        return cls(link.subject_email, link.purpose, link.object_type, link.object_id, link.scope, ask=ask)

    def refs(self) -> dict[str, Any]:
        return {
            "purpose": self.purpose.value,
            "object_type": self.object_type,
            "object_id": self.object_id,
            "scope": self.scope,
            "nonce": self.nonce_hash,
        }

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        about_contact = refs["object_type"] == "contact"
        contact = db.session.get(Contact, refs["object_id"]) if about_contact else None
        if about_contact and (contact is None or contact.removed_at is not None):
            return None
        return cls(
            refs["to"],
            Purpose(refs["purpose"]),
            refs["object_type"],
            refs["object_id"],
            refs["scope"],
            refs.get("nonce", ""),
            company=contact.establishment.shown_name if contact else "",
        )

    def dedupe_key(self) -> str | None:
        return f"mail:access:{self.ask}:{self.object_type}:{self.object_id}" if self.ask else None

    def link(self) -> LinkOrder:
        return link_order(
            self.purpose,
            object_type=self.object_type,
            object_id=self.object_id,
            email=self.to,
            scope=f"{self.scope}#{self.nonce_hash}" if self.nonce_hash else self.scope,
        )

    def context(self) -> dict[str, Any]:
        is_login = self.purpose is Purpose.LOGIN
        return {
            "life": LIFE_WORDS[self.purpose],
            "is_login": is_login,
            "opens": PROVES if is_login and self.object_type == "contact" else OPENS[self.purpose],
            "company": self.company,
        }

    @classmethod
    def sample(cls) -> Self:
        contact = sample_contact()
        return cls(contact.email, Purpose.MANAGEMENT, "contact", 1, company=contact.establishment.shown_name)


@dataclass(frozen=True)
class AccessRequest(Mail):
    """A lost link asked for: the worker looks the address up, and nothing leaves when it is unknown."""

    code: ClassVar[str] = "E13"
    name: ClassVar[str] = "access_request"
    to: str
    siret: str = ""
    nonce_hash: str = ""
    ask: str = field(default_factory=public_id)

    def refs(self) -> dict[str, Any]:
        return {"siret": self.siret, "nonce": self.nonce_hash, "ask": self.ask}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        """Always None: known addresses get one E13 each for what they may open."""
        email, siret, ask = str(refs["to"]), str(refs.get("siret") or ""), str(refs["ask"])
        account = db.session.scalar(
            sa.select(Account).where(Account.email == email, Account.disabled_at.is_(None))
        )
        if account is not None:
            nonce = str(refs.get("nonce") or "")
            queue(AccessLink(account.email, Purpose.LOGIN, "account", account.id, nonce_hash=nonce, ask=ask))
        query = sa.select(Contact).where(Contact.email_norm == email, Contact.removed_at.is_(None))
        if siret:
            query = query.join(Establishment).where(Establishment.siret == siret)
        for contact in db.session.scalars(query.order_by(Contact.id.desc()).limit(5)):
            queue(AccessLink.to_contact(contact, ask=ask))
        events.emit(AccessAsked(email, ask))
        # The worker rolls back what it read to write an e-mail; these rows are what this one is for.
        db.session.commit()
        return None

    def context(self) -> dict[str, Any]:
        """It never leaves by itself; shown in previews, it is the e-mail that answers it."""
        return AccessLink.sample().context()

    @classmethod
    def sample(cls) -> Self:
        return cls("camille@boulangerie.example")


@dataclass(frozen=True)
class NewLinkRequest(Mail):
    """A new link asked for in place of a dead one: the worker looks at its right.

    The page's answer thus takes the same time whether that right lives or not.
    """

    code: ClassVar[str] = "E13"
    name: ClassVar[str] = "new_link_request"
    to: str
    link_id: int
    ask: str = field(default_factory=public_id)

    def refs(self) -> dict[str, Any]:
        return {"link": self.link_id, "ask": self.ask}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        """Always None: the E13 that answers leaves by itself while the right lives."""
        link = db.session.get(Link, refs["link"])
        if link is not None:
            events.emit(NewLinkAsked(link, str(refs["ask"])))
            db.session.commit()
        return None

    def context(self) -> dict[str, Any]:
        """It never leaves by itself; shown in previews, it is the e-mail that answers it."""
        return AccessLink.sample().context()

    @classmethod
    def sample(cls) -> Self:
        return cls("camille@boulangerie.example", 1)
