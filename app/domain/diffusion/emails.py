"""E-mails about an offer elsewhere: E26 (published), E27 (to mend), E50 (read before publication)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from app.core import clock
from app.core.database import db
from app.domain.accounts.models import Account
from app.domain.diffusion.advert import FIELD_LABELS
from app.domain.diffusion.lifecycle import DIFFUSION_LIFECYCLE, DiffusionStatus
from app.domain.diffusion.models import Diffusion
from app.domain.diffusion.platforms.api_apprentissage import API_APPRENTISSAGE
from app.domain.diffusion.registry import PLATFORMS
from app.domain.employers.emails import management_link
from app.domain.offers.mailing import job_and_town, sample_offer
from app.domain.offers.models import Offer
from app.domain.organisations.members import membership_in
from app.outbox import LinkOrder, Mail

S = DiffusionStatus


@dataclass(frozen=True)
class DiffusionMail(Mail):
    """An e-mail about an offer at one place of diffusion: to its contact, with the management link, or to the
    `member` of a structure who deposited it for the company, and signs in.
    """

    diffusion: Diffusion
    member: Account | None = None
    status: ClassVar[DiffusionStatus]

    @property
    def to(self) -> str:
        return self.member.email if self.member else self.diffusion.offer.contact.email

    def refs(self) -> dict[str, Any]:
        return {"diffusion": self.diffusion.id} | ({"member": self.member.id} if self.member else {})

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        found = db.session.get(Diffusion, refs["diffusion"])
        if found is None or found.status is not cls.status:
            return None
        if "member" not in refs:
            return cls(found)
        # Who has left the structure since isn't told of its offers.
        member = depositor_of(found.offer)
        return cls(found, member) if member is not None and member.id == refs["member"] else None

    def link(self) -> LinkOrder | None:
        if self.member is not None:
            return None
        offer = self.diffusion.offer
        return management_link(offer.contact, scope=offer.public_id)

    def about(self) -> tuple[str, str]:
        return ("offer", str(self.diffusion.offer.id))

    def dedupe_key(self) -> str:
        """Once for each state of each order: told again only when something was sent again."""
        key = f"mail:diffusion:{self.diffusion.id}:{self.diffusion.revision}:{self.name}"
        return f"{key}:{self.member.id}" if self.member else key

    def context(self) -> dict[str, Any]:
        found = self.diffusion
        return {
            "offer": found.offer,
            "site": PLATFORMS[found.platform].name,
            "since": found.since,
            "reason": found.reason_text,
            "field": FIELD_LABELS.get(found.reason_field or "", ""),
            "company": found.offer.establishment.shown_name if self.member else "",
            "path": f"/gestion/offres/{found.offer.public_id}" if self.member else "",
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

    @classmethod
    def sample_for_member(cls) -> Self:
        """The same for the member who deposited it."""
        account = Account(id=1, email="dominique@cma.example", name="Dominique Fabre")
        return replace(cls.sample(), member=account)


def depositor_of(offer: Offer) -> Account | None:
    """The member who deposited it for a company, while in the structure that manages it."""
    author, structure = offer.author, offer.organisation
    if author is None or structure is None or author.disabled_at is not None:
        return None
    return author if membership_in(author, structure.public_id) is not None else None


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
