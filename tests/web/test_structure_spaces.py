"""A structure's space, as its people see it: asked for, opened, protected, shared; verified by an agent."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import current_app

from app.core import clock
from app.core.database import db
from app.domain.accounts import second_factor
from app.domain.accounts.models import Account, StaffRole
from app.domain.offers.lifecycle import OfferStatus
from app.domain.organisations.lifecycle import OrganisationStatus
from app.domain.organisations.models import Kind, Membership, Organisation
from app.domain.organisations.roles import Role
from tests.factories.offers import make_offer
from tests.factories.structures import code_now, give_factor, make_account, make_member, make_structure
from tests.support.client import CheckedClient
from tests.support.mailbox import Mailbox
from tests.support.sign_in import by_link

pytestmark = pytest.mark.usefixtures("db_session")
BAKERY = "991 000 019 00018"
CLOSED = "99100002700011"
ASKED = {"siret": BAKERY, "kind": "employer", "name": "Camille Fabre", "email": "camille@levain.example"}


def _url(structure: Organisation, path: str = "") -> str:
    return f"/espace/{structure.public_id}{path}"


def _in_setup(account: Account) -> str:
    return second_factor.key_of(account, keyring=current_app.extensions["keyring"])


def test_from_a_siret_to_an_open_space(client: CheckedClient, mailbox: Mailbox) -> None:
    done = client.submit(client.get("/espace/creer"), ASKED, follow=True)
    assert "Encore une étape" in done.text
    letter = mailbox.last(to="camille@levain.example", subject="Activez")
    page = client.get(letter.link)
    assert "Activer votre accès" in page.text
    assert "Responsable" in page.text
    begun = client.submit(client.submit(page, follow=True), follow=True, button="Commencer")
    account = db.session.scalars(sa.select(Account)).one()
    wrong = client.submit(begun, {"code": "000000"}, button="Activer")
    assert wrong.status_code == 422
    codes = client.submit(wrong, {"code": code_now(_in_setup(account))}, button="Activer")
    assert "codes de secours" in codes.text
    assert codes.text.count("<li translate") == second_factor.RECOVERY_CODES
    home = client.get("/espace", follow_redirects=True)
    assert "En cours de vérification" in home.text
    assert db.session.scalars(sa.select(Organisation)).one().name == "Au bon levain"


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"siret": ""}, "Saisissez le SIRET"),
        ({"siret": "123"}, "vous en avez saisi 3"),
        ({"siret": "99100001900019"}, "contient une erreur"),
        ({"siret": CLOSED}, "est fermé depuis le 31 mars 2024"),
        ({"siret": "99100009200015"}, "Aucun établissement ne porte ce SIRET"),
        ({"kind": "opco"}, "Choisissez votre OPCO"),
        ({"kind": "royaume"}, "Choisissez ce qu’est votre structure"),
        ({"email": "camille@"}, "adresse"),
    ],
)
def test_a_wrong_answer_is_said_and_kept(client: CheckedClient, answers: dict[str, str], said: str) -> None:
    answer = client.submit(client.get("/espace/creer"), {**ASKED, **answers})
    assert answer.status_code == 422
    assert said in answer.text.replace("\u00a0", " ")
    assert "Camille Fabre" in answer.text
    assert db.session.scalars(sa.select(Organisation)).all() == []


def test_a_person_signs_in_by_a_link_then_a_code(client: CheckedClient, mailbox: Mailbox) -> None:
    member = make_member(make_structure(), email="camille@chambre.example")
    key = give_factor(member.account)
    db.session.commit()
    client.submit(client.get("/connexion"), {"email": "Camille@Chambre.example"}, follow=True)
    letter = mailbox.last(to="camille@chambre.example", subject="lien d’accès")
    asked = client.submit(client.get(letter.link), follow=True)
    assert "Confirmez que c’est vous" in asked.text
    assert client.get(_url(member.organisation)).location.endswith("/connexion/second-facteur")
    refused = client.submit(asked, {"code": "12"})
    assert refused.status_code == 422
    with clock.set_to(clock.now() + timedelta(seconds=30)):
        home = client.submit(refused, {"code": code_now(key)}, follow=True)
    assert "Mes offres" in home.text


def test_five_wrong_codes_and_one_waits(client: CheckedClient) -> None:
    member = make_member(make_structure())
    give_factor(member.account)
    by_link(client, member.account, proven=False)
    page = client.get("/connexion/second-facteur")
    for _ in range(5):
        page = client.submit(page, {"code": "000000"})
    assert "Trop d’essais" in client.submit(page, {"code": "000000"}).text.replace("\u00a0", " ")


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client: CheckedClient, mailbox: Mailbox) -> None:
    done = client.submit(client.get("/connexion"), {"email": "inconnu@exemple.fr"}, follow=True)
    assert "Si cette adresse est connue" in done.text
    mailbox.deliver()
    assert mailbox.letters == []


def test_a_responsible_person_invites_changes_and_removes(client: CheckedClient, mailbox: Mailbox) -> None:
    structure = make_structure(name="CMA d’essai")
    by_link(client, make_member(structure, email="chef@cma.example").account)
    page = client.get(_url(structure, "/membres/inviter"))
    empty = client.submit(page)
    assert empty.status_code == 422
    lea = {"name": "Léa Martin", "email": "lea@cma.example", "role": "recruiter"}
    listed = client.submit(empty, lea, follow=True)
    assert "Léa Martin" in listed.text
    assert (
        client.submit(
            client.get(_url(structure, "/membres/inviter")), {**lea, "email": "chef@cma.example"}
        ).status_code
        == 422
    )
    visitor = current_app.test_client()
    assert isinstance(visitor, CheckedClient)
    letter = mailbox.last(to="lea@cma.example", subject="vous invite")
    assert "Mes offres" in visitor.submit(visitor.get(letter.link), follow=True).text
    lea_member = db.session.scalars(sa.select(Membership).where(Membership.role == Role.RECRUITER)).one()
    role = client.get(_url(structure, f"/membres/{lea_member.id}/role"))
    assert "Lecture" in client.submit(role, {"role": "reader"}, follow=True).text
    gone = client.submit(client.get(_url(structure, f"/membres/{lea_member.id}/retirer")), follow=True)
    assert "ne fait plus partie" in gone.text
    assert visitor.get(_url(structure)).status_code == 302


def test_an_invitation_is_cancelled_and_its_link_ends(client: CheckedClient, mailbox: Mailbox) -> None:
    structure = make_structure()
    by_link(client, make_member(structure).account)
    answers = {"name": "Léa", "email": "lea@cma.example", "role": "reader"}
    listed = client.submit(client.get(_url(structure, "/membres/inviter")), answers, follow=True)
    letter = mailbox.last(to="lea@cma.example", subject="vous invite")
    assert "Invitation annulée" in client.submit(listed, follow=True, button="Annuler").text
    assert "n’est plus valable" in client.get(letter.link).text


def test_the_last_responsible_person_cant_leave(client: CheckedClient) -> None:
    structure = make_structure()
    by_link(client, make_member(structure).account)
    answer = client.submit(client.get(_url(structure, "/quitter")))
    assert answer.status_code == 422
    assert "dernier responsable" in answer.text
    reader = make_member(structure, Role.READER)
    other = current_app.test_client()
    assert isinstance(other, CheckedClient)
    by_link(other, reader.account, proven=False)
    assert "Aucune structure" in other.submit(other.get(_url(structure, "/quitter")), follow=True).text


def test_a_refusal_says_who_can_do_it(client: CheckedClient) -> None:
    structure = make_structure()
    make_member(structure, email="camille@cma.example")
    by_link(client, make_member(structure, Role.READER).account, proven=False)
    refused = client.get(_url(structure, "/membres/inviter"))
    assert refused.status_code == 403
    assert "Seul un responsable peut faire cela. Écrivez à Camille (camille@cma.example)." in refused.text
    assert "Inviter un membre" not in client.get(_url(structure, "/membres")).text


def test_the_dashboard_shows_the_offers_of_the_structure_alone(client: CheckedClient) -> None:
    structure, other = make_structure(), make_structure(name="Autre")
    mine, theirs = make_offer(OfferStatus.ONLINE), make_offer(OfferStatus.ONLINE)
    mine.organisation_id, theirs.organisation_id = structure.id, other.id
    mine.last_day = clock.today() + timedelta(days=3)
    by_link(client, make_member(structure, Role.RECRUITER).account, proven=False)
    page = client.get(_url(structure))
    assert mine.reference in page.text
    assert theirs.reference not in page.text
    assert "1 offre se termine dans les 7 jours" in page.text.replace("\u00a0", " ")
    assert mine.reference not in client.get(_url(structure, "?etat=ended")).text
    assert mine.reference in client.get(_url(structure, f"?q={mine.reference.lower()}&page=9999999")).text
    assert client.get(_url(structure, "?q=%25_&etat=zz&page=x&fin=8")).status_code == 200
    assert client.get(f"/gestion/offres/{mine.public_id}").status_code == 200
    assert client.get(f"/gestion/offres/{theirs.public_id}").status_code == 404


def test_an_agent_verifies_or_says_why_not(client: CheckedClient, mailbox: Mailbox) -> None:
    structure = make_structure(Kind.CFA, status=OrganisationStatus.TO_VERIFY, name="CFA d’essai")
    make_member(structure, email="chef@cfa.example")
    by_link(client, make_account("agent@portail.example", role=StaffRole.OPERATOR))
    assert "CFA d’essai" in client.get("/agents/structures").text
    page = client.get(f"/agents/structures/{structure.public_id}")
    assert client.submit(page).status_code == 422
    assert "Indiquez la raison" in client.submit(page, {"decision": "refuse"}).text
    answers = {"decision": "refuse", "reason": "Le nom n’est pas celui du registre."}
    client.submit(page, answers, follow=True)
    assert "n’est pas celui du registre" in mailbox.last(to="chef@cfa.example", subject="refusée").text
    assert client.submit(page, {**answers, "submission_id": "autre-envoi"}).status_code == 422
    client.submit(page, {"decision": "verify", "submission_id": "troisieme-envoi"}, follow=True)
    assert mailbox.last(to="chef@cfa.example", subject="acceptée")
    db.session.expire_all()
    assert structure.is_verified


def test_recovery_codes_are_made_again(client: CheckedClient) -> None:
    member = make_member(make_structure())
    give_factor(member.account)
    by_link(client, member.account)
    page = client.get("/compte/codes-de-secours")
    assert "Il vous reste 8 codes" in page.text.replace("\u00a0", " ")
    assert client.submit(page).text.count("<li translate") == second_factor.RECOVERY_CODES
