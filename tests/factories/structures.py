"""Accounts, structures and members, through the services that people use or as plain rows."""

import itertools

import pyotp
from flask import current_app

from app.core import clock
from app.core.database import db
from app.core.identifiers import InvalidIdentifier, Siren, Siret
from app.domain.accounts import second_factor
from app.domain.accounts.models import Account, StaffRole
from app.domain.organisations.lifecycle import ORGANISATION_LIFECYCLE, OrganisationStatus
from app.domain.organisations.members import as_member
from app.domain.organisations.models import Kind, Membership, Organisation
from app.domain.organisations.roles import Role

_numbers = itertools.count(991_002_000)


def _a_siret() -> Siret:
    for number in _numbers:
        try:
            siren = Siren(str(number))
        except InvalidIdentifier:
            continue
        for key in range(10, 100):
            try:
                return Siret(f"{siren}{key:05d}")
            except InvalidIdentifier:
                continue
    raise LookupError("siret")


def make_account(email: str = "agent@structure.example", *, role: StaffRole | None = None) -> Account:
    """A person who may sign in."""
    account = Account(
        email=email, name=email.partition("@")[0].title(), staff_role=role, created_at=clock.now()
    )
    db.session.add(account)
    db.session.flush()
    return account


def make_structure(
    kind: Kind = Kind.CHAMBER,
    *,
    status: OrganisationStatus = OrganisationStatus.VERIFIED,
    name: str = "Chambre de métiers d’essai",
    opco_code: str | None = None,
) -> Organisation:
    """A structure in a state."""
    now = clock.now()
    structure = Organisation(
        siret=_a_siret(),
        kind=kind,
        name=name,
        city="Rodez",
        created_at=now,
        confirmed_at=now,
        opco_code=opco_code,
    )
    ORGANISATION_LIFECYCLE.begin(structure, status)
    db.session.add(structure)
    db.session.flush()
    return structure


def make_member(
    structure: Organisation,
    role: Role = Role.ADMINISTRATOR,
    *,
    email: str = "",
    account: Account | None = None,
) -> Membership:
    """Somebody in a structure."""
    account = account or make_account(email or f"{role.value}-{structure.id}@structure.example")
    membership = Membership(organisation=structure, account=account, role=role, since=clock.now())
    db.session.add(membership)
    db.session.flush()
    return membership


def give_factor(account: Account) -> str:
    """Set the second factor up; gives its key in base 32."""
    keyring = current_app.extensions["keyring"]
    second_factor.begin(account, keyring=keyring)
    key = second_factor.key_of(account, keyring=keyring)
    second_factor.confirm(account, code_now(key), keyring=keyring, by=as_member(account))
    return key


def code_now(key: str, *, steps: int = 0) -> str:
    """The six digits that the application shows, or will show in `steps` half-minutes."""
    step = int(clock.now().timestamp()) // second_factor.STEP + steps
    return pyotp.TOTP(key, interval=second_factor.STEP).generate_otp(step)


def code_of(account: Account) -> str:
    """A code that hasn't served yet of somebody whose second factor is set up: the next half-minute's."""
    factor = second_factor.factor_of(account)
    assert factor is not None
    place = f"second_factor|{account.id}|sealed_key"
    return code_now(current_app.extensions["keyring"].open(factor.sealed_key, place=place), steps=1)
