"""A CFA reads the request by its link, answers in two screens at most, changes its answer, opts out."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.database import db
from app.domain.accounts.models import Purpose
from app.domain.cfa_requests.lifecycle import CfaRequestStatus as S
from app.domain.cfa_requests.models import CfaRequest
from app.domain.cfa_requests.queries import AFTER_OFFER
from app.domain.offers.life import close_offer
from app.domain.offers.lifecycle import EndReason
from app.outbox.models import OutboxMessage
from tests.factories.offers import given
from tests.factories.training import EMPLOYER
from tests.support.cfa_scene import asked, browser, cfa, link, plain, request_of

LEA = {"first_name_1": "Léa", "email_1": "lea@exemple.example", "agreed_1": "y"}


def test_the_button_of_the_link_is_what_reads(app: Flask) -> None:
    public_id, path = asked(app)
    client = browser(app)
    door = client.get(path)
    with app.app_context():
        assert request_of(public_id).status is S.SENT
    page = client.submit(door)
    assert page.request.path == f"/demandes/{public_id}"
    assert "boulanger ou boulangère, à Rodez (12 km)" in plain(page)
    assert "Camille Fabre" in page.text
    with app.app_context():
        assert request_of(public_id).status is S.READ


def test_nothing_of_the_employer_but_the_name_is_shown(app: Flask) -> None:
    client, address = cfa(app)
    page = client.get(address)
    assert "@boulangerie.example" not in page.text
    assert "05 65" not in plain(page)
    shown, other = cfa(app, give_phone=True)
    assert "05 65 00 12 34" in plain(shown.get(other))


def test_no_answer_chosen(app: Flask) -> None:
    client, address = cfa(app)
    refused = client.submit(client.get(address))
    assert refused.status_code == 422
    assert plain(refused).count("Choisissez une réponse.") == 2


def test_declining_takes_one_screen(app: Flask) -> None:
    client, address = cfa(app)
    done = client.submit(client.get(address), {"answer": "decline"})
    assert done.request.path == f"{address}/reponse"
    assert "Réponse transmise à" in plain(done)
    with app.app_context():
        assert request_of(address).status is S.DECLINED


def test_proposing_takes_two(app: Flask) -> None:
    client, address = cfa(app)
    second = client.submit(client.get(address), {"answer": "propose"})
    assert second.request.path == f"{address}/candidats"
    two = {
        **LEA,
        "first_name_2": "Noé",
        "email_2": "noe@exemple.example",
        "agreed_2": "y",
        "message": "Bravo",
    }
    done = client.submit(second, two)
    assert "Léa, Noé reçoivent chacun un message pour confirmer." in plain(done)
    with app.app_context():
        request = request_of(address)
        assert (request.status, len(request.pending), request.message) == (S.ANSWERED, 2, "Bravo")
        query = sa.select(OutboxMessage.recipient).where(OutboxMessage.template == "proposal_consent")
        assert sorted(db.session.scalars(query)) == ["lea@exemple.example", "noe@exemple.example"]


REFUSED = [
    ({}, "Saisissez au moins une personne, ou choisissez une autre réponse."),
    ({**LEA, "agreed_1": ""}, "Cochez l’accord de Léa, ou retirez cette personne."),
    ({**LEA, "email_1": ""}, "Saisissez l’adresse e-mail de Léa."),
    ({**LEA, "first_name_1": ""}, "Saisissez le prénom."),
    ({**LEA, "email_1": "lea@"}, "Saisissez une adresse complète"),
    ({**LEA, "first_name_3": "Noé", "email_3": "LEA@exemple.example", "agreed_3": "y"}, "déjà celle de Léa"),
]


@pytest.mark.parametrize(("answers", "sentence"), REFUSED, ids=[words[:20] for _, words in REFUSED])
def test_people_must_be_complete(app: Flask, answers: dict[str, str], sentence: str) -> None:
    client, address = cfa(app)
    page = client.get(f"{address}/candidats")
    answers = {name: value for name, value in answers.items() if value}
    refused = client.submit(page, answers)
    assert refused.status_code == 422
    assert plain(refused).count(sentence) >= 2
    with app.app_context():
        assert request_of(address).candidates == []


def test_an_error_about_a_folded_person_unfolds_it(app: Flask) -> None:
    client, address = cfa(app)
    page = client.get(f"{address}/candidats")
    assert '<details class="da-details">' in page.text
    refused = client.submit(page, {**LEA, "first_name_4": "Noé"})
    assert '<details class="da-details" open>' in refused.text


def test_asking_to_talk_gives_the_address_only_when_ticked(app: Flask) -> None:
    client, address = cfa(app)
    page = client.submit(client.get(address), {"answer": "talk"})
    assert client.submit(page).status_code == 422
    client.submit(page, {"message": "Quels sont vos horaires ?"})
    with app.app_context():
        request = request_of(address)
        assert (request.status, request.reply_to) == (S.WANTS_TO_TALK, None)
    client.submit(client.get(f"{address}/message"), {"message": "Bonjour", "give_address": "y"})
    with app.app_context():
        request = request_of(address)
        assert request.reply_to == request.sent_to


def test_the_answer_is_shown_and_can_be_changed(app: Flask) -> None:
    client, address = cfa(app)
    client.submit(client.get(f"{address}/candidats"), LEA)
    page = client.get(address)
    assert "Vous avez déjà répondu le" in plain(page)
    assert "Léa : accord en attente" in plain(page)
    assert "Continuer" not in page.text
    change = client.get(f"{address}?modifier=oui")
    again = client.submit(change, {"answer": "propose"})
    assert 'value="lea@exemple.example"' in again.text
    client.submit(client.get(f"{address}?modifier=oui"), {"answer": "decline"})
    with app.app_context():
        assert (request_of(address).status, request_of(address).candidates) == (S.DECLINED, [])


def test_lapses_and_refusals_are_told_without_a_name(app: Flask) -> None:
    client, address = cfa(app)
    client.submit(client.get(address), {"answer": "decline"})
    with given(app):
        request = request_of(address)
        request.lapses, request.refusals = 2, 1
    words = plain(client.get(address))
    assert "2 propositions effacées : les personnes n’ont pas donné d’accord en 7 jours." in words
    assert "1 personne a refusé : ses données sont effacées." in words


def test_once_the_offer_is_closed_no_answer_is_awaited(app: Flask) -> None:
    client, address = cfa(app)
    stale = client.get(address)
    with given(app):
        close_offer(request_of(address).offer, by=EMPLOYER, reason=EndReason.FILLED_HERE)
    page = client.get(address)
    assert "Cette offre est clôturée depuis le" in plain(page)
    assert "Aucune réponse n’est attendue." in plain(page)
    assert "Continuer" not in page.text
    assert client.submit(stale, {"answer": "decline"}).status_code == 409
    assert client.get(f"{address}/candidats").location == address
    assert client.get(f"{address}/message").location == address


def test_the_link_ends_fifteen_days_after_the_offer(app: Flask) -> None:
    client, address = cfa(app)
    with given(app):
        request = request_of(address)
        close_offer(request.offer, by=EMPLOYER, reason=EndReason.FILLED_HERE)
        path = link(Purpose.CFA_REQUEST, "cfa_request", request.id, request.sent_to)
    assert "Cette offre est clôturée" in plain(browser(app).get(path))
    with given(app):
        offer = request_of(address).offer
        offer.ended_at = clock.now() - AFTER_OFFER - timedelta(minutes=1)
    assert "n’est plus valable" in browser(app).get(path).text
    assert client.get(address).status_code == 404


def test_opting_out_takes_one_confirmation(app: Flask) -> None:
    client, address = cfa(app)
    page = client.get(address)
    stop = client.get(f"{address}/ne-plus-recevoir")
    assert "Ne plus recevoir ces demandes" in page.text
    assert "Ne plus recevoir de demandes pour CFA du pain" in plain(stop)
    done = client.submit(stop, button="Confirmer l’arrêt")
    assert "Déjà fait le" in plain(done)
    assert client.submit(stop).status_code == 200
    with app.app_context():
        request = request_of(address)
        assert request.cfa.opted_out_at is not None
        assert request.cfa.reachable_emails == []


def test_a_cfa_sees_its_own_requests_only(app: Flask) -> None:
    client, _ = cfa(app)
    other, _path = asked(app)
    for tail in ("", "/candidats", "/message", "/reponse", "/ne-plus-recevoir"):
        assert client.get(f"/demandes/{other}{tail}").status_code == 404
        assert "/lien-perdu" in browser(app).get(f"/demandes/{other}{tail}").location
    with app.app_context():
        assert db.session.query(CfaRequest).count() == 2


def test_an_unanswered_request_has_no_answer_page(app: Flask) -> None:
    client, address = cfa(app)
    assert client.get(f"{address}/reponse").location == address


def test_a_lost_link_comes_back_for_each_open_request(app: Flask, mailbox: object) -> None:
    public_id, _ = asked(app)
    with app.app_context():
        email = request_of(public_id).sent_to
    client = browser(app)
    client.submit(client.get("/lien-perdu"), {"email": email.upper()})
    letter = mailbox.last(to=email, subject="lien d’accès")  # type: ignore[attr-defined]  # the tests' mailbox
    again = browser(app)
    assert again.submit(again.get(letter.link)).request.path == f"/demandes/{public_id}"
