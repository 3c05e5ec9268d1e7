"""E-mails to OPCOs: E49 (a company of its field recruits), E19 (an offer of its field is held)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from app.core import clock
from app.core.database import db
from app.core.identifiers import Siren
from app.domain.accounts.magic_links import LIVES
from app.domain.accounts.models import Purpose
from app.domain.offers.holding import CAUSE_LABELS, answer_due
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.mailing import job_and_town, sample_offer
from app.domain.offers.models import Hold, HoldCause, Offer
from app.domain.opco.determination import current_match
from app.domain.opco.follow_up import company_of
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import Confidence, FollowUp, Opco, OpcoContact, Source
from app.outbox import LinkOrder, Mail

_DEDUCED_FROM = {Source.IDCC: "sa convention collective", Source.NAF: "son activité"}
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
    to_confirm: Source | None = None

    @property
    def to(self) -> str:
        return self.contact.email

    def refs(self) -> dict[str, Any]:
        return {"contact": self.contact.id, "follow_up": self.follow_up.id, "offer": self.offer.id}

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
        return cls(contact, follow_up, offer, source)

    def context(self) -> dict[str, Any]:
        level = self.offer.level
        return {
            **job_and_town(self.offer),
            "company": company_of(self.offer),
            "job_name": self.offer.job_name,
            "postcode": self.offer.postcode,
            "reference": self.offer.reference,
            "openings": self.offer.openings,
            "level": LEVELS.get(level, "") if level else "",
            "start_on": self.offer.start_on,
            "last_day": self.offer.last_day,
            "opco": self.contact.opco.short_name,
            "deduced_from": _DEDUCED_FROM.get(self.to_confirm, "un fichier public")
            if self.to_confirm
            else "",
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
        return f"mail:offer:{self.offer.id}:opco_contact:{self.contact.id}:new_need"

    def about(self) -> tuple[str, str]:
        return "offer", str(self.offer.id)

    @classmethod
    def sample(cls) -> Self:
        contact, offer = _sample_contact(), sample_offer()
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
            **job_and_town(offer),
            "company": company_of(offer),
            "job_name": offer.job_name,
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
        hold = Hold(
            id=1,
            offer=sample_offer(status=OfferStatus.HELD),
            cause=HoldCause.NOT_LISTED,
            opened_at=clock.now(),
        )
        return cls(_sample_contact(), hold)


def _sample_contact() -> OpcoContact:
    opco = Opco(
        id=6, code="06", siren=Siren("879036895"), label="Opco entreprises de proximité", short_name="OPCO EP"
    )
    return OpcoContact(id=1, opco=opco, email="suivi@opco.example", email_norm="suivi@opco.example")
