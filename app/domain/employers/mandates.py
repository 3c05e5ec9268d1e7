"""Mandate: a structure deposits offers for an establishment of somebody else."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.audit import journal
from app.audit.actor import Actor
from app.core import clock
from app.core.database import Model, UtcDateTime, db
from app.core.errors import Refused
from app.domain.accounts.models import Account
from app.domain.employers.models import Establishment
from app.domain.employers.risk import FREE_MAIL
from app.domain.organisations.models import Membership, Organisation

NOT_YOURS = (
    "Cette adresse est celle de votre structure. Saisissez celle de l’entreprise : "
    "elle doit pouvoir corriger ou retirer l’offre."
)
REVOKED = "Cette entreprise ne veut plus que votre structure dépose pour elle. Elle peut déposer elle-même."


class Mandate(Model):
    """Since when a structure deposits for an establishment; `ended_at` once the company has said no."""

    __tablename__ = "mandate"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "establishment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id", ondelete="CASCADE"))
    establishment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("establishment.id", ondelete="CASCADE"), index=True
    )
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship(lazy="joined")
    establishment: Mapped[Establishment] = relationship()


def mandate_of(organisation: Organisation, establishment: Establishment) -> Mandate | None:
    """The mandate, living or ended."""
    query = sa.select(Mandate).where(
        Mandate.organisation_id == organisation.id, Mandate.establishment_id == establishment.id
    )
    return db.session.scalar(query)


def take_mandate(organisation: Organisation, establishment: Establishment, *, by: Actor) -> Mandate:
    """The structure deposits for this establishment; raises Refused when the company has ended it."""
    mandate = mandate_of(organisation, establishment)
    if mandate is not None and mandate.ended_at is not None:
        raise Refused(REVOKED)
    if mandate is None:
        mandate = Mandate(organisation=organisation, establishment=establishment, since=clock.now())
        db.session.add(mandate)
        journal.record("mandate_taken", establishment, by=by, facts={"structure": organisation.public_id})
    return mandate


def end_mandate(mandate: Mandate, *, by: Actor) -> None:
    """The company says no: the structure deposits nothing more for it."""
    if mandate.ended_at is None:
        mandate.ended_at = clock.now()
        facts: dict[str, object] = {"structure": mandate.organisation.public_id}
        journal.record("mandate_ended", mandate.establishment, by=by, facts=facts)


def is_address_of(organisation: Organisation, email: str) -> bool:
    """Is this address the structure's own? A member's, or of the same domain unless everybody has it."""
    norm = email.strip().casefold()
    domain = norm.rpartition("@")[2]
    query = (
        sa.select(Account.email).join(Membership).where(Membership.organisation_id == organisation.id)
    )
    addresses = list(db.session.scalars(query))
    domains = {one.rpartition("@")[2] for one in addresses} - FREE_MAIL
    return norm in addresses or domain in domains
