"""Members of a structure: invited, accepted, changed, leaving; the last responsible person stays."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.actor import SYSTEM
from app.core import clock
from app.core.database import db
from app.core.errors import Refused
from app.core.identifiers import Siret
from app.domain.accounts import sessions
from app.domain.accounts.models import WebSession
from app.domain.accounts.permissions import IN_A_STRUCTURE, Permission
from app.domain.organisations import members, verification
from app.domain.organisations.lifecycle import OrganisationStatus
from app.domain.organisations.models import Invitation, Kind, Organisation
from app.domain.organisations.roles import ROLE_PERMISSIONS, Role, may, who_may
from app.domain.organisations.services import Asked, create_organisation, forget_unconfirmed
from app.outbox.models import OutboxMessage
from tests.factories.structures import make_account, make_member, make_structure

pytestmark = pytest.mark.usefixtures("db_session")
ASKED = Asked(
    Siret("99100001900018"), Kind.CHAMBER, "Chambre", "Rodez", "Camille Fabre", "Camille@Chambre.example"
)


def _mails(template: str) -> list[OutboxMessage]:
    return list(db.session.scalars(sa.select(OutboxMessage).where(OutboxMessage.template == template)))


def test_a_space_is_opened_by_the_person_who_asked_for_it() -> None:
    structure = create_organisation(ASKED)
    assert structure.status is OrganisationStatus.UNCONFIRMED
    invitation = db.session.scalars(sa.select(Invitation)).one()
    assert len(_mails("recruiter_invited")) == 1
    membership = members.accept(invitation)
    assert membership.role is Role.ADMINISTRATOR
    assert membership.account.email == "camille@chambre.example"
    assert structure.status is OrganisationStatus.TO_VERIFY
    assert not structure.is_verified
    assert db.session.scalars(sa.select(Invitation)).all() == []


def test_a_structure_has_one_space() -> None:
    structure = create_organisation(ASKED)
    # Nobody has confirmed it: whoever asks next may be the right person.
    assert create_organisation(ASKED).id == structure.id
    members.accept(db.session.scalars(sa.select(Invitation)).one())
    with pytest.raises(Refused, match="déjà un espace"):
        create_organisation(ASKED)


def test_a_member_is_not_invited_twice_and_an_invitation_is_one_row() -> None:
    structure = make_structure()
    member = make_member(structure, email="dominique@chambre.example")
    for name in ("Léa", "Léa Martin"):
        members.invite(structure, email="lea@chambre.example", name=name, role=Role.READER, by=SYSTEM)
    invitation = db.session.scalars(sa.select(Invitation)).one()
    assert invitation.name == "Léa Martin"
    with pytest.raises(Refused, match="déjà membre"):
        members.invite(structure, email="DOMINIQUE@chambre.example", name="D", role=Role.READER, by=SYSTEM)
    assert members.members_of(structure) == [member]


def test_one_person_belongs_to_several_structures() -> None:
    account = make_account("commune@exemple.fr")
    for name in ("Zinc", "Abeille"):
        make_member(make_structure(name=name), Role.RECRUITER, account=account)
    assert [one.organisation.name for one in members.memberships_of(account)] == ["Abeille", "Zinc"]
    assert not members.needs_second_factor(account)


@pytest.mark.parametrize(
    ("role", "kind", "needs"),
    [
        (Role.ADMINISTRATOR, Kind.CHAMBER, True),
        (Role.REVIEWER, Kind.EMPLOYER, True),
        (Role.RECRUITER, Kind.CFA, False),
        (Role.READER, Kind.OTHER, False),
        (Role.READER, Kind.OPCO, True),
    ],
)
def test_who_sees_others_data_needs_a_second_factor(role: Role, kind: Kind, needs: bool) -> None:
    member = make_member(make_structure(kind), role)
    assert members.needs_second_factor(member.account) is needs


def test_the_last_responsible_person_stays() -> None:
    structure = make_structure()
    first = make_member(structure, email="un@chambre.example")
    for act in (
        lambda: members.remove(first, by=SYSTEM),
        lambda: members.change_role(first, Role.READER, by=SYSTEM),
    ):
        with pytest.raises(Refused, match="dernier responsable"):
            act()
    second = make_member(structure, Role.READER, email="deux@chambre.example")
    members.change_role(second, Role.ADMINISTRATOR, by=SYSTEM)
    members.remove(first, by=SYSTEM)
    db.session.flush()
    assert members.members_of(structure) == [second]


def test_another_role_ends_the_open_sessions() -> None:
    structure = make_structure()
    make_member(structure, email="un@chambre.example")
    second = make_member(structure, Role.RECRUITER, email="deux@chambre.example")
    sessions.open_session(account=second.account)
    members.change_role(second, Role.READER, by=SYSTEM)
    assert db.session.scalars(sa.select(WebSession)).all() == []


def test_a_structure_is_verified_refused_and_asks_again() -> None:
    structure = make_structure(status=OrganisationStatus.TO_VERIFY)
    make_member(structure, email="responsable@chambre.example")
    make_member(structure, Role.READER, email="lecture@chambre.example")
    verification.refuse(structure, reason="Le SIRET est celui d’une autre structure.", by=SYSTEM)
    assert structure.refusal
    assert [row.recipient for row in _mails("feature_decided")] == ["responsable@chambre.example"]
    verification.ask_again(structure, by=SYSTEM)
    assert verification.waiting() == [structure]
    assert verification.waiting_count()[0] == 1
    verification.verify(structure, by=SYSTEM)
    assert structure.is_verified
    assert structure.refusal is None
    with pytest.raises(Refused):
        verification.ask_again(structure, by=SYSTEM)


def test_what_nobody_confirmed_is_forgotten_after_fourteen_days(app: Flask) -> None:
    structure = create_organisation(ASKED)
    kept = make_structure(name="Confirmée")
    with clock.set_to(clock.now() + timedelta(days=13)):
        assert forget_unconfirmed(dry=False) == 0
    with clock.set_to(clock.now() + timedelta(days=15)):
        assert forget_unconfirmed(dry=True) == 2
        assert db.session.get(Organisation, structure.id) is not None
        assert forget_unconfirmed(dry=False) == 2
        assert forget_unconfirmed(dry=False) == 0
    assert db.session.scalars(sa.select(Organisation)).all() == [kept]
    assert db.session.scalars(sa.select(Invitation)).all() == []


def test_each_right_in_a_structure_is_held_by_a_role() -> None:
    held = frozenset().union(*ROLE_PERMISSIONS.values())
    assert held == IN_A_STRUCTURE
    assert not may(Role.READER, Permission.OFFER_MANAGE)
    assert not may(Role.ADMINISTRATOR, Permission.DOSSIER_REVIEW)
    assert who_may(Permission.MEMBERS_MANAGE) == "un responsable"
    assert who_may(Permission.DOSSIER_REVIEW) == "un vérificateur"
