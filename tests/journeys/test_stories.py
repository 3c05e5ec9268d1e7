"""Stories of people without script, from their first page to their last e-mail."""

import re
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask

from app.core import clock, events
from app.core.database import db
from app.domain.accounts.models import Account, StaffRole
from app.domain.cfa_requests.matching import cfas_near
from app.domain.offers.lifecycle import EndReason, OfferStatus
from app.domain.offers.models import Offer
from app.domain.opco.contacts import record_contact
from app.domain.opco.determination import opco_by_code
from app.outbox.events import AddressBounced
from app.scheduling.runner import run_job
from tests.factories.offers import given
from tests.factories.training import make_cfa
from tests.support.client import CheckedClient
from tests.support.deposit import ANSWERS, BAKERY, NOT_PUBLIC, plain, publish, type_company
from tests.support.mailbox import Mailbox

EMAIL = ANSWERS["email"]


def newcomer(app: Flask) -> CheckedClient:
    """Another device."""
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    return client


def online(client: CheckedClient, mailbox: Mailbox, **answers: str) -> str:
    """Deposit and confirm; the offer's public identifier."""
    publish(client, **answers)
    page = client.submit(client.get(mailbox.last(to=EMAIL, subject="confirme").link))
    assert "Votre offre est en ligne jusqu’au" in plain(page)
    return page.request.path.split("/")[3]


def job(app: Flask, name: str) -> None:
    with app.app_context():
        assert run_job(name, dry=False).error is None


def offer_of(app: Flask) -> Offer:
    with app.app_context():
        return db.session.scalars(sa.select(Offer).order_by(Offer.id.desc())).first()  # type: ignore[return-value]


def test_a_baker_keeps_an_offer_to_its_end(
    app: Flask, client: CheckedClient, mailbox: Mailbox, at_noon: datetime
) -> None:
    public_id = online(client, mailbox)
    assert public_id in client.get("/flux/offres.json").text
    assert public_id in client.get("/flux/offres.rss").text
    with clock.set_to(at_noon + timedelta(days=21)):
        job(app, "remind_of_end")
        choice = client.submit(client.get(mailbox.last(to=EMAIL, subject="expire").link))
        assert "Offre prolongée" in plain(client.submit(choice, button="Prolonger mon offre"))
    with clock.set_to(at_noon + timedelta(days=48)):
        job(app, "remind_of_end")
        assert "expire" in mailbox.last(to=EMAIL, subject="expire").subject
    with clock.set_to(at_noon + timedelta(days=50)):
        job(app, "expire_offers")
        assert client.get(f"/offres/{public_id}").status_code == 410
        letter = mailbox.last(to=EMAIL, subject="a expiré")
        again = newcomer(app)
        page = again.submit(again.get(letter.link))
        back = again.submit(page, button="Republier mon offre")
        assert "Offre prolongée" in plain(back)
        assert client.get(f"/offres/{public_id}").status_code == 200


def test_a_wrong_address_is_put_right_before_it_is_confirmed(
    app: Flask, client: CheckedClient, mailbox: Mailbox
) -> None:
    done = publish(client, email="camile@boulangerie-martin.fr")
    lost = mailbox.last(to="camile@boulangerie-martin.fr").link
    form = client.get(done.request.path.replace("confirmation", "corriger-adresse"))
    client.submit(form, {"email": EMAIL})
    stranger = newcomer(app)
    assert "Ce lien n’est plus valable" in plain(stranger.get(lost))
    client.submit(client.get(mailbox.last(to=EMAIL, subject="confirme").link))
    assert offer_of(app).status is OfferStatus.ONLINE


def test_a_draft_begun_at_the_counter_is_ended_at_home(
    app: Flask, client: CheckedClient, mailbox: Mailbox
) -> None:
    need = type_company(client)
    keep = client.submit(need, {**ANSWERS, "words": "Équipe de quatre"}, button="Enregistrer et reprendre")
    client.submit(keep, {"email": EMAIL})
    home = newcomer(app)
    page = home.submit(home.get(mailbox.last(to=EMAIL, subject="brouillon").link))
    assert "Équipe de quatre" in plain(page) or "Équipe de quatre" in page.text
    if page.request.path.endswith("/besoin"):
        page = home.submit(page)
    home.submit(page, button="Publier")
    assert offer_of(app).status is OfferStatus.TO_CONFIRM


