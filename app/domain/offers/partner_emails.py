"""E-mails of deposits made by a structure for a company: E24 to the company, E51 and E57 to the structure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from app.core import clock
from app.core.database import db
from app.domain.accounts.models import Account
from app.domain.accounts.permissions import Permission
from app.domain.offers.emails import ERASED_AFTER, HoldMail
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.mailing import OfferMail, job_and_town, sample_offer
from app.domain.offers.models import Offer
from app.domain.organisations.emails import sample_organisation
from app.domain.organisations.members import members_of
from app.domain.organisations.models import Organisation
from app.domain.organisations.roles import may
from app.outbox import LinkOrder, Mail


def who_follows(offer: Offer) -> Account | None:
    """The member who deposited it, else a responsible person; None when the structure has nobody left."""
    team = _team(offer.organisation) if offer.organisation else []
    author = next((account for account in team if account.id == offer.author_id), None)
    return author or next(iter(team), None)


def _team(organisation: Organisation) -> list[Account]:
    """Those who manage its offers now, responsible people first."""
    return [
        member.account
        for member in members_of(organisation)
        if member.account.disabled_at is None and may(member.role, Permission.OFFER_MANAGE)
    ]


@dataclass(frozen=True)
class PartnerOffer(OfferMail):
    """E24: a structure has put an offer online for the company, or has prepared one for it to confirm."""

    code: ClassVar[str] = "E24"
    name: ClassVar[str] = "partner_offer"

    @classmethod
    def is_still_due(cls, offer: Offer) -> bool:
        return offer.organisation is not None and offer.status in {
            OfferStatus.TO_CONFIRM,
            OfferStatus.ONLINE,
            OfferStatus.HELD,
        }

    def more(self) -> dict[str, Any]:
        organisation = self.offer.organisation
        return {
            "structure": organisation.name if organisation else "",
            "is_prepared": self.offer.status is OfferStatus.TO_CONFIRM,
            "until": clock.day_of(self.offer.deposited_at + ERASED_AFTER),
        }

    @classmethod
    def sample(cls) -> Self:
        offer = sample_offer()
        offer.organisation = sample_organisation()
        return cls(offer)


@dataclass(frozen=True)
class HeldForCompany(HoldMail):
    """E51 to who follows it in the structure: the company's offer is held for a check, with its cause."""

    code: ClassVar[str] = "E51"
    name: ClassVar[str] = "offer_held_collector"

    to: str = ""

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        mail = super().restore(refs)
        if mail is None or mail.offer.organisation is None:
            return None
        # Who has left the structure since is told nothing more of its companies.
        here = any(account.email == refs["to"] for account in _team(mail.offer.organisation))
        return replace(mail, to=refs["to"]) if here else None

    def link(self) -> LinkOrder | None:
        """None: a member signs in."""
        return None

    def more(self) -> dict[str, Any]:
        company = self.offer.establishment.shown_name
        return {**super().more(), "company": company, "path": f"/gestion/offres/{self.offer.public_id}"}

    @classmethod
    def sample(cls) -> Self:
        mail = super().sample()
        mail.offer.organisation = sample_organisation()
        return replace(mail, to="dominique@cma.example")


@dataclass(frozen=True)
class DepositNotConfirmed(Mail):
    """E57: the company hasn't confirmed after three days; or the offer was erased after seven."""

    code: ClassVar[str] = "E57"
    name: ClassVar[str] = "deposit_not_confirmed"

    to: str
    offer_id: int
    company: str
    job: str
    city: str
    path: str
    erased: bool
    account_id: int = 0
    organisation_id: int = 0

    @classmethod
    def about_offer(cls, offer: Offer, account: Account, *, erased: bool) -> Self:
        """The facts that outlive the offer, for who follows it (`who_follows`)."""
        words = job_and_town(offer)
        space = f"/espace/{offer.organisation.public_id}" if offer.organisation else "/espace"
        path = f"{space}/deposer" if erased else f"/gestion/offres/{offer.public_id}"
        name = offer.establishment.shown_name
        about = (offer.id, name, words["job"], words["city"], path, erased)
        return cls(account.email, *about, account.id, offer.organisation_id or 0)

    def refs(self) -> dict[str, Any]:
        return {
            "offer": self.offer_id,
            "company": self.company,
            "job": self.job,
            "city": self.city,
            "path": self.path,
            "erased": self.erased,
            "account": self.account_id,
            "organisation": self.organisation_id,
        }

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        organisation = db.session.get(Organisation, refs.get("organisation", 0))
        team = _team(organisation) if organisation is not None else []
        account = next((one for one in team if one.id == refs["account"]), None)
        if account is None or organisation is None:
            return None
        offer = db.session.get(Offer, refs["offer"])
        if not refs["erased"] and (offer is None or offer.status is not OfferStatus.TO_CONFIRM):
            return None
        facts = (refs["company"], refs["job"], refs["city"], refs["path"], bool(refs["erased"]))
        return cls(account.email, refs["offer"], *facts, account.id, organisation.id)

    def context(self) -> dict[str, Any]:
        return {
            "company": self.company,
            "job": self.job,
            "city": self.city,
            "path": self.path,
            "erased": self.erased,
            "days": ERASED_AFTER.days,
        }

    def dedupe_key(self) -> str:
        return f"mail:offer:{self.offer_id}:not_confirmed:{'erased' if self.erased else 'waiting'}"

    def about(self) -> tuple[str, str]:
        return ("offer", str(self.offer_id))

    @classmethod
    def sample(cls) -> Self:
        offer = sample_offer()
        name = offer.establishment.shown_name
        return cls("dominique@cma.example", 1, name, "boulanger", "Rodez", "/espace", erased=False)
