"""E-mails of structures: E25 (an invitation), E58 (a request decided)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

from app.core import clock
from app.core.database import db
from app.core.identifiers import Siret
from app.domain.accounts.magic_links import LIVES
from app.domain.accounts.models import Purpose
from app.domain.organisations.lifecycle import OrganisationStatus
from app.domain.organisations.models import Invitation, Kind, Organisation
from app.domain.organisations.roles import MAY, Role
from app.outbox import LinkOrder, Mail


def sample_organisation() -> Organisation:
    """A structure outside any database, for samples."""
    return Organisation(
        id=1,
        public_id="structure-exemple",
        siret=Siret("99100001900018"),
        kind=Kind.CHAMBER,
        name="CMA de l’Aveyron",
        city="Rodez",
        status=OrganisationStatus.VERIFIED,
        created_at=clock.now(),
    )


@dataclass(frozen=True)
class RecruiterInvited(Mail):
    """Somebody is asked to join a structure, in a role."""

    code: ClassVar[str] = "E25"
    name: ClassVar[str] = "recruiter_invited"

    invitation: Invitation

    @property
    def to(self) -> str:
        return self.invitation.email

    def refs(self) -> dict[str, Any]:
        return {"invitation": self.invitation.id}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        invitation = db.session.get(Invitation, refs["invitation"])
        if invitation is None or invitation.expires_at <= clock.now():
            return None
        return cls(invitation)

    def context(self) -> dict[str, Any]:
        organisation = self.invitation.organisation
        return {
            "structure": organisation.name,
            "city": organisation.city,
            "role": self.invitation.role.label,
            "may": MAY[self.invitation.role],
            "is_first": organisation.confirmed_at is None,
            "link_days": LIVES[Purpose.INVITATION].days,
        }

    def link(self) -> LinkOrder:
        return LinkOrder(
            purpose=Purpose.INVITATION.value,
            object_type="invitation",
            object_id=str(self.invitation.id),
            scope="",
            subject_email=self.invitation.email,
            lives=LIVES[Purpose.INVITATION],
        )

    @classmethod
    def sample(cls) -> Self:
        organisation = sample_organisation()
        organisation.confirmed_at = clock.now()
        return cls(
            Invitation(
                id=1,
                organisation=organisation,
                email="dominique@cma.example",
                email_norm="dominique@cma.example",
                name="Dominique Durand",
                role=Role.RECRUITER,
                created_at=clock.now(),
                expires_at=clock.now(),
            )
        )


@dataclass(frozen=True)
class FeatureDecided(Mail):
    """A structure is verified or isn't, with the reason; later: a feature is opened or isn't."""

    code: ClassVar[str] = "E58"
    name: ClassVar[str] = "feature_decided"

    to: str
    organisation: Organisation
    decided_at: datetime

    def refs(self) -> dict[str, Any]:
        return {"organisation": self.organisation.id, "decided_at": self.decided_at.isoformat()}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        organisation = db.session.get(Organisation, refs["organisation"])
        decided_at = datetime.fromisoformat(str(refs["decided_at"]))
        # A later decision has its own message.
        if organisation is None or organisation.decided_at != decided_at:
            return None
        return cls(str(refs["to"]), organisation, decided_at)

    def context(self) -> dict[str, Any]:
        return {
            "accepted": self.organisation.is_verified,
            "subject_matter": "vérification de votre structure",
            "structure": self.organisation.name,
            "reason": self.organisation.refusal or "",
            "path": f"/espace/{self.organisation.public_id}",
        }

    @classmethod
    def sample(cls) -> Self:
        return cls("dominique@cma.example", sample_organisation(), clock.now())
