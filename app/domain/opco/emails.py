"""E-mails to OPCOs: E49 (a company of its field recruits), E19 (an offer of its field is held)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar, Self

from app.core.database import db
from app.core.identifiers import RomeCode, Siren, Siret
from app.domain.accounts.magic_links import LIVES
from app.domain.accounts.models import Purpose
from app.domain.employers.models import Employer, Establishment, Verification
from app.domain.offers.holding import CAUSE_LABELS, answer_due
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Hold, HoldCause, Offer
from app.domain.opco.determination import current_match
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import Confidence, FollowUp, Opco, OpcoContact, Source
from app.outbox import LinkOrder, Mail

LEVELS = {3: "CAP", 4: "Bac", 5: "Bac + 2", 6: "Bac + 3", 7: "Bac + 5"}


@dataclass(frozen=True)
class OpcoNewNeed(Mail):
    """A company of its field has put an offer online: the OPCO is told, and invited to accompany it."""

    code: ClassVar[str] = "E49"
    name: ClassVar[str] = "opco_new_need"
    unsubscribable: ClassVar[bool] = True

    contact: OpcoContact
    follow_up: FollowUp
    offer: Offer
    handed_over: bool = False
    to_confirm: Source | None = None

    @property
    def to(self) -> str:
        return self.contact.email

    def refs(self) -> dict[str, Any]:
        return {
            "contact": self.contact.id,
            "follow_up": self.follow_up.id,
            "offer": self.offer.id,
            "handed_over": self.handed_over,
        }

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        contact = db.session.get(OpcoContact, refs["contact"])
        follow_up = db.session.get(FollowUp, refs["follow_up"])
        offer = db.session.get(Offer, refs["offer"])
        if contact is None or follow_up is None or offer is None:
            return None
        over = offer.status is not OfferStatus.ONLINE or follow_up.status is FollowUpStatus.NOT_OURS
        if over or contact.stopped_at is not None:
            return None
        match = current_match(offer.establishment)
        suggested = match is not None and match.confidence is Confidence.SUGGESTION
        source = match.source if match is not None and suggested else None
        return cls(contact, follow_up, offer, bool(refs["handed_over"]), source)

    def context(self) -> dict[str, Any]:
        level = self.offer.level
        return {
            "company": self.offer.company,
            "job": self.offer.job_name,
            "city": self.offer.city,
            "postcode": self.offer.postcode,
            "reference": self.offer.reference,
            "openings": self.offer.openings,
            "level": LEVELS.get(level, "") if level else "",
            "start_on": self.offer.start_on,
            "last_day": self.offer.last_day,
            "opco": self.contact.opco.short_name,
            "handed_over": self.handed_over,
            "to_confirm": self.to_confirm.label if self.to_confirm else "",
            "link_days": LIVES[Purpose.FOLLOW_UP].days,
        }

    def link(self) -> LinkOrder:
        return LinkOrder(
            purpose=Purpose.FOLLOW_UP.value,
            object_type="follow_up",
            object_id=str(self.follow_up.id),
            scope="",
            subject_email=self.contact.email,
            lives=LIVES[Purpose.FOLLOW_UP],
        )

    def dedupe_key(self) -> str:
        # A company can be handed to an OPCO, back, and to it again: each time it is told once.
        turn = f":{self.follow_up.version}" if self.handed_over else ""
        return f"mail:offer:{self.offer.id}:opco_contact:{self.contact.id}:new_need{turn}"

    def about(self) -> tuple[str, str]:
        return "offer", str(self.offer.id)

    @classmethod
    def sample(cls) -> Self:
        contact, offer = _sample_contact(), _sample_offer()
        follow_up = FollowUp(
            id=1,
            establishment=offer.establishment,
            opco=contact.opco,
            status=FollowUpStatus.TO_CONTACT,
            version=1,
        )
        return cls(contact, follow_up, offer, to_confirm=Source.IDCC)


@dataclass(frozen=True)
class OpcoDecide(Mail):
    """An offer of its field is held for a check; the OPCO or portal staff decide, whoever is first."""

    code: ClassVar[str] = "E19"
    name: ClassVar[str] = "opco_decide"

    contact: OpcoContact
    hold: Hold

    @property
    def to(self) -> str:
        return self.contact.email

    def refs(self) -> dict[str, Any]:
        return {"contact": self.contact.id, "hold": self.hold.id}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        contact = db.session.get(OpcoContact, refs["contact"])
        hold = db.session.get(Hold, refs["hold"])
        if contact is None or hold is None or hold.decided_at is not None:
            return None
        return cls(contact, hold) if hold.offer.status is OfferStatus.HELD else None

    def context(self) -> dict[str, Any]:
        offer = self.hold.offer
        return {
            "company": offer.company,
            "job": offer.job_name,
            "city": offer.city,
            "postcode": offer.postcode,
            "reference": offer.reference,
            "cause": CAUSE_LABELS[self.hold.cause],
            "held_at": self.hold.opened_at,
            "answer_due": answer_due(self.hold),
            "opco": self.contact.opco.short_name,
            "link_days": LIVES[Purpose.HELD_OFFER].days,
        }

    def link(self) -> LinkOrder:
        return LinkOrder(
            purpose=Purpose.HELD_OFFER.value,
            object_type="offer",
            object_id=str(self.hold.offer.id),
            # The OPCO that answers, so that « pas de mon champ » names the right one.
            scope=f"opco:{self.contact.opco.code}",
            subject_email=self.contact.email,
            lives=LIVES[Purpose.HELD_OFFER],
        )

    def dedupe_key(self) -> str:
        return f"mail:hold:{self.hold.id}:opco_contact:{self.contact.id}:decide"

    def about(self) -> tuple[str, str]:
        return "offer", str(self.hold.offer.id)

    @classmethod
    def sample(cls) -> Self:
        opened = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
        hold = Hold(id=1, offer=_sample_offer(), cause=HoldCause.NOT_LISTED, opened_at=opened)
        return cls(_sample_contact(), hold)


def _sample_contact() -> OpcoContact:
    opco = Opco(
        id=6, code="06", siren=Siren("879036895"), label="Opco entreprises de proximité", short_name="OPCO EP"
    )
    return OpcoContact(id=1, opco=opco, email="suivi@opco.example", email_norm="suivi@opco.example")


def _sample_offer() -> Offer:
    siret = Siret("99100001900018")
    establishment = Establishment(
        id=1,
        siret=siret,
        employer=Employer(id=1, siren=siret.siren, name="BOULANGERIE DU TOUAT"),
        name="BOULANGERIE DU TOUAT",
        brand="Au bon levain",
        verification=Verification.VERIFIED,
    )
    today = date(2026, 11, 23)
    return Offer(
        id=1,
        reference="DA-7KX2MP",
        public_id="aBcDeFgHiJkL",
        establishment=establishment,
        rome_code=RomeCode("D1102"),
        job_name="boulanger ou boulangère",
        city="Rodez",
        postcode="12000",
        level=3,
        openings=1,
        start_on=None,
        last_day=today + timedelta(days=28),
        status=OfferStatus.ONLINE,
    )
