"""E-mails to the employer about CFAs: E23 (an answer, an agreement), E56 (nobody was asked)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from app.core import clock
from app.core.database import db
from app.domain.cfa_requests.emails import facts_of, sample_request
from app.domain.cfa_requests.lifecycle import CfaRequestStatus
from app.domain.cfa_requests.matching import cfas_near
from app.domain.cfa_requests.models import CfaRequest, ProposedCandidate
from app.domain.cfa_requests.queries import requests_of
from app.domain.employers.emails import management_link
from app.domain.offers.mailing import OfferMail
from app.domain.offers.models import Offer
from app.domain.offers.queries import is_visible
from app.outbox import LinkOrder, Mail, Rhythm

# What follows the offer in the scope of a management link that opens the page of CFAs.
CFA_PAGE = "/cfa"


@dataclass(frozen=True)
class CfaAnswered(Mail):
    """E23: what a CFA answered, or that somebody it proposed agrees. `turn`: the rank of the answer."""

    code: ClassVar[str] = "E23"
    name: ClassVar[str] = "cfa_answered"
    request: CfaRequest
    turn: int
    candidate: ProposedCandidate | None = None

    @classmethod
    def agreed(cls, candidate: ProposedCandidate) -> Self:
        """Somebody has just agreed to be shown."""
        return cls(candidate.request, candidate.request.answers, candidate)

    @property
    def to(self) -> str:
        return self.request.offer.contact.email

    def refs(self) -> dict[str, Any]:
        candidate = self.candidate.id if self.candidate else None
        return {"request": self.request.id, "turn": self.turn, "candidate": candidate}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        request = db.session.get(CfaRequest, refs["request"])
        # A later answer has taken the place of this one.
        if request is None or request.answers != refs["turn"]:
            return None
        if refs["candidate"] is None:
            return cls(request, refs["turn"])
        candidate = db.session.get(ProposedCandidate, refs["candidate"])
        return cls(request, refs["turn"], candidate) if candidate is not None else None

    def link(self) -> LinkOrder:
        offer = self.request.offer
        return management_link(offer.contact, scope=offer.public_id)

    def dedupe_key(self) -> str:
        key = f"mail:cfa_request:{self.request.id}:answered:{self.turn}"
        return f"{key}:{self.candidate.public_id}" if self.candidate else key

    def about(self) -> tuple[str, str]:
        return "cfa_request", str(self.request.id)

    def context(self) -> dict[str, Any]:
        return {
            **facts_of(self.request),
            "answer": "agreed" if self.candidate else self.request.status.value,
            "number": len(self.request.candidates),
            "pending": len(self.request.pending),
            "message": self.request.message or "",
            "reply_to": self.request.reply_to or "",
        }

    @classmethod
    def sample(cls) -> Self:
        return cls(sample_request(status=CfaRequestStatus.ANSWERED, candidates=2), 1)


@dataclass(frozen=True)
class CfaSuggested(OfferMail):
    """E56: day 10, no CFA asked; once."""

    code: ClassVar[str] = "E56"
    name: ClassVar[str] = "cfa_suggested"
    rhythm: ClassVar[Rhythm] = Rhythm.REMINDER
    unsubscribable: ClassVar[bool] = True
    near: int = 0

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        offer = db.session.get(Offer, refs["offer"])
        if offer is None or not is_visible(offer) or requests_of(offer):
            return None
        near = len(cfas_near(offer))
        return cls(offer, near) if near else None

    def link(self) -> LinkOrder:
        return management_link(self.offer.contact, scope=f"{self.offer.public_id}{CFA_PAGE}")

    def dedupe_key(self) -> str:
        return f"mail:offer:{self.offer.id}:cfa_suggested"

    def more(self) -> dict[str, Any]:
        published = self.offer.first_published_on or clock.today()
        return {"number": self.near, "company": self.offer.company, "published_on": published}

    @classmethod
    def sample(cls) -> Self:
        return cls(OfferMail.sample().offer, 4)
