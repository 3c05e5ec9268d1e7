"""« Déposer pour une entreprise »: verified or not, the company is told and stays in command."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import current_app
from werkzeug.test import TestResponse

from app.core import clock
from app.core.database import db
from app.domain.employers.mandates import Mandate
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer
from app.domain.organisations.lifecycle import OrganisationStatus
from app.domain.organisations.models import Kind, Organisation
from app.domain.organisations.roles import Role
from app.scheduling.runner import run_job
from tests.factories.structures import make_member, make_structure
from tests.support.client import CheckedClient
from tests.support.mailbox import Mailbox
from tests.support.sign_in import by_link

pytestmark = pytest.mark.usefixtures("db_session")
BAKERY = "991 000 019 00018"
ANSWERS = {"job": "boulanger", "name": "Camille Fabre", "email": "camille@levain.example"}


@pytest.fixture
def chamber() -> Organisation:
    return make_structure(name="CMA d’essai")


def _come(client: CheckedClient, structure: Organisation, role: Role = Role.RECRUITER) -> None:
    member = make_member(structure, role, email="dominique@cma.example")
    by_link(client, member.account, proven=role is Role.ADMINISTRATOR)


def _to_check(client: CheckedClient, structure: Organisation, **answers: str) -> TestResponse:
    page = client.get(f"/espace/{structure.public_id}/deposer")
    need = client.submit(page, {"q": BAKERY}, follow=True)
    assert need.status_code == 200
    return client.submit(need, {**ANSWERS, **answers}, follow=True)


def _deposited(client: CheckedClient, structure: Organisation) -> TestResponse:
    button = "Publier l’offre" if structure.is_verified else "Envoyer à l’entreprise"
    return client.submit(_to_check(client, structure), button=button, follow=True)


def _offer() -> Offer:
    db.session.expire_all()
    return db.session.scalars(sa.select(Offer)).one()


def test_a_verified_structure_is_online_at_once_and_the_company_corrects(
    client: CheckedClient, mailbox: Mailbox, chamber: Organisation
) -> None:
    _come(client, chamber)
    done = _deposited(client, chamber)
    assert "En ligne" in done.text
    offer = _offer()
    assert offer.status is OfferStatus.ONLINE
    assert offer.organisation_id == chamber.id
    assert offer.author is not None
    letter = mailbox.last(to="camille@levain.example", subject="CMA d’essai a déposé une offre pour vous")
    assert "Voir, corriger ou retirer" in letter.html
    assert not [one for one in mailbox.letters if one.subject.startswith("En ligne")]
    company = current_app.test_client()
    assert isinstance(company, CheckedClient)
    page = company.submit(company.get(letter.link), follow=True)
    assert "Saisi par CMA d’essai pour vous" in page.text
    assert _offer().contact.confirmed_at is not None
    close = company.get(f"/gestion/offres/{offer.public_id}/cloturer")
    company.submit(close, {"reason": "given_up"}, follow=True)
    assert _offer().status is OfferStatus.ENDED


def test_an_unverified_structure_waits_for_the_company(client: CheckedClient, mailbox: Mailbox) -> None:
    structure = make_structure(status=OrganisationStatus.TO_VERIFY, name="Mission d’essai")
    _come(client, structure)
    done = _deposited(client, structure)
    assert "l’aura confirmée" in done.text
    assert _offer().status is OfferStatus.TO_CONFIRM
    assert client.get("/flux/offres.json").text.count(_offer().public_id) == 0
    letter = mailbox.last(to="camille@levain.example", subject="a préparé une offre pour vous")
    company = current_app.test_client()
    assert isinstance(company, CheckedClient)
    company.submit(company.get(letter.link), button="Confirmer et mettre en ligne", follow=True)
    assert _offer().status is OfferStatus.ONLINE


def test_the_collector_is_told_of_a_silent_company(client: CheckedClient, mailbox: Mailbox) -> None:
    structure = make_structure(status=OrganisationStatus.TO_VERIFY)
    _come(client, structure)
    _deposited(client, structure)
    with clock.set_to(clock.now() + timedelta(days=3)):
        for _ in range(2):
            run_job("remind_to_confirm", dry=False)
        mailbox.last(to="dominique@cma.example", subject="n’a pas confirmé son offre")
    with clock.set_to(clock.now() + timedelta(days=8)):
        run_job("erase_unconfirmed", dry=False)
        mailbox.last(to="dominique@cma.example", subject="Offre effacée, faute de confirmation")
    assert db.session.scalars(sa.select(Offer)).all() == []
    told = [one.subject for one in mailbox.letters if one.to == "dominique@cma.example"]
    assert len([subject for subject in told if "confirm" in subject]) == 2


@pytest.mark.parametrize("address", ["dominique@cma.example", "autre@cma.example"])
def test_the_structures_own_address_isnt_the_companys(
    client: CheckedClient, chamber: Organisation, address: str
) -> None:
    _come(client, chamber)
    answer = _to_check(client, chamber, email=address)
    assert answer.status_code == 422
    assert "Cette adresse est celle de votre structure" in answer.text


def test_a_cfa_recruiting_for_itself_gives_its_own_address(client: CheckedClient) -> None:
    cfa = make_structure(Kind.CFA, name="CFA d’essai")
    cfa.siret = "99100001900018"  # type: ignore[assignment]  # the column's type checks it
    db.session.commit()
    _come(client, cfa)
    assert _to_check(client, cfa, email="dominique@cma.example").status_code == 200


def test_a_series_for_the_same_company(client: CheckedClient, chamber: Organisation) -> None:
    _come(client, chamber)
    done = _deposited(client, chamber)
    again = client.submit(done, button="Autre offre pour cette entreprise", follow=True)
    assert "camille@levain.example" in again.text
    assert "Votre besoin" in again.text
    mandate = db.session.scalars(sa.select(Mandate)).one()
    assert mandate.organisation_id == chamber.id


def test_a_company_that_says_no_isnt_deposited_for_any_more(
    client: CheckedClient, mailbox: Mailbox, chamber: Organisation
) -> None:
    _come(client, chamber)
    _deposited(client, chamber)
    company = current_app.test_client()
    assert isinstance(company, CheckedClient)
    page = company.submit(company.get(mailbox.last(to="camille@levain.example").link), follow=True)
    path = f"/gestion/offres/{_offer().public_id}/mandat"
    assert path in page.text
    assert path not in client.get(page.request.path).text, "the structure doesn't end its own mandate"
    ended = company.submit(company.get(path), follow=True)
    assert "ne peut plus déposer d’offre pour vous" in ended.text
    assert path not in ended.text
    check = _to_check(client, chamber, job="fleuriste")
    answer = client.submit(check, button="Publier", follow=True)
    assert "ne veut plus que votre structure dépose" in answer.text
    assert len(db.session.scalars(sa.select(Offer)).all()) == 1


def test_readers_and_strangers_dont_deposit(client: CheckedClient, chamber: Organisation) -> None:
    _come(client, chamber, Role.READER)
    assert client.get(f"/espace/{chamber.public_id}/deposer").status_code == 403
    other = make_structure(name="Autre")
    db.session.commit()
    assert client.get(f"/espace/{other.public_id}/deposer").status_code == 404


def test_the_draft_of_a_structure_opens_for_its_members_alone(
    client: CheckedClient, chamber: Organisation
) -> None:
    _come(client, chamber)
    path = _to_check(client, chamber).request.path
    stranger = current_app.test_client()
    assert stranger.get(path).status_code == 404
    assert stranger.get(path.replace("verifier", "deposee")).status_code == 404


def test_a_company_is_found_by_its_name(client: CheckedClient, chamber: Organisation) -> None:
    _come(client, chamber)
    page = client.get(f"/espace/{chamber.public_id}/deposer")
    assert client.submit(page).status_code == 422
    listed = client.submit(page, {"q": "boulangerie du touat"}, follow=True)
    assert "Choisissez votre établissement" in listed.text
    assert client.submit(listed).status_code == 422
    need = client.submit(listed, {"siret": "99100001900018"}, follow=True)
    assert "Nom du contact dans l’entreprise" in need.text