def test_a_baker_finds_a_candidate_through_a_cfa(
    app: Flask, client: CheckedClient, mailbox: Mailbox, at_noon: datetime
) -> None:
    with given(app):
        make_cfa(name="CFA du Rouergue", emails=("ancienne@cfa.example", "apprentissage@cfa.example"))
    public_id = online(client, mailbox)
    page = client.get(f"/gestion/offres/{public_id}/cfa")
    [number] = re.findall(r'name="cfas" value="(\d{14})"', page.text)
    client.submit(page, {"cfas": number})
    with app.app_context():
        # The first address of the catalogue no longer exists: the next contact is written to.
        events.emit(AddressBounced(email="ancienne@cfa.example", reason="hard_bounce"))
        db.session.commit()
    with clock.set_to(at_noon + timedelta(days=7)):
        job(app, "remind_cfas")
        letter = mailbox.last(to="apprentissage@cfa.example", subject="Toujours sans réponse")
        school = newcomer(app)
        first = school.submit(school.get(letter.link))
        second = school.submit(first, {"answer": "propose"})
        people = {"first_name_1": "Léa", "email_1": "lea@exemple.example", "agreed_1": "y"}
        assert "Réponse transmise" in plain(school.submit(second, people))
        back = newcomer(app)
        told = mailbox.last(to=EMAIL, subject="vous propose 1 candidat")
        offer = plain(back.submit(back.get(told.link)))
        assert "1 CFA contacté, il a répondu" in offer and "accord en attente" in offer
        lea = newcomer(app)
        agreement = lea.submit(lea.get(mailbox.last(to="lea@exemple.example").link))
        lea.submit(agreement, {"answer": "agree"})
        assert mailbox.last(to=EMAIL, subject="a donné son accord").link
        assert "lea@exemple.example" in back.get(f"/gestion/offres/{public_id}").text
        school.submit(school.get(f"{first.request.path}/ne-plus-recevoir"))
        with app.app_context():
            assert cfas_near(db.session.query(Offer).one()) == []


def test_an_unlisted_company_is_checked_by_a_person_then_online(
    app: Flask, client: CheckedClient, mailbox: Mailbox
) -> None:
    publish(client, NOT_PUBLIC)
    page = client.submit(client.get(mailbox.last(to=EMAIL, subject="confirme").link))
    assert "en cours de vérification" in plain(page)
    public_id = page.request.path.split("/")[3]
    assert client.get(f"/offres/{public_id}").status_code == 404
    agent = _agent(app)
    desk = agent.get(f"/agents/offres-retenues/{public_id}")
    preview = agent.submit(desk, {"decision": "publish"}, button="Voir le message")
    agent.submit(preview, button="Enregistrer")
    assert client.get(f"/offres/{public_id}").status_code == 200
    with clock.moved_by(timedelta(minutes=11)):
        assert "ligne" in mailbox.last(to=EMAIL, subject="en ligne").subject


def _agent(app: Flask) -> CheckedClient:
    with given(app):
        account = Account(
            email="agent@portail.example", name="Agent", staff_role=StaffRole.OPERATOR, created_at=clock.now()
        )
        db.session.add(account)
        db.session.flush()
        number = account.id
    agent = newcomer(app)
    agent.submit(agent.get("/dev/connexion"), form=f"/dev/connexion/{number}")
    return agent


def test_the_link_is_lost_then_asked_for_then_used(
    app: Flask, client: CheckedClient, mailbox: Mailbox
) -> None:
    online(client, mailbox)
    other = newcomer(app)
    answer = other.submit(other.get("/lien-perdu"), {"email": EMAIL.upper()})
    assert "Si cette adresse est connue" in plain(answer)
    mailbox.deliver()
    letter = mailbox.last(to=EMAIL, subject="lien d’accès")
    page = other.submit(other.get(letter.link))
    assert "Boulanger" in plain(page) and page.request.path.startswith("/gestion")


def test_the_opco_is_told_and_notes_a_contact(app: Flask, client: CheckedClient, mailbox: Mailbox) -> None:
    with given(app):
        from_opco = "suivi@opco-ep.example"
        record_contact(opco_by_code("06"), from_opco)
    online(client, mailbox)
    opco = newcomer(app)
    need = opco.submit(opco.get(mailbox.last(to=from_opco).link))
    assert "recrute : boulanger ou boulangère" in plain(need) and EMAIL in need.text
    form = opco.get(re.search(r"/suivi/[\w-]+/contact", need.text)[0])  # type: ignore[index]
    noted = opco.submit(form, {"means": "phone", "outcome": "Rappeler lundi."})
    assert "Rappeler lundi." in plain(noted) and "Contactée" in plain(noted)


def test_a_second_offer_needs_neither_siret_nor_confirmation(
    app: Flask, client: CheckedClient, mailbox: Mailbox
) -> None:
    public_id = online(client, mailbox)
    need = client.submit(client.get(f"/gestion/offres/{public_id}"), button="Dupliquer l’offre")
    assert need.request.path.endswith("/besoin") and "Votre nom" not in plain(need)
    check = client.submit(need, {"job": "pâtissier", "job_key": ""})
    done = client.submit(check, button="Publier")
    assert "Votre offre est en ligne" in plain(done)
    assert plain(client.get("/gestion")).count("En ligne") >= 2


def test_a_filled_offer_is_closed_and_its_page_says_so(
    app: Flask, client: CheckedClient, mailbox: Mailbox
) -> None:
    public_id = online(client, mailbox)
    close = client.get(f"/gestion/offres/{public_id}/cloturer")
    client.submit(close, {"reason": "filled_here"})
    assert offer_of(app).end_reason is EndReason.FILLED_HERE
    gone = client.get(f"/offres/{public_id}")
    assert gone.status_code == 410 and "Cette offre est terminée" in plain(gone)
    assert public_id not in client.get("/flux/offres.json").text
    with clock.moved_by(timedelta(minutes=11)):
        assert "clôturée" in mailbox.last(to=EMAIL, subject="clôturée").subject
    assert type_company(client, BAKERY).status_code == 200
