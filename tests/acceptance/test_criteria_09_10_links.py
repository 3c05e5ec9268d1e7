"""Criteria 9 and 10. Links that act on their button alone; from the reminder to done in two screens."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page

from app.core import clock
from app.core.database import database_now, db
from app.domain.accounts import magic_links
from app.domain.accounts.models import Link, Purpose
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer
from app.outbox.models import OutboxMessage
from app.scheduling.runner import run_job
from tests.factories.offers import given, make_offer
from tests.support.browser import PageMaker
from tests.support.client import CheckedClient
from tests.support.deposit import ANSWERS, plain, publish
from tests.support.mailbox import Mailbox

# Slowing down who tries links at random is counted, and is none of the service's facts.
COUNTERS = {"attempt"}


def everything(app: Flask) -> list[str]:
    """Every row of every table."""
    with app.app_context():
        tables = [table for table in db.metadata.sorted_tables if table.name not in COUNTERS]
        return [repr(row) for table in tables for row in db.session.execute(sa.select(table)).all()]


def status(app: Flask) -> OfferStatus:
    with app.app_context():
        return db.session.scalars(sa.select(Offer)).one().status


def newcomer(app: Flask) -> CheckedClient:
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    return client


@pytest.fixture
def confirm_path(client: CheckedClient, mailbox: Mailbox) -> str:
    """The link of a real deposit's e-mail."""
    publish(client)
    return mailbox.last(to=ANSWERS["email"], subject="confirme").link


def test_criterion_09_reading_a_link_changes_nothing(app: Flask, confirm_path: str) -> None:
    before = everything(app)
    scanner = newcomer(app)
    assert scanner.head(confirm_path).status_code == 200
    for _ in range(3):
        assert scanner.get(confirm_path).status_code == 200
    assert everything(app) == before
    assert status(app) is OfferStatus.TO_CONFIRM


def test_criterion_09_a_post_without_its_token_changes_nothing(app: Flask, confirm_path: str) -> None:
    before = everything(app)
    for data in ({}, {"csrf_token": "x"}, {"act": "confirm"}):
        assert newcomer(app).post(confirm_path, data=data).status_code == 400
    assert everything(app) == before


def test_criterion_09_a_second_post_says_when_it_was_done(app: Flask, confirm_path: str) -> None:
    # The same page open on two devices, its button pressed on one, then on the other.
    phone, computer = newcomer(app), newcomer(app)
    seen = computer.get(confirm_path)
    with clock.set_to(clock.paris(clock.today(), 14, 5)):
        phone.submit(phone.get(confirm_path))
    assert status(app) is OfferStatus.ONLINE
    again = computer.submit(seen)
    assert again.status_code == 200
    assert "Déjà fait le" in plain(again) and "à 14 h 05" in plain(again)


def test_criterion_09_an_expired_link_offers_a_new_one_in_one_click(app: Flask, confirm_path: str) -> None:
    with given(app):
        db.session.execute(sa.update(Link).values(expires_at=database_now() - timedelta(days=1)))
    client = newcomer(app)
    dead = client.get(confirm_path)
    assert dead.status_code == 200
    assert "Ce lien n’est plus valable" in plain(dead) and "Il servait à gérer vos offres" in plain(dead)
    assert "Il sera envoyé à c•••@" in plain(dead)
    sent = client.submit(dead, button="Recevoir un nouveau lien")
    assert sent.status_code == 200 and "Un nouveau lien est demandé" in plain(sent)


def test_criterion_09_an_unknown_link_shows_the_lost_link_form(client: CheckedClient) -> None:
    page = client.get("/l/h8N2vYq0sXo3pJ6kLmT9wRz1bC4dE5fG7aBcDeFgHiJ")
    assert page.status_code == 200
    assert "Lien inconnu" in plain(page)
    answer = client.submit(page, {"email": "qui@exemple.fr"})
    assert "Si cette adresse est connue, un message vient de partir." in plain(answer)


@pytest.fixture
def reminder(app: Flask, mailbox: Mailbox, at_noon: datetime) -> tuple[str, datetime]:
    """The link of the J-7 e-mail, as the job and the sending worker make it, and the instant it is read."""
    with given(app):
        make_offer()
    mailbox.deliver()
    with clock.set_to(at_noon + timedelta(days=21)):
        with app.app_context():
            run_job("remind_of_end", dry=False)
        link = mailbox.last(subject="expire").link
    return link, at_noon + timedelta(days=21, hours=2)


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False], ids=["avec script", "sans script"])
@pytest.mark.parametrize("act", ["Prolonger mon offre", "Clôturer mon offre"])
def test_criterion_10_from_the_reminder_to_done_in_two_screens(
    app: Flask, mailbox: Mailbox, new_page: PageMaker, site: str, reminder: tuple[str, datetime], act: str,
    script: bool,
) -> None:  # fmt: skip
    page: Page = new_page(java_script_enabled=script)
    link, moment = reminder
    with clock.set_to(moment):
        page.goto(site + link)  # screen 1: what the link opens
        page.get_by_role("button", name="Ouvrir").click()
        assert page.locator("input[type=password]").count() == 0  # screen 2: prolong or close
        if act.startswith("Clôturer"):
            page.get_by_text("J’ai trouvé avec ce service").click()
        page.get_by_role("button", name=act).click()
        done = "Offre prolongée" if act.startswith("Prolonger") else "Offre clôturée"
        assert done in page.locator("main").inner_text().replace("\u00a0", " ")
        page.get_by_role("button", name="Annuler (possible jusqu’à").click()
        assert status(app) is OfferStatus.ONLINE
        assert "Annuler (possible" not in page.locator("main").inner_text()


def test_criterion_10_one_mandatory_field_at_most(
    client: CheckedClient, reminder: tuple[str, datetime]
) -> None:
    link, moment = reminder
    with clock.set_to(moment):
        page = client.submit(client.get(link))
        done = client.submit(page, button="Prolonger mon offre")
    assert done.status_code == 200 and "Offre prolongée" in plain(done)
    assert page.text.count('aria-required="true"') <= 1


def test_criterion_10_the_confirmation_leaves_at_once(
    client: CheckedClient, mailbox: Mailbox, reminder: tuple[str, datetime]
) -> None:
    link, moment = reminder
    with clock.set_to(moment):
        client.submit(client.submit(client.get(link)), button="Prolonger mon offre")
    with clock.set_to(moment + timedelta(seconds=59)):
        assert "prolongée" in mailbox.last(subject="prolongée").subject


def test_criterion_10_a_close_reaches_others_once_the_undo_is_over(
    app: Flask, client: CheckedClient, reminder: tuple[str, datetime]
) -> None:
    link, moment = reminder
    with clock.set_to(moment):
        page = client.submit(client.get(link))
        client.submit(page, {"reason": "filled_here"}, button="Clôturer mon offre")
        with app.app_context():
            due = db.session.scalars(
                sa.select(OutboxMessage.due_at).where(
                    OutboxMessage.kind != "mail", OutboxMessage.due_at > moment
                )
            ).all()
            offer = db.session.scalars(sa.select(Offer)).one()
            assert offer.status is OfferStatus.ENDED
    # What leaves to others waits ten minutes; our own feed has no delay.
    assert all(instant >= moment + timedelta(minutes=10) for instant in due)
    assert offer.public_id not in client.get("/flux/offres.json").text
    assert magic_links.LIVES[Purpose.MANAGEMENT] > timedelta(days=90)
