"""ApecIdentifier (a member's number at APEC), ApecOffer (whose), ApecAgreement (a structure's own text)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column, relationship

from app.core.database import Model, UtcDateTime, db, personal
from app.domain.offers.models import Offer
from app.domain.organisations.models import Membership, Organisation

Given = sa.ColumnElement[Any] | InstrumentedAttribute[Any]


class ApecIdentifier(Model):
    """Digits, sometimes followed by W or i; sealed. `works`: what APEC said when it was tried."""

    __tablename__ = "apec_identifier"

    id: Mapped[int] = mapped_column(primary_key=True)
    membership_id: Mapped[int] = mapped_column(
        sa.ForeignKey("membership.id", ondelete="CASCADE"), unique=True
    )
    sealed: Mapped[str] = mapped_column(
        sa.String(200),
        info=personal(
            "identifiant APEC", basis="mission d’intérêt public", kept="identifiant apec", recipients="APEC"
        ),
    )
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    works: Mapped[bool | None]

    membership: Mapped[Membership] = relationship(lazy="joined")


class ApecOffer(Model):
    """With whose identifier an offer was first sent: it is read, taken offline and sent again with it."""

    __tablename__ = "apec_offer"

    offer_id: Mapped[int] = mapped_column(sa.ForeignKey("offer.id", ondelete="CASCADE"), primary_key=True)
    identifier_id: Mapped[int] = mapped_column(
        sa.ForeignKey("apec_identifier.id", ondelete="CASCADE"), index=True
    )

    identifier: Mapped[ApecIdentifier] = relationship()


class ApecAgreement(Model):
    """The structure's own text, what its agreement lets it publish, and what leaves by itself."""

    __tablename__ = "apec_agreement"

    organisation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    about: Mapped[str] = mapped_column(sa.Text, default="")
    for_others: Mapped[bool] = mapped_column(default=False)
    # A public employer: its own offers of « cadre » are said to be of the public sector.
    is_public: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # Does every offer that may go there leave by itself, or only those that somebody chooses?
    sends_all: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship()


def sends_all(offer: Offer) -> bool:
    """Does the structure let every offer leave? Yes, while it has said nothing."""
    chosen = sa.select(ApecAgreement.sends_all).where(ApecAgreement.organisation_id == offer.organisation_id)
    return db.session.scalar(chosen) is not False


def chooses_each(organisation_id: Given) -> sa.Exists:
    """The same of many structures, as a condition: has it said that offers leave one by one?"""
    return sa.exists().where(
        ApecAgreement.organisation_id == organisation_id, ApecAgreement.sends_all.is_(False)
    )


def has_identifier(organisation: Organisation) -> bool:
    """Has a member given one that APEC hasn't refused?"""
    return bool(db.session.scalar(sa.select(gave_identifier(sa.literal(organisation.id)))))


def gave_identifier(organisation_id: Given) -> sa.Exists:
    """The same of many structures, as a condition."""
    return sa.exists().where(
        ApecIdentifier.membership_id == Membership.id,
        Membership.organisation_id == organisation_id,
        ApecIdentifier.works.is_not(False),
    )
