"""A demonstration's structures: one of each kind, with its members, verified or not."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.core.identifiers import Siret
from app.domain.accounts.models import Account
from app.domain.organisations.lifecycle import ORGANISATION_LIFECYCLE, OrganisationStatus
from app.domain.organisations.models import Kind, Membership, Organisation
from app.domain.organisations.roles import Role


@dataclass(frozen=True, slots=True)
class Sample:
    """One structure and its members: (name before the @, role)."""

    siret: str
    kind: Kind
    name: str
    city: str
    members: tuple[tuple[str, Role], ...]
    opco: str | None = None
    status: OrganisationStatus = OrganisationStatus.VERIFIED


SAMPLES = (
    Sample(
        "99100090200015",
        Kind.CHAMBER,
        "Chambre de métiers d’essai de l’Aveyron",
        "Rodez",
        (
            ("responsable", Role.ADMINISTRATOR),
            ("recruteur", Role.RECRUITER),
            ("verificateur", Role.REVIEWER),
            ("lecture", Role.READER),
        ),
    ),
    Sample(
        "99100091000018", Kind.OPCO, "OPCO EP (démonstration)", "Paris", (("opco", Role.RECRUITER),), "06"
    ),
    Sample(
        # One of the invented centres of the catalogue: it has courses to show.
        "99200001800018",
        Kind.CFA,
        "CFA des métiers de bouche de Rodez",
        "Rodez",
        (("cfa", Role.ADMINISTRATOR),),
    ),
    Sample(
        "99100092800010",
        Kind.OTHER,
        "Mission d’essai « L’Élan »",
        "Saint-Étienne",
        (("attente", Role.ADMINISTRATOR),),
        status=OrganisationStatus.TO_VERIFY,
    ),
)


def seed_structures() -> int:
    """Add the structures that aren't there yet; returns how many. Commits nothing, mails nothing."""
    added = [sample for sample in SAMPLES if _is_new(sample)]
    for sample in added:
        now = clock.now()
        organisation = Organisation(
            siret=Siret(sample.siret),
            kind=sample.kind,
            name=sample.name,
            city=sample.city,
            opco_code=sample.opco,
            created_at=now,
            confirmed_at=now,
        )
        ORGANISATION_LIFECYCLE.begin(organisation, sample.status)
        db.session.add(organisation)
        for person, role in sample.members:
            account = _account(f"{person}@structure.example", person)
            db.session.add(Membership(organisation=organisation, account=account, role=role, since=now))
    db.session.flush()
    return len(added)


def _is_new(sample: Sample) -> bool:
    known = sa.select(Organisation.id).where(Organisation.siret == Siret(sample.siret))
    return db.session.scalar(known) is None


def _account(email: str, person: str) -> Account:
    account = db.session.scalar(sa.select(Account).where(Account.email == email))
    if account is None:
        account = Account(email=email, name=f"{person.capitalize()} d’essai", created_at=clock.now())
        db.session.add(account)
    return account
