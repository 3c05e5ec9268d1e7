"""The employer asks CFAs, and reads what they answer."""

import pytest
from flask import Flask

from app.audit.actor import Actor, ActorKind
from app.core.database import db
from app.domain.accounts.models import Purpose
from app.domain.cfa_requests import consent, services
from app.domain.cfa_requests.employer_emails import CFA_PAGE
from app.domain.cfa_requests.models import CfaRequest
from app.domain.cfa_requests.queries import requests_of
from app.domain.cfa_requests.services import Person
from app.domain.offers.models import Offer
from tests.factories.offers import given, make_offer
from tests.factories.training import CFA_ACTOR, make_cfa
from tests.support.cfa_scene import browser, cfas_and_offer, employer, link, plain

PERSON = Actor(ActorKind.CANDIDATE, 1, "link")


def values(text: str) -> list[str]:
    return [part.split('"')[0] for part in text.split('name="cfas" value="')[1:]]


def rows(app: Flask, public_id: str) -> list[CfaRequest]:
    return requests_of(db.session.query(Offer).filter_by(public_id=public_id).one())


def test_choosing_then_sending(app: Flask) -> None:
    public_id = cfas_and_offer(app)
    client = employer(app, public_id)
    offer = client.get(f"/gestion/offres/{public_id}")
    assert f"/gestion/offres/{public_id}/cfa" in offer.text
    page = client.get(f"/gestion/offres/{public_id}/cfa")
    assert page.text.count('type="checkbox" id="cfas-') == 3
    assert "checked" not in page.text
    assert "Envoyer la demande" in page.text
    done = client.submit(page, {"cfas": values(page.text)[:2], "phone": "y"})
    assert done.request.path == f"/gestion/offres/{public_id}"
    assert "Demande envoyée à 2 CFA." in plain(done)
    assert "2 CFA contactés, aucun n’a répondu" in plain(done)
    assert plain(done).count("Contacté le") == 2
    with app.app_context():
        assert [request.phone_given for request in rows(app, public_id)] == [True, True]
    again = client.get(f"/gestion/offres/{public_id}/cfa")
    assert again.text.count('type="checkbox" id="cfas-') == 1
    assert plain(again).count("Déjà contacté le") == 2


def test_nobody_chosen(app: Flask) -> None:
    public_id = cfas_and_offer(app)
    client = employer(app, public_id)
    page = client.get(f"/gestion/offres/{public_id}/cfa")
    refused = client.submit(page)
    assert refused.status_code == 422
    assert plain(refused).count("Choisissez au moins un CFA.") == 2
    assert 'href="#cfas-0"' in refused.text
    assert "<title>Erreur –" in refused.text


def test_what_is_not_among_the_choices_is_no_answer(app: Flask) -> None:
    public_id = cfas_and_offer(app)
    with given(app):
        hidden = str(make_cfa(certified=False).siret)
    client = employer(app, public_id)
    page = client.get(f"/gestion/offres/{public_id}/cfa")
    assert client.submit(page, {"cfas": [hidden, "n’importe quoi"]}).status_code == 422


def test_a_double_press_sends_once(app: Flask) -> None:
    public_id = cfas_and_offer(app)
    client = employer(app, public_id)
    page = client.get(f"/gestion/offres/{public_id}/cfa")
    answers = {"cfas": values(page.text)}
    first, second = (client.submit(page, answers, follow=False) for _ in range(2))
    assert first.status_code == second.status_code == 303
    with app.app_context():
        assert len(rows(app, public_id)) == 3


def test_no_cfa_known(app: Flask) -> None:
    public_id = cfas_and_offer(app, number=0)
    page = employer(app, public_id).get(f"/gestion/offres/{public_id}/cfa")
    assert "Aucun CFA connu à moins de 100 km pour ce métier." in plain(page)
    assert "<form" not in page.text.split("<main")[1].split("</main")[0]


@pytest.mark.parametrize("status", ["ended", "held", "suspended"])
def test_an_offer_that_is_not_online_is_not_sent(app: Flask, status: str) -> None:
    public_id = cfas_and_offer(app, status=status)
    client = employer(app, public_id)
    assert "elle ne peut pas être envoyée" in plain(client.get(f"/gestion/offres/{public_id}/cfa"))
    assert "aux CFA proches" not in plain(client.get(f"/gestion/offres/{public_id}"))


def test_the_name_shows_only_after_the_agreement(app: Flask) -> None:
    public_id = cfas_and_offer(app)
    client = employer(app, public_id)
    page = client.get(f"/gestion/offres/{public_id}/cfa")
    client.submit(page, {"cfas": values(page.text)})
    with given(app):
        request = rows(app, public_id)[0]
        services.propose(
            request, [Person("Maëlle", "maelle@exemple.example")], message="Très motivée", by=CFA_ACTOR
        )
    before = client.get(f"/gestion/offres/{public_id}")
    assert "1 candidat proposé, accord en attente" in plain(before)
    assert "3 CFA contactés, 1 a répondu" in plain(before)
    assert "Très motivée" in plain(before)
    assert "Maëlle" not in before.text and "maelle@" not in before.text
    with given(app):
        consent.agree(rows(app, public_id)[0].candidates[0], by=PERSON)
    after = client.get(f"/gestion/offres/{public_id}")
    assert "Maëlle" in after.text and "mailto:maelle@exemple.example" in after.text
    assert "accord en attente" not in plain(after)


def test_the_suggestion_lands_on_the_choice(app: Flask) -> None:
    public_id = cfas_and_offer(app)
    with app.app_context():
        offer = db.session.query(Offer).filter_by(public_id=public_id).one()
        contact = offer.contact
        path = link(Purpose.MANAGEMENT, "contact", contact.id, contact.email, f"{public_id}{CFA_PAGE}")
    client = browser(app)
    page = client.submit(client.get(path))
    assert page.request.path == f"/gestion/offres/{public_id}/cfa"


def test_another_employer_sees_nothing(app: Flask) -> None:
    public_id = cfas_and_offer(app)
    with given(app):
        other = make_offer().public_id
    assert employer(app, other).get(f"/gestion/offres/{public_id}/cfa").status_code == 404
    assert "/lien-perdu" in browser(app).get(f"/gestion/offres/{public_id}/cfa").location
