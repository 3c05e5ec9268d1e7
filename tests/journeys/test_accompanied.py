"""A company is accompanied: its OPCO, the CFAs nearby, a structure that deposits for it. Without script."""

import re

from flask import Flask
from werkzeug.test import TestResponse

from app.core.database import db
from app.domain.cfa_requests.catalogue_models import Cfa
from app.domain.opco.contacts import record_contact
from app.domain.opco.determination import opco_by_code
from app.domain.organisations.lifecycle import OrganisationStatus
from app.domain.organisations.roles import Role
from tests.factories.offers import given
from tests.factories.structures import make_member, make_structure
from tests.factories.training import make_cfa
from tests.journeys.test_stories import newcomer, online
from tests.support.client import CheckedClient
from tests.support.deposit import BAKERY, plain
from tests.support.mailbox import Mailbox
from tests.support.sign_in import by_link

EP, MOBILITY = "suivi@opco-ep.example", "suivi@opco-mobilites.example"
CONTACT = {"job": "boulanger", "name": "Camille Fabre", "email": "camille@levain.example"}


def _opened(app: Flask, path: str) -> tuple[CheckedClient, TestResponse]:
    """Another device opens a link and presses its button."""
    client = newcomer(app)
    return client, client.submit(client.get(path))


def _path(pattern: str, page: TestResponse) -> str:
    found = re.search(pattern, page.text)
    assert found, pattern
    return found[0]


def test_a_need_goes_to_its_opco_then_to_the_right_one(
    app: Flask, client: CheckedClient, mailbox: Mailbox
) -> None:
    with given(app):
        record_contact(opco_by_code("06"), EP)
        record_contact(opco_by_code("07"), MOBILITY)
    online(client, mailbox)
    opco, need = _opened(app, mailbox.last(to=EP).link)
    form = opco.get(_path(r"/suivi/[\w-]+/contact", need))
    noted = opco.submit(form, {"means": "phone", "outcome": "Rappeler lundi."})
    assert "Contactée" in plain(noted)
    other = opco.get(_path(r"/suivi/[\w-]+/pas-notre-champ", noted))
    done = opco.submit(other, {"other_opco": "07"})
    assert "OPCO Mobilités" in plain(done)
    assert "suivi transmis" in mailbox.last(to=EP).subject
    right, page = _opened(app, mailbox.last(to=MOBILITY).link)
    assert "recrute : boulanger ou boulangère" in plain(page)
    assert "À contacter" in plain(page)
    assert right.get(page.request.path).status_code == 200


def test_three_cfas_are_asked_and_each_answers_in_its_way(
    app: Flask, client: CheckedClient, mailbox: Mailbox
) -> None:
    with given(app):
        for name in ("pain", "ble", "four"):
            make_cfa(name=f"CFA du {name}", emails=(f"{name}@cfa.example",))
    public_id = online(client, mailbox)
    page = client.get(f"/gestion/offres/{public_id}/cfa")
    boxes = re.findall(r'name="cfa" value="([^"]+)"|name="cfas" value="([^"]+)"', page.text)
    sent = client.submit(page, {"cfas": [a or b for a, b in boxes]})
    assert "3 CFA contactés, aucun n’a répondu" in plain(sent)
    _cfa, screen = _opened(app, mailbox.last(to="pain@cfa.example").link)
    second = _cfa.submit(screen, {"answer": "propose"})
    people = {"first_name_1": "Léa", "email_1": "lea@exemple.example", "agreed_1": "y"}
    assert "Réponse transmise" in plain(_cfa.submit(second, people))
    _cfa, screen = _opened(app, mailbox.last(to="ble@cfa.example").link)
    _cfa.submit(screen, {"answer": "decline"})
    _cfa, screen = _opened(app, mailbox.last(to="four@cfa.example").link)
    stop = _cfa.get(_path(r"/demandes/[\w-]+/ne-plus-recevoir", screen))
    _cfa.submit(stop, button="Confirmer")
    shown = plain(client.get(f"/gestion/offres/{public_id}"))
    assert "1 candidat proposé, accord en attente" in shown
    assert "Léa" not in shown
    person, page = _opened(app, mailbox.last(to="lea@exemple.example").link)
    person.submit(page, {"answer": "agree"})
    assert "Léa : lea@exemple.example" in plain(client.get(f"/gestion/offres/{public_id}"))
    with app.app_context():
        stopped = db.session.query(Cfa).filter_by(title="CFA du four").one()
        assert stopped.opted_out_at is not None
    # Another offer: the one that said no more isn't proposed, nor written to.
    another = client.get(f"/gestion/offres/{public_id}/cfa")
    assert "CFA du four" not in plain(another)


def _deposited(app: Flask, status: OrganisationStatus, button: str) -> tuple[CheckedClient, TestResponse]:
    with given(app):
        structure = make_structure(status=status, name="CMA d’essai")
        account = make_member(structure, Role.RECRUITER, email="dominique@cma.example").account
        space = f"/espace/{structure.public_id}/deposer"
        member = newcomer(app)
        by_link(member, account, proven=False)
    need = member.submit(member.get(space), {"q": BAKERY})
    return member, member.submit(member.submit(need, CONTACT), button=button)


def test_a_verified_chamber_deposits_and_the_company_corrects(app: Flask, mailbox: Mailbox) -> None:
    member, done = _deposited(app, OrganisationStatus.VERIFIED, "Publier l’offre")
    assert "est prévenue et peut corriger ou retirer l’offre" in plain(done)
    letter = mailbox.last(to=CONTACT["email"], subject="a déposé une offre pour vous")
    company, page = _opened(app, letter.link)
    assert "Saisi par CMA d’essai pour vous" in plain(page)
    edit = company.get(_path(r"/gestion/offres/[\w-]+/modifier", page))
    review = company.submit(edit, {"title": "Apprenti boulanger, matin"})
    saved = company.submit(review, button="Enregistrer")
    assert "Vos modifications sont enregistrées" in plain(saved)
    public_id = saved.request.path.split("/")[3]
    assert "Apprenti boulanger, matin" in plain(newcomer(app).get(f"/offres/{public_id}"))
    assert member.get(f"/gestion/offres/{public_id}").status_code == 200


def test_an_unverified_structure_waits_for_the_company(app: Flask, mailbox: Mailbox) -> None:
    member, done = _deposited(app, OrganisationStatus.TO_VERIFY, "Envoyer à l’entreprise")
    assert "sera en ligne quand" in plain(done)
    assert "1 offre" not in plain(newcomer(app).get("/offres"))
    letter = mailbox.last(to=CONTACT["email"], subject="a préparé une offre pour vous")
    _company, page = _opened(app, letter.link)
    assert "Votre offre est en ligne jusqu’au" in plain(page)
    assert member.get("/espace").status_code in {200, 303}
