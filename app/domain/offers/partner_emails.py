"""E-mails of deposits made by a structure for a company: E24 to the company, E51 and E57 to who deposited."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from app.core import clock
from app.core.database import db
from app.domain.accounts.models import Account
from app.domain.offers.emails import ERASED_AFTER, HoldMail
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.mailing import OfferMail, job_and_town, sample_offer
from app.domain.offers.models import Offer
from app.domain.organisations.emails import sample_organisation
from app.outbox import LinkOrder, Mail


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
    """E51 to the member who deposited: the company's offer is held for a check, with its cause."""

    code: ClassVar[str] = "E51"
    name: ClassVar[str] = "offer_held_collector"

    @property
    def to(self) -> str:
        return self.offer.author.email if self.offer.author else ""

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        mail = super().restore(refs)
        author = mail.offer.author if mail else None
        return mail if author is not None and author.disabled_at is None else None

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
        mail.offer.author = Account(id=1, email="dominique@cma.example", name="Dominique Fabre")
        return mail


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

    @classmethod
    def about_offer(cls, offer: Offer, author: Account, *, erased: bool) -> Self:
        """The facts that outlive the offer."""
        words = job_and_town(offer)
        space = f"/espace/{offer.organisation.public_id}" if offer.organisation else "/espace"
        path = f"{space}/deposer" if erased else f"/gestion/offres/{offer.public_id}"
        name = offer.establishment.shown_name
        return cls(author.email, offer.id, name, words["job"], words["city"], path, erased, author.id)

    def refs(self) -> dict[str, Any]:
        return {
            "offer": self.offer_id,
            "company": self.company,
            "job": self.job,
            "city": self.city,
            "path": self.path,
            "erased": self.erased,
            "account": self.account_id,
        }

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        account = db.session.get(Account, refs["account"])
        if account is None or account.disabled_at is not None:
            return None
        offer = db.session.get(Offer, refs["offer"])
        if not refs["erased"] and (offer is None or offer.status is not OfferStatus.TO_CONFIRM):
            return None
        facts = (refs["company"], refs["job"], refs["city"], refs["path"], bool(refs["erased"]))
        return cls(account.email, refs["offer"], *facts, account.id)

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
