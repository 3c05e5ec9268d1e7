"""Employer (the firm), Establishment (the place, which owns offers), Contact (who gets the mails)."""

from datetime import datetime
from enum import Enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Code, Model, UtcDateTime, enum_column, personal
from app.core.geo import Point
from app.core.identifiers import Siren, Siret
from app.core.tokens import public_id


class Verification(Enum):
    """What we know of an establishment's existence."""

    VERIFIED = "verified"
    TO_VERIFY = "to_verify"  # the registers didn't answer
    NOT_LISTED = "not_listed"  # the public directory doesn't show it: recent, not public, or invented
    NON_DIFFUSIBLE = "non_diffusible"  # it exists, its identity isn't published again
    CLOSED = "closed"
    UNKNOWN = "unknown"  # Sirene says that it doesn't exist
    REJECTED = "rejected"  # portal staff or an OPCO have refused it


class Employer(Model):
    """The firm: one SIREN."""

    __tablename__ = "employer"

    id: Mapped[int] = mapped_column(primary_key=True)
    siren: Mapped[Siren] = mapped_column(Code(Siren, 9), unique=True)
    name: Mapped[str] = mapped_column(sa.String(160))
    idcc: Mapped[list[int]] = mapped_column(sa.JSON, default=list)
    headcount_code: Mapped[str | None] = mapped_column(sa.String(2))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    establishments: Mapped[list["Establishment"]] = relationship(back_populates="employer")


class Establishment(Model):
    """The place: one SIRET. Its identity comes from the directory, or is typed until it is verified."""

    __tablename__ = "establishment"
    # The order by place of the boards: read in order, nothing to sort.
    __table_args__ = (sa.Index("ix_establishment_place", "postcode", "city"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    siret: Mapped[Siret] = mapped_column(Code(Siret, 14), unique=True)
    employer_id: Mapped[int] = mapped_column(sa.ForeignKey("employer.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(160))
    brand: Mapped[str | None] = mapped_column(sa.String(120))
    address_line: Mapped[str] = mapped_column(sa.String(200), default="")
    address_more: Mapped[str | None] = mapped_column(sa.String(200))
    postcode: Mapped[str] = mapped_column(sa.String(5), default="")
    city: Mapped[str] = mapped_column(sa.String(80), default="")
    commune_code: Mapped[str | None] = mapped_column(sa.String(5))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    naf: Mapped[str | None] = mapped_column(sa.String(6))
    naf_label: Mapped[str | None] = mapped_column(sa.String(200))
    headcount_code: Mapped[str | None] = mapped_column(sa.String(2))
    is_training_body: Mapped[bool] = mapped_column(default=False)
    verification: Mapped[Verification] = mapped_column(enum_column(Verification), index=True)
    verification_source: Mapped[str] = mapped_column(sa.String(40), default="")
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_check_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    checks: Mapped[int] = mapped_column(default=0)
    closed_on: Mapped[str | None] = mapped_column(sa.String(10))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    employer: Mapped[Employer] = relationship(back_populates="establishments", lazy="joined")
    contacts: Mapped[list["Contact"]] = relationship(back_populates="establishment")

    @property
    def point(self) -> Point | None:
        """Where it is, when known."""
        return None if self.lat is None or self.lon is None else Point(self.lat, self.lon)

    @property
    def is_publishable(self) -> bool:
        """May its registered identity be shown to the public?"""
        return self.verification is Verification.VERIFIED

    @property
    def shown_name(self) -> str:
        """How people call it: its brand, else its registered name."""
        return self.brand or self.name


class Contact(Model):
    """A person who gets an establishment's mails and holds its management link; not an account."""

    __tablename__ = "contact"
    __table_args__ = (sa.UniqueConstraint("establishment_id", "email_norm"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    establishment_id: Mapped[int] = mapped_column(sa.ForeignKey("establishment.id"), index=True)
    email: Mapped[str] = mapped_column(
        sa.String(254),
        info=personal(
            "adresse électronique", basis="mission d’intérêt public", kept="contact", recipients="OPCO"
        ),
    )
    email_norm: Mapped[str] = mapped_column(
        sa.String(254),
        index=True,
        info=personal("adresse électronique", basis="mission d’intérêt public", kept="contact"),
    )
    name: Mapped[str] = mapped_column(
        sa.String(80),
        info=personal("nom", basis="mission d’intérêt public", kept="contact", recipients="OPCO"),
    )
    phone: Mapped[str | None] = mapped_column(
        sa.String(20),
        info=personal("téléphone", basis="mission d’intérêt public", kept="contact", recipients="OPCO"),
    )
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id", ondelete="SET NULL"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    establishment: Mapped[Establishment] = relationship(back_populates="contacts", lazy="joined")

    @property
    def is_reachable(self) -> bool:
        """Has this address been proved, and does it still receive?"""
        return self.confirmed_at is not None and self.bounced_at is None and self.removed_at is None
