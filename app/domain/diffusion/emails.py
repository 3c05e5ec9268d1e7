"""E-mails about an offer elsewhere: E26 (published), E27 (to mend), E50 (read before publication)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from app.core import clock
from app.core.database import db
from app.domain.diffusion.advert import FIELD_LABELS
from app.domain.diffusion.lifecycle import DIFFUSION_LIFECYCLE, DiffusionStatus
from app.domain.diffusion.models import Diffusion
from app.domain.diffusion.platforms.api_apprentissage import API_APPRENTISSAGE
from app.domain.diffusion.registry import PLATFORMS
from app.domain.employers.emails import management_link
from app.domain.offers.mailing import job_and_town, sample_offer
from app.outbox import LinkOrder, Mail

S = DiffusionStatus


@dataclass(frozen=True)
class DiffusionMail(Mail):
    """An e-mail to the contact of an offer about one place of diffusion, with its management link."""

    diffusion: Diffusion
    status: ClassVar[DiffusionStatus]

    @property
    def to(self) -> str:
        return self.diffusion.offer.contact.email

    def refs(self) -> dict[str, Any]:
        return {"diffusion": self.diffusion.id}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        found = db.session.get(Diffusion, refs["diffusion"])
        return cls(found) if found is not None and found.status is cls.status else None

    def link(self) -> LinkOrder | None:
        offer = self.diffusion.offer
        return management_link(offer.contact, scope=offer.public_id)

    def about(self) -> tuple[str, str]:
        return ("offer", str(self.diffusion.offer.id))

    def dedupe_key(self) -> str:
        """Once for each state of each order: told again only when something was sent again."""
        return f"mail:diffusion:{self.diffusion.id}:{self.diffusion.revision}:{self.name}"

    def context(self) -> dict[str, Any]:
        found = self.diffusion
        return {
            "offer": found.offer,
            "site": PLATFORMS[found.platform].name,
            "since": found.since,
            "reason": found.reason_text,
            "field": FIELD_LABELS.get(found.reason_field or "", ""),
            **job_and_town(found.offer),
        }

    @classmethod
    def sample(cls) -> Self:
        found = Diffusion(
            id=1,
            offer=sample_offer(),
            platform=API_APPRENTISSAGE.key,
            since=clock.now(),
            asked_at=clock.now(),
            revision=1,
            url="https://labonnealternance.example/emploi/1/boulanger",
            reason_code="CFA_BLACKLISTED",
            reason_text=API_APPRENTISSAGE.refusals["CFA_BLACKLISTED"].sentence,
            reason_field="description",
        )
        DIFFUSION_LIFECYCLE.begin(found, cls.status)
        return cls(found)


@dataclass(frozen=True)
class DiffusionPublishedMail(DiffusionMail):
    """E26: the platform shows it."""

    code: ClassVar[str] = "E26"
    name: ClassVar[str] = "diffusion_published"
    status: ClassVar[DiffusionStatus] = S.PUBLISHED


@dataclass(frozen=True)
class DiffusionToFix(DiffusionMail):
    """E27: the platform refuses it, with its reason."""

    code: ClassVar[str] = "E27"
    name: ClassVar[str] = "diffusion_to_fix"
    status: ClassVar[DiffusionStatus] = S.REFUSED


@dataclass(frozen=True)
class DiffusionModeratedMail(DiffusionMail):
    """E50: somebody reads it there before it is published."""

    code: ClassVar[str] = "E50"
    name: ClassVar[str] = "diffusion_moderation"
    status: ClassVar[DiffusionStatus] = S.AWAITING_MODERATION
