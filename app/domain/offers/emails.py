"""E-mails to the contact of an offer: E1, E2, E4 to E9, E51."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar, Self

from app.core import clock
from app.core.database import db
from app.domain.offers.calendar import offer_calendar
from app.domain.offers.events import ExpiredOffer
from app.domain.offers.holding import CAUSE_LABELS, MOTIVES, answer_due
from app.domain.offers.lifecycle import EndReason, OfferStatus
from app.domain.offers.mailing import OfferMail, sample_offer
from app.domain.offers.models import Hold, HoldCause, HoldDecision, Offer, UndoableAct
from app.outbox import Attachment, Entry, Rhythm

ERASED_AFTER = timedelta(days=7)
_PROOF = "répondez à ce message avec un document récent : extrait Kbis ou avis de situation Sirene"
ADVICE = {
    HoldCause.NOT_LISTED: f"Pour aller plus vite, {_PROOF}.",
    HoldCause.CLOSED: f"L’établissement est toujours ouvert ? Dites-le : {_PROOF}.",
    HoldCause.REFUSED_BEFORE: "Vous avez du nouveau depuis ce refus ? Dites-le en répondant à ce message.",
    HoldCause.RISK: "Pour aller plus vite, répondez à ce message depuis une adresse de l’entreprise.",
    HoldCause.LEGALITY: "Relisez votre annonce en attendant : nous vous dirons ce qui est à corriger.",
    HoldCause.REPORTS: "Vous n’avez rien à faire. Vous voulez préciser un point ? Répondez à ce message.",
}


@dataclass(frozen=True)
class ConfirmOffer(OfferMail):
    """E1: one link, one button, and the offer is online."""

    code: ClassVar[str] = "E1"
    name: ClassVar[str] = "offer_confirm"

    @classmethod
    def is_still_due(cls, offer: Offer) -> bool:
        return offer.status is OfferStatus.TO_CONFIRM

    def more(self) -> dict[str, Any]:
        return {"until": clock.day_of(self.offer.deposited_at + ERASED_AFTER)}

    @classmethod
    def sample(cls) -> Self:
        return cls(sample_offer(status=OfferStatus.TO_CONFIRM))


@dataclass(frozen=True)
class ConfirmOfferReminder(ConfirmOffer):
    """E2: days 1 and 3 after E1."""

    code: ClassVar[str] = "E2"
    name: ClassVar[str] = "offer_confirm_reminder"
    rhythm: ClassVar[Rhythm] = Rhythm.DATED
    day: int = 1

    def refs(self) -> dict[str, Any]:
        return {"offer": self.offer.id, "day": self.day}

    def dedupe_key(self) -> str:
        return f"mail:offer:{self.offer.id}:confirm:{self.day}"


@dataclass(frozen=True)
class OfferOnline(OfferMail):
    """E4: online, with the link to manage it."""

    code: ClassVar[str] = "E4"
    name: ClassVar[str] = "offer_online"

    @classmethod
    def is_still_due(cls, offer: Offer) -> bool:
        return offer.status is OfferStatus.ONLINE

    def attachments(self) -> tuple[Attachment, ...]:
        return (Attachment("dates.ics", offer_calendar(self.offer)),)


@dataclass(frozen=True)
class HoldMail(OfferMail):
    """Base of the e-mails about a check."""

    hold: Hold | None = None

    def refs(self) -> dict[str, Any]:
        return {"offer": self.offer.id, "hold": self.hold.id if self.hold else None}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        offer = db.session.get(Offer, refs["offer"])
        hold = db.session.get(Hold, refs["hold"]) if refs.get("hold") else None
        return cls(offer, hold) if offer is not None and hold is not None else None

    def more(self) -> dict[str, Any]:
        hold = self.hold
        if hold is None:
            return {}
        return {
            "cause": CAUSE_LABELS[hold.cause],
            "advice": ADVICE[hold.cause],
            "opened": clock.day_of(hold.opened_at),
            "due": answer_due(hold),
            "motive": MOTIVES.get(hold.motive or "", ""),
            "text": hold.text or "",
        }

    @classmethod
    def sample(cls) -> Self:
        offer = sample_offer(status=OfferStatus.HELD)
        hold = Hold(id=1, offer=offer, cause=HoldCause.NOT_LISTED, opened_at=clock.now(), motive="content")
        hold.text = "Précisez les horaires du poste."
        hold.decision = HoldDecision.CORRECT
        return cls(offer, hold)


@dataclass(frozen=True)
class OfferToFix(HoldMail):
    """E5: a correction is asked."""

    code: ClassVar[str] = "E5"
    name: ClassVar[str] = "offer_to_fix"


@dataclass(frozen=True)
class OfferRefused(HoldMail):
    """E6: refused, with the reason and how to contest."""

    code: ClassVar[str] = "E6"
    name: ClassVar[str] = "offer_refused"


@dataclass(frozen=True)
class OfferHeldMail(HoldMail):
    """E51: held for a check, with its cause."""

    code: ClassVar[str] = "E51"
    name: ClassVar[str] = "offer_held"


@dataclass(frozen=True)
class OfferExpiresSoon(OfferMail):
    """E7: seven days and one day before the end; one page to renew or close."""

    code: ClassVar[str] = "E7"
    name: ClassVar[str] = "offer_expiring"
    rhythm: ClassVar[Rhythm] = Rhythm.DATED
    last_day: date | None = None
    days: int = 7

    def refs(self) -> dict[str, Any]:
        return {"offer": self.offer.id, "last_day": str(self.offer.last_day), "days": self.days}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        offer = db.session.get(Offer, refs["offer"])
        if offer is None or offer.status is not OfferStatus.ONLINE or str(offer.last_day) != refs["last_day"]:
            return None
        return cls(offer, offer.last_day, refs["days"])

    def dedupe_key(self) -> str:
        return f"mail:offer:{self.offer.id}:reminder:{self.offer.last_day}:{self.days}"


@dataclass(frozen=True)
class OfferExpiredMail(OfferMail):
    """E8: over; it can be put online again."""

    code: ClassVar[str] = "E8"
    name: ClassVar[str] = "offer_expired"

    @classmethod
    def is_still_due(cls, offer: Offer) -> bool:
        return offer.status is OfferStatus.ENDED and offer.end_reason is EndReason.EXPIRED

    def dedupe_key(self) -> str:
        return self._key(self.offer.id, self.offer.last_day)

    @classmethod
    def entry_for(cls, offer: ExpiredOffer) -> Entry:
        """The same e-mail, from the facts of an offer that nobody has loaded."""
        key = cls._key(offer.id, offer.last_day)
        return Entry({"offer": offer.id}, offer.contact_email, key, ("offer", str(offer.id)))

    @staticmethod
    def _key(offer_id: int, last_day: date | None) -> str:
        return f"mail:offer:{offer_id}:expired:{last_day}"

    @classmethod
    def sample(cls) -> Self:
        return cls(sample_offer(status=OfferStatus.ENDED))


@dataclass(frozen=True)
class OfferChanged(OfferMail):
    """E9: renewed or closed, with ten minutes to undo."""

    code: ClassVar[str] = "E9"
    name: ClassVar[str] = "offer_changed"
    act: UndoableAct | None = None

    def refs(self) -> dict[str, Any]:
        return {"offer": self.offer.id, "act": self.act.id if self.act else None}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        offer = db.session.get(Offer, refs["offer"])
        act = db.session.get(UndoableAct, refs["act"]) if refs.get("act") else None
        return cls(offer, act) if offer is not None and act is not None and act.undone_at is None else None

    def more(self) -> dict[str, Any]:
        act = self.act
        return {"closed": act is not None and act.act == "close", "until": act.until if act else clock.now()}

    @classmethod
    def sample(cls) -> Self:
        offer = sample_offer()
        now = clock.now()
        return cls(offer, UndoableAct(id=1, act="renew", done_at=now, until=now + timedelta(minutes=10)))


