"""Organisation (« structure »), Membership, Invitation."""

from datetime import datetime
from enum import Enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Code, Model, UtcDateTime, enum_column, personal
from app.core.identifiers import Siret
from app.core.tokens import public_id
from app.domain.accounts.models import Account
from app.domain.organisations.lifecycle import OrganisationStatus
from app.domain.organisations.roles import Role


class Kind(Enum):
    """What a structure is."""

    EMPLOYER = "employer"
    OPCO = "opco"
    CHAMBER = "chamber"
    CFA = "cfa"
    OTHER = "other"

    @property
    def label(self) -> str:
        return KIND_LABELS[self]


KIND_LABELS = {
    Kind.EMPLOYER: "Employeur",
    Kind.OPCO: "OPCO",
    Kind.CHAMBER: "Chambre consulaire",
    Kind.CFA: "CFA",
    Kind.OTHER: "Autre structure",
}


class Organisation(Model):
    """A structure with a dashboard, known by its SIRET; not a firm: establishments own offers."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    siret: Mapped[Siret] = mapped_column(Code(Siret, 14), unique=True)
    kind: Mapped[Kind] = mapped_column(enum_column(Kind))
    name: Mapped[str] = mapped_column(sa.String(160))
    city: Mapped[str] = mapped_column(sa.String(80), default="")
    # An OPCO's own structure: which of the eleven it is.
    opco_code: Mapped[str | None] = mapped_column(sa.String(3), index=True)
    status: Mapped[OrganisationStatus] = mapped_column(enum_column(OrganisationStatus), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"))
    refusal: Mapped[str | None] = mapped_column(sa.Text)

    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="organisation", cascade="all, delete-orphan"
    )

    @property
    def is_verified(self) -> bool:
        """Has portal staff verified it?"""
        return self.status is OrganisationStatus.VERIFIED


class Membership(Model):
    """An account in a structure, in one role."""

    __tablename__ = "membership"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(enum_column(Role))
    since: Mapped[datetime] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship(back_populates="memberships", lazy="joined")
    account: Mapped[Account] = relationship(lazy="joined")


class Invitation(Model):
    """Somebody asked to join; becomes a membership by a link, 14 days at most."""

    __tablename__ = "invitation"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "email_norm"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(
        sa.String(254),
        info=personal("adresse électronique", basis="mission d’intérêt public", kept="invitation"),
    )
    email_norm: Mapped[str] = mapped_column(
        sa.String(254),
        info=personal("adresse électronique", basis="mission d’intérêt public", kept="invitation"),
    )
    name: Mapped[str] = mapped_column(
        sa.String(80), info=personal("nom", basis="mission d’intérêt public", kept="invitation")
    )
    role: Mapped[Role] = mapped_column(enum_column(Role))
    invited_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    organisation: Mapped[Organisation] = relationship(lazy="joined")
