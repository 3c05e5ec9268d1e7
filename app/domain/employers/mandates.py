"""Mandate: a structure deposits offers for an establishment of somebody else."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.audit import journal
from app.audit.actor import Actor
from app.core import clock
from app.core.database import Model, UtcDateTime, db
from app.core.errors import Refused
from app.domain.accounts.models import Account
from app.domain.employers.models import Contact, Establishment
from app.domain.employers.risk import FREE_MAIL
from app.domain.organisations.models import Membership, Organisation

NOT_YOURS = (
    "Cette adresse est celle de votre structure. Saisissez celle de l’entreprise : "
    "elle doit pouvoir corriger ou retirer l’offre."
)
REVOKED = "Cette entreprise ne veut plus que votre structure dépose pour elle. Elle peut déposer elle-même."


class Mandate(Model):
    """Since when a structure deposits for an establishment; `ended_at` once either has put an end to it.

    `contact`: whom the structure writes to there. `ended_by_structure`: it may then begin again.
    """

    __tablename__ = "mandate"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "establishment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id", ondelete="CASCADE"))
    establishment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("establishment.id", ondelete="CASCADE"), index=True
    )
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_structure: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    contact_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("contact.id", ondelete="SET NULL"), index=True
    )

    organisation: Mapped[Organisation] = relationship(lazy="joined")
    establishment: Mapped[Establishment] = relationship()
    contact: Mapped[Contact | None] = relationship()

    @property
    def is_refused(self) -> bool:
        """Has the company said no?"""
        return self.ended_at is not None and not self.ended_by_structure


def mandate_of(organisation: Organisation, establishment: Establishment) -> Mandate | None:
    """The mandate, living or ended."""
    query = sa.select(Mandate).where(
        Mandate.organisation_id == organisation.id, Mandate.establishment_id == establishment.id
    )
    return db.session.scalar(query)


def take_mandate(
    organisation: Organisation, establishment: Establishment, *, by: Actor, contact: Contact | None = None
) -> Mandate:
    """The structure deposits for this establishment; raises Refused when the company has ended it."""
    mandate = mandate_of(organisation, establishment)
    if mandate is not None and mandate.is_refused:
        raise Refused(REVOKED)
    if mandate is None or mandate.ended_at is not None:
        mandate = mandate or Mandate(organisation=organisation, establishment=establishment)
        mandate.since, mandate.ended_at, mandate.ended_by_structure = clock.now(), None, False
        db.session.add(mandate)
        journal.record("mandate_taken", establishment, by=by, facts={"structure": organisation.public_id})
    if contact is not None:
        mandate.contact = contact
    return mandate


def end_mandate(mandate: Mandate, *, by: Actor, by_structure: bool = False) -> None:
    """The company says no, for good; or the structure stops, and may begin again."""
    if mandate.ended_at is None:
        mandate.ended_at, mandate.ended_by_structure = clock.now(), by_structure
        facts: dict[str, object] = {"structure": mandate.organisation.public_id}
        act = "mandate_dropped" if by_structure else "mandate_ended"
        journal.record(act, mandate.establishment, by=by, facts=facts)
    elif not by_structure:
        # What the company says last stands.
        mandate.ended_by_structure = False


@dataclass(frozen=True, slots=True)
class OwnAddresses:
    """The addresses of a structure's members, and their domains unless everybody has them."""

    addresses: frozenset[str]
    domains: frozenset[str]

    def has(self, email: str) -> bool:
        """Is this address the structure's own?"""
        norm = email.strip().casefold()
        return norm in self.addresses or norm.rpartition("@")[2] in self.domains


def own_addresses(organisation: Organisation) -> OwnAddresses:
    """What a company's contact can't be."""
    query = sa.select(Account.email).join(Membership).where(Membership.organisation_id == organisation.id)
    addresses = frozenset(db.session.scalars(query))
    return OwnAddresses(addresses, frozenset(one.rpartition("@")[2] for one in addresses) - FREE_MAIL)


def is_address_of(organisation: Organisation, email: str) -> bool:
    """Is this address the structure's own? A member's, or of the same domain unless everybody has it."""
    return own_addresses(organisation).has(email)
