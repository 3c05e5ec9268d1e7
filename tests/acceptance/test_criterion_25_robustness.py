"""Criterion 25. A network that is cut, a page that is reloaded, partners that are down."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Error, Page

from app.core import clock
from app.core.database import db
from app.domain.offers.models import Offer
from app.outbox.models import OutboxMessage, OutboxStatus
from tests.factories.offers import given
from tests.support.browser import PageMaker
from tests.support.client import CheckedClient
from tests.support.deposit import ANSWERS, BAKERY, TYPED, plain, publish, type_company
from tests.support.mailbox import Mailbox
from tests.support.outages import register_down
from tests.support.smtp_sink import SmtpSink, Stage


@pytest.fixture(params=["avec script", "sans script"])
def person(request: pytest.FixtureRequest, new_page: PageMaker) -> Page:
    return new_page(java_script_enabled=request.param == "avec script")


@contextmanager
def cut(page: Page) -> Iterator[None]:
    """No network, as in a lift."""
    page.context.set_offline(True)
    try:
        yield
    finally:
        page.context.set_offline(False)


def press(page: Page, name: str) -> None:
    """Press and wait for the page that answers: a click alone returns while the former one is still there."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).first.click()


def press_in_vain(page: Page, name: str) -> None:
    """The button is pressed while nothing passes; the browser shows its own page of failure."""
    with cut(page):
        page.get_by_role("button", name=name).first.click()
        try:
            page.wait_for_url("chrome-error://**", timeout=5000)
        except Error:
            assert "chrome-error" in page.url or page.locator("h1").count() == 0


def type_need(page: Page) -> None:
    page.get_by_label("Métier proposé").fill(ANSWERS["job"])
    page.get_by_label("Quelques mots").fill("Équipe de quatre")
    page.get_by_label("Votre nom").fill(ANSWERS["name"])
    page.get_by_label("Votre adresse e-mail").fill(ANSWERS["email"])


def number_of_offers(app: Flask) -> int:
    with given(app):
        return db.session.scalar(sa.select(sa.func.count(Offer.id))) or 0


@pytest.mark.browser
def test_criterion_25_a_network_cut_at_each_step_loses_nothing(app: Flask, person: Page, site: str) -> None:
    page = person
    page.goto(site)
    page.get_by_label("SIRET").fill(BAKERY)
    press_in_vain(page, "Déposer mon offre")
    page.goto(site)
    page.get_by_label("SIRET").fill(BAKERY)
    press(page, "Déposer mon offre")
    need = page.url
    type_need(page)
    press(page, "Modifier l’enseigne")  # saves what is typed
    page.go_back()
    press_in_vain(page, "Vérifier mon offre")
    page.goto(need)
    assert page.get_by_label("Quelques mots").input_value() == "Équipe de quatre"
    assert page.get_by_label("Votre adresse e-mail").input_value() == ANSWERS["email"]
    press(page, "Vérifier mon offre")
    check = page.url
    press_in_vain(page, "Publier mon offre")
    assert number_of_offers(app) == 0
    page.goto(check)
    assert "Équipe de quatre" in page.locator("main").inner_text()
    press(page, "Publier mon offre")
    page.wait_for_url("**/confirmation")
    assert number_of_offers(app) == 1


@pytest.mark.browser
def test_criterion_25_the_draft_is_taken_up_on_another_device(
    mailbox: Mailbox, page: Page, new_page: PageMaker, site: str
) -> None:
    page.goto(site)
    page.get_by_label("SIRET").fill(BAKERY)
    press(page, "Déposer mon offre")
    type_need(page)
    press(page, "Enregistrer et reprendre plus tard")
    press(page, "Envoyer le lien")
    assert "Brouillon enregistré" in page.locator("h1").inner_text()
    other = new_page(java_script_enabled=False)
    other.goto(site + mailbox.last(to=ANSWERS["email"], subject="brouillon").link)
    press(other, "Reprendre mon offre")
    assert "Équipe de quatre" in other.locator("main").inner_text() or (
        other.get_by_label("Quelques mots").input_value() == "Équipe de quatre"
    )


def test_criterion_25_the_draft_lives_seven_days(client: CheckedClient) -> None:
    need = type_company(client)
    client.submit(need, {**ANSWERS, "words": "Équipe de quatre"})
    with clock.moved_by(timedelta(days=6, hours=23)):
        assert client.get(need.request.path).status_code == 200


@pytest.mark.browser
def test_criterion_25_reloading_a_result_repeats_nothing(app: Flask, person: Page, site: str) -> None:
    page = person
    page.goto(site)
    page.get_by_label("SIRET").fill(BAKERY)
    press(page, "Déposer mon offre")
    type_need(page)
    press(page, "Vérifier mon offre")
    page.reload()
    press(page, "Publier mon offre")
    page.wait_for_url("**/confirmation")
    for _ in range(2):
        page.reload()
    page.go_back()
    page.go_forward()
    assert "Encore une étape" in page.locator("h1").inner_text().replace("\u00a0", " ")
    assert number_of_offers(app) == 1
    with given(app):
        sent = sa.select(sa.func.count(OutboxMessage.id)).where(OutboxMessage.template == "offer_confirm")
        assert db.session.scalar(sent) == 1


def test_criterion_25_with_directory_and_geocoder_down_the_page_says_so(
    app: Flask, client: CheckedClient
) -> None:
    with register_down(app):
        page = type_company(client)
        assert "Le registre des entreprises ne répond pas." in plain(page)
        done = client.submit(client.submit(client.submit(page, TYPED), ANSWERS), button="Publier")
        assert "Encore une étape" in plain(done)
        by_name = type_company(client, "boulangerie rodez")
        assert "ne répond pas" in plain(by_name)


def test_criterion_25_with_the_mail_server_down_nothing_is_lost(
    app: Flask, client: CheckedClient, mailbox: Mailbox, sink: SmtpSink
) -> None:
    sink.refuse(Stage.CONTENT, 451)
    done = publish(client)
    assert "Il arrive en quelques minutes" in plain(done)
    mailbox.deliver()
    with given(app):
        waiting = db.session.scalars(sa.select(OutboxMessage)).one()
        assert waiting.status is OutboxStatus.RETRY and waiting.attempts == 1
    sink.clear()
    with clock.moved_by(timedelta(minutes=30)):
        assert "onfirme" in mailbox.last(to=ANSWERS["email"]).subject


@pytest.mark.browser
def test_criterion_25_a_second_press_while_the_first_is_on_its_way_is_harmless(
    app: Flask, site: str, new_page: PageMaker
) -> None:
    page = new_page()
    page.goto(site)
    page.get_by_label("SIRET").fill(BAKERY)
    press(page, "Déposer mon offre")
    type_need(page)
    press(page, "Vérifier mon offre")
    form = page.evaluate("[...new FormData(document.querySelectorAll('main form')[0]).entries()]")
    answers = [page.request.post(page.url, form=dict(form)) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert len({answer.url for answer in answers}) == 1
    assert number_of_offers(app) == 1
