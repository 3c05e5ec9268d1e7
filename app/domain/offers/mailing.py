"""The base of the e-mails about one offer, sent to its contact with its management link."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from app.core import clock
from app.core.database import db
from app.core.french import at_town
from app.core.identifiers import RomeCode
from app.domain.employers.emails import management_link, sample_contact
from app.domain.offers.lifecycle import OFFER_LIFECYCLE, OfferStatus
from app.domain.offers.models import Offer, Remote
from app.outbox import LinkOrder, Mail


def sample_offer(*, status: OfferStatus = OfferStatus.ONLINE) -> Offer:
    """An offer outside any database, for samples."""
    contact = sample_contact()
    today = clock.today()
    offer = Offer(
        id=1,
        public_id="exemple-offre",
        reference="DA-7K3M9P",
        short_code="7K3M9P",
        establishment=contact.establishment,
        contact=contact,
        rome_code=RomeCode("D1102"),
        job_key="boulanger",
        job_name="boulanger ou boulangère",
        level=3,
        contract_types=["apprenticeship"],
        openings=1,
        remote=Remote.ONSITE,
        brand="Boulangerie Martin",
        postcode="12000",
        city="Rodez",
        title="Boulanger ou boulangère en apprentissage",
        description="Vous apprenez à fabriquer le pain dans une boulangerie artisanale.",
        tasks=["Préparer les pâtes", "Façonner les pains"],
        skills=["Soin", "Ponctualité"],
        deposited_at=clock.now(),
        changed_at=clock.now(),
        first_published_on=today,
        published_at=clock.now(),
        last_day=today + timedelta(days=28),
        version=1,
        holds=[],
    )
    OFFER_LIFECYCLE.begin(offer, status)
    return offer


def job_and_town(offer: Offer) -> dict[str, str]:
    """« boulanger », « Rodez »: what subjects and titles need. The first form of the job is enough there."""
    first = offer.job_name.split(" ou ")[0]
    return {"job": first, "of_job": of_job(first), "city": offer.city, "at_city": at_town(offer.city)}


# Trades that begin with a mute h; the others (« de hockeyeur ») keep « de ».
_MUTE_H = ("horlog", "hort", "hôt", "hydr", "hyg", "habill", "héli", "hist", "homé", "homm", "hosp")


def of_job(name: str) -> str:
    """« de boulanger », « d’électricien »."""
    plain = name.casefold()
    elides = plain.startswith(tuple("aeiouéèêâîôœ")) or plain.startswith(_MUTE_H)
    return f"d’{name}" if elides else f"de {name}"


@dataclass(frozen=True)
class OfferMail(Mail):
    """An e-mail to the contact of an offer."""

    offer: Offer

    @property
    def to(self) -> str:
        return self.offer.contact.email

    def refs(self) -> dict[str, Any]:
        return {"offer": self.offer.id}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        offer = db.session.get(Offer, refs["offer"])
        return cls(offer) if offer is not None and cls.is_still_due(offer) else None

    @classmethod
    def is_still_due(cls, offer: Offer) -> bool:
        """Has the e-mail kept its reason when it leaves?"""
        return True

    def link(self) -> LinkOrder | None:
        return management_link(self.offer.contact, scope=self.offer.public_id)

    def about(self) -> tuple[str, str]:
        return ("offer", str(self.offer.id))

    def context(self) -> dict[str, Any]:
        return {"offer": self.offer, **job_and_town(self.offer), **self.more()}

    def more(self) -> dict[str, Any]:
        """What this e-mail says besides the offer."""
        return {}

    @classmethod
    def sample(cls) -> Self:
        return cls(sample_offer())


def days_left(last_day: date) -> int:
    """Whole days from today to the last day online."""
    return (last_day - clock.today()).days
