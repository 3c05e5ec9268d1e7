"""E-mails to the member whose APEC identifier was used: E26 (published), E50 (being read), E28 (refused)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

from app.core import clock
from app.core.database import db
from app.domain.accounts.models import Account
from app.domain.diffusion.apec.models import ApecIdentifier, ApecOffer
from app.domain.diffusion.lifecycle import DIFFUSION_LIFECYCLE, DiffusionStatus
from app.domain.diffusion.models import Diffusion, Submission
from app.domain.diffusion.platforms.apec import APEC
from app.domain.offers.mailing import job_and_town, sample_offer
from app.domain.organisations.emails import sample_organisation
from app.domain.organisations.models import Membership
from app.domain.organisations.roles import Role
from app.outbox import Mail

S = DiffusionStatus


def _sample_member() -> Membership:
    account = Account(id=1, email="dominique@cma.example", name="Dominique Fabre")
    return Membership(
        id=1, organisation=sample_organisation(), account=account, role=Role.RECRUITER, since=clock.now()
    )


@dataclass(frozen=True)
class ApecMail(Mail):
    """About one offer at APEC, to the member whose identifier carried it."""

    diffusion: Diffusion
    member: Membership
    status: ClassVar[DiffusionStatus]

    @property
    def to(self) -> str:
        return self.member.account.email

    def refs(self) -> dict[str, Any]:
        return {"diffusion": self.diffusion.id, "member": self.member.id}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        found = db.session.get(Diffusion, refs["diffusion"])
        member = db.session.get(Membership, refs["member"])
        if found is None or member is None or member.account.disabled_at is not None:
            return None
        return cls(found, member) if found.status is cls.status else None

    def about(self) -> tuple[str, str]:
        return ("offer", str(self.diffusion.offer.id))

    def dedupe_key(self) -> str:
        return f"mail:diffusion:{self.diffusion.id}:{self.diffusion.revision}:{self.name}"

    def context(self) -> dict[str, Any]:
        offer, last = self.diffusion.offer, self.diffusion.submission
        return {
            "offer": offer,
            "company": offer.establishment.shown_name,
            "number": last.remote_id or "" if last else "",
            "since": self.diffusion.since,
            "path": f"/gestion/offres/{offer.public_id}#sites",
            **job_and_town(offer),
        }

    @classmethod
    def sample(cls) -> Self:
        offer, now = sample_offer(), clock.now()
        last = Submission(id=1, platform=APEC.key, rank=1, reference=offer.reference, remote_id="100000001W")
        found = Diffusion(
            id=1, offer=offer, platform=APEC.key, since=now, asked_at=now, revision=1, submissions=[last],
        )  # fmt: skip
        DIFFUSION_LIFECYCLE.begin(found, cls.status)
        return cls(found, _sample_member())


@dataclass(frozen=True)
class ApecPublished(ApecMail):
    """E26: online at APEC."""

    code: ClassVar[str] = "E26"
    name: ClassVar[str] = "apec_published"
    status: ClassVar[DiffusionStatus] = S.PUBLISHED


@dataclass(frozen=True)
class ApecModerated(ApecMail):
    """E50: one of APEC's consultants reads it first."""

    code: ClassVar[str] = "E50"
    name: ClassVar[str] = "apec_moderation"
    status: ClassVar[DiffusionStatus] = S.AWAITING_MODERATION


@dataclass(frozen=True)
class ApecIdInvalid(Mail):
    """E28: APEC doesn't know this person's identifier; once for each identifier."""

    code: ClassVar[str] = "E28"
    name: ClassVar[str] = "apec_id_invalid"

    identifier: ApecIdentifier
    refused_at: datetime

    @property
    def to(self) -> str:
        return self.identifier.membership.account.email

    def refs(self) -> dict[str, Any]:
        return {"identifier": self.identifier.id, "refused_at": self.refused_at.isoformat()}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        found = db.session.get(ApecIdentifier, refs["identifier"])
        # Replaced or known since: nothing is left to check. A suspended account is told nothing.
        if found is None or found.works is not False or found.membership.account.disabled_at is not None:
            return None
        return cls(found, datetime.fromisoformat(str(refs["refused_at"])))

    def context(self) -> dict[str, Any]:
        space = self.identifier.membership.organisation
        path = f"/espace/{space.public_id}/apec"
        return {"structure": space.name, "refused_at": self.refused_at, "path": path}

    def dedupe_key(self) -> str:
        return f"mail:apec_identifier:{self.identifier.id}:{self.refused_at.isoformat()}"

    @classmethod
    def sample(cls) -> Self:
        now = clock.now()
        found = ApecIdentifier(id=1, membership=_sample_member(), sealed="", added_at=now, works=False)
        return cls(found, now)


def member_of(diffusion: Diffusion) -> ApecIdentifier | None:
    """The identifier with which an offer went to APEC."""
    kept = db.session.get(ApecOffer, diffusion.offer_id)
    return kept.identifier if kept else None
