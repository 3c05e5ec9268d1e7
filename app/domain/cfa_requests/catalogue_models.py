"""The local copy of the catalogue: Cfa, CfaEmail, Training, and how far its reading has come."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Code, Model, UtcDateTime, personal
from app.core.identifiers import RomeCode, Siret, Uai

BASIS = "mission d’intérêt public"


class Cfa(Model):
    """A training centre, known by its SIRET or else its UAI. Once `opted_out_at` is set, nothing is sent."""

    __tablename__ = "cfa"
    __table_args__ = (
        sa.CheckConstraint("siret IS NOT NULL OR uai IS NOT NULL", name="numbered"),
        sa.Index(
            "uq_cfa_uai_alone",
            "uai",
            unique=True,
            sqlite_where=sa.text("siret IS NULL"),
            postgresql_where=sa.text("siret IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    siret: Mapped[Siret | None] = mapped_column(Code(Siret, 14), unique=True)
    uai: Mapped[Uai | None] = mapped_column(Code(Uai, 8), index=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    postcode: Mapped[str] = mapped_column(sa.String(5), default="")
    city: Mapped[str] = mapped_column(sa.String(80), default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    certified: Mapped[bool]
    opted_out_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)

    emails: Mapped[list["CfaEmail"]] = relationship(
        back_populates="cfa", order_by="CfaEmail.rank", cascade="all, delete-orphan"
    )

    @property
    def reachable_emails(self) -> list["CfaEmail"]:
        """Addresses that may be written to, the first contact first."""
        return [] if self.opted_out_at else [one for one in self.emails if one.bounced_at is None]


class CfaEmail(Model):
    """An address of a centre, in the order in which its contacts are written to."""

    __tablename__ = "cfa_email"
    __table_args__ = (sa.UniqueConstraint("cfa_id", "email_norm"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cfa_id: Mapped[int] = mapped_column(sa.ForeignKey("cfa.id", ondelete="CASCADE"))
    rank: Mapped[int]
    email: Mapped[str] = mapped_column(
        sa.String(254), info=personal("adresse électronique", basis=BASIS, kept="cfa")
    )
    email_norm: Mapped[str] = mapped_column(
        sa.String(254), index=True, info=personal("adresse électronique", basis=BASIS, kept="cfa")
    )
    bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    cfa: Mapped[Cfa] = relationship(back_populates="emails")


class Training(Model):
    """One course of a centre; archived once the catalogue no longer gives it."""

    __tablename__ = "training"

    id: Mapped[int] = mapped_column(primary_key=True)
    cfa_id: Mapped[int] = mapped_column(sa.ForeignKey("cfa.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(sa.String(120), unique=True)
    title: Mapped[str] = mapped_column(sa.String(250))
    rncp: Mapped[str | None] = mapped_column(sa.String(12))
    level: Mapped[int | None]
    lat: Mapped[float]
    lon: Mapped[float]
    next_start: Mapped[date | None]
    # Its public page, when the catalogue gives one.
    url: Mapped[str | None] = mapped_column(sa.String(300))
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    cfa: Mapped[Cfa] = relationship()
    romes: Mapped[list["TrainingRome"]] = relationship(cascade="all, delete-orphan")


class TrainingRome(Model):
    """A job that a course leads to, with the place of the course: one index then finds what is near.

    A course that is archived has no row here.
    """

    __tablename__ = "training_rome"
    __table_args__ = (sa.Index("ix_training_near", "rome_code", "lat", "lon", "training_id"),)

    training_id: Mapped[int] = mapped_column(
        sa.ForeignKey("training.id", ondelete="CASCADE"), primary_key=True
    )
    rome_code: Mapped[RomeCode] = mapped_column(Code(RomeCode, 5), primary_key=True)
    lat: Mapped[float]
    lon: Mapped[float]


class CatalogueReading(Model):
    """How far the present reading of the catalogue has come; one row."""

    __tablename__ = "catalogue_reading"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    next_page: Mapped[int]
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
