"""E-mails to CFAs (E21, E22) and to the people they propose (E52)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Self

from app.core import clock
from app.core.database import db
from app.core.identifiers import Siret
from app.domain.accounts.models import Purpose
from app.domain.cfa_requests.catalogue_models import Cfa, CfaEmail
from app.domain.cfa_requests.lifecycle import CFA_REQUEST_LIFECYCLE, SILENT, CfaRequestStatus
from app.domain.cfa_requests.models import CfaRequest, ProposedCandidate
from app.domain.cfa_requests.queries import AFTER_OFFER
from app.domain.employers.emails import link_order
from app.domain.offers.mailing import job_and_town, sample_offer
from app.domain.offers.queries import is_visible
from app.outbox import LinkOrder, Mail, Rhythm

LEVELS = {3: "CAP", 4: "Bac", 5: "Bac + 2", 6: "Bac + 3", 7: "Bac + 5"}
ANSWER_WITHIN = timedelta(days=7)


def whole_km(km: float) -> int:
    """Kilometres as people read them: never 0."""
    return max(1, round(km))


def facts_of(request: CfaRequest) -> dict[str, Any]:
    """What every e-mail about a request says of it."""
    offer = request.offer
    return {
        **job_and_town(offer),
        "job_name": offer.job_name,
        "company": offer.company,
        "postcode": offer.postcode,
        "reference": offer.reference,
        "cfa": request.cfa.title,
        "km": whole_km(request.km),
        "level": LEVELS.get(offer.level or 0, ""),
        "start_on": offer.start_on,
        "last_day": offer.last_day,
        "openings": offer.openings,
    }


@dataclass(frozen=True)
class CfaMail(Mail):
    """An e-mail to a CFA about one request, with the link to answer."""

    unsubscribable: ClassVar[bool] = True
    request: CfaRequest

    @property
    def to(self) -> str:
        return self.request.sent_to

    def refs(self) -> dict[str, Any]:
        return {"request": self.request.id}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        request = db.session.get(CfaRequest, refs["request"])
        if request is None or not is_visible(request.offer) or request.cfa.opted_out_at is not None:
            return None
        # It was written for an address that has been given up since.
        same = refs["to"] == request.sent_to
        return cls(request) if same and request.status in SILENT else None

    def link(self) -> LinkOrder:
        return link_order(
            Purpose.CFA_REQUEST,
            object_type="cfa_request",
            object_id=self.request.id,
            email=self.request.sent_to,
        )

    def about(self) -> tuple[str, str]:
        return "cfa_request", str(self.request.id)

    def context(self) -> dict[str, Any]:
        return {**facts_of(self.request), "link_days": AFTER_OFFER.days}

    @classmethod
    def sample(cls) -> Self:
        return cls(sample_request())


@dataclass(frozen=True)
class CfaAsked(CfaMail):
    """E21: an employer asks this CFA for candidates."""

    code: ClassVar[str] = "E21"
    name: ClassVar[str] = "cfa_request"

    def dedupe_key(self) -> str:
        # The next contact of the same CFA is written to when this one can't be reached.
        rank = next((one.id for one in self.request.cfa.emails if one.email == self.to), 0)
        return f"mail:cfa_request:{self.request.id}:asked:{rank}"


@dataclass(frozen=True)
class CfaReminder(CfaMail):
    """E22: no answer after seven days; once."""

    code: ClassVar[str] = "E22"
    name: ClassVar[str] = "cfa_reminder"
    rhythm: ClassVar[Rhythm] = Rhythm.REMINDER

    def dedupe_key(self) -> str:
        return f"mail:cfa_request:{self.request.id}:reminder"


@dataclass(frozen=True)
class ProposalConsent(Mail):
    """E52: a CFA proposes this person; nothing is shown to the company before the agreement."""

    code: ClassVar[str] = "E52"
    name: ClassVar[str] = "proposal_consent"
    candidate: ProposedCandidate

    @property
    def to(self) -> str:
        return self.candidate.email

    def refs(self) -> dict[str, Any]:
        return {"candidate": self.candidate.id}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        candidate = db.session.get(ProposedCandidate, refs["candidate"])
        if candidate is None or candidate.consent_at is not None:
            return None
        return cls(candidate) if is_visible(candidate.request.offer) else None

    def link(self) -> LinkOrder:
        return link_order(
            Purpose.CONSENT,
            object_type="proposed_candidate",
            object_id=self.candidate.id,
            email=self.candidate.email,
        )

    def dedupe_key(self) -> str:
        return f"mail:proposed_candidate:{self.candidate.public_id}:consent"

    def about(self) -> tuple[str, str]:
        return "proposed_candidate", str(self.candidate.id)

    def context(self) -> dict[str, Any]:
        until = clock.day_of(self.candidate.proposed_at + ANSWER_WITHIN)
        return {
            **facts_of(self.candidate.request),
            "first_name": self.candidate.first_name,
            "until": until,
        }

    @classmethod
    def sample(cls) -> Self:
        return cls(sample_request(candidates=1).candidates[0])


def sample_request(
    *, status: CfaRequestStatus = CfaRequestStatus.SENT, candidates: int = 0, message: str = ""
) -> CfaRequest:
    """A request outside any database, for samples."""
    now = clock.now()
    cfa = Cfa(
        id=1,
        siret=Siret("99200001800018"),
        title="CFA de l’Aveyron",
        city="Rodez",
        certified=True,
        emails=[CfaEmail(id=1, rank=0, email="apprentissage@cfa.example", email_norm="")],
    )
    request = CfaRequest(
        id=1,
        public_id="exemple-demande",
        offer=sample_offer(),
        cfa=cfa,
        km=12.0,
        phone_given=False,
        sent_to="apprentissage@cfa.example",
        asked_at=now,
        answers=1,
        message=message or None,
        refusals=0,
        lapses=0,
        candidates=[_sample_candidate(number) for number in range(1, candidates + 1)],
    )
    CFA_REQUEST_LIFECYCLE.begin(request, status)
    return request


def _sample_candidate(number: int) -> ProposedCandidate:
    return ProposedCandidate(
        id=number,
        public_id=f"exemple-{number}",
        first_name="Léa",
        email="lea@exemple.example",
        email_norm="lea@exemple.example",
        proposed_at=clock.now(),
    )
