"""Creating a structure's space, and forgetting those that nobody confirmed."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import ANONYMOUS, SYSTEM, Actor
from app.core import clock
from app.core.database import db, take_turns
from app.core.errors import Refused
from app.core.identifiers import Siret
from app.domain.organisations.lifecycle import ORGANISATION_LIFECYCLE, OrganisationStatus
from app.domain.organisations.members import INVITATION_LIFE, invite
from app.domain.organisations.models import Invitation, Kind, Organisation
from app.domain.organisations.roles import Role

ALREADY_HERE = "Cette structure a déjà un espace. Demandez à l’un de ses responsables de vous inviter."
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A structure as the register names it, and the person who asks for its space."""

    siret: Siret
    kind: Kind
    name: str
    city: str
    person: str
    email: str
    opco_code: str | None = None


def organisation_by_siret(siret: Siret) -> Organisation | None:
    """The structure we know under this SIRET."""
    return db.session.scalar(sa.select(Organisation).where(Organisation.siret == siret))


def organisation_by_public_id(public_id: str) -> Organisation | None:
    """The structure of an address."""
    return db.session.scalar(sa.select(Organisation).where(Organisation.public_id == public_id))


def create_organisation(asked: Asked, *, by: Actor = ANONYMOUS) -> Organisation:
    """Open a space, to be confirmed by its first responsible person (E25). Raises Refused when it has one.

    One that nobody has confirmed belongs to nobody: whoever asks next may be the right person.
    """
    take_turns(f"organisation:{asked.siret}")
    organisation = organisation_by_siret(asked.siret)
    if organisation is not None and organisation.status is not OrganisationStatus.UNCONFIRMED:
        raise Refused(ALREADY_HERE)
    if organisation is None:
        organisation = Organisation(siret=asked.siret, created_at=clock.now())
        ORGANISATION_LIFECYCLE.begin(organisation, OrganisationStatus.UNCONFIRMED)
        db.session.add(organisation)
    organisation.kind, organisation.name, organisation.city = asked.kind, asked.name, asked.city
    organisation.opco_code = asked.opco_code if asked.kind is Kind.OPCO else None
    db.session.flush()
    journal.record("organisation_created", organisation, by=by, facts={"kind": asked.kind.value})
    invite(organisation, email=asked.email, name=asked.person, role=Role.ADMINISTRATOR, by=by)
    return organisation


def forget_unconfirmed(*, dry: bool) -> int:
    """Erase invitations that are over, and structures that nobody confirmed; returns how many rows."""
    now = clock.now()
    over = list(
        db.session.scalars(sa.select(Invitation).where(Invitation.expires_at <= now).limit(_BATCH))
    )
    unconfirmed = list(
        db.session.scalars(
            sa.select(Organisation)
            .where(
                Organisation.status == OrganisationStatus.UNCONFIRMED,
                Organisation.created_at <= now - INVITATION_LIFE,
                ~sa.exists().where(
                    Invitation.organisation_id == Organisation.id, Invitation.expires_at > now
                ),
            )
            .limit(_BATCH)
        )
    )
    if not dry:
        for one in unconfirmed:
            journal.record("organisation_erased", one, by=SYSTEM)
        for row in (*over, *unconfirmed):
            db.session.delete(row)
        db.session.flush()
    return len(over) + len(unconfirmed)
