"""Criterion 11. « Où est mon offre ? », from a deposit by hand to the end, at a partner that remembers."""

import urllib.request
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from lxml import html as lxml_html

from app.core import clock
from app.core.database import db
from app.domain.diffusion.engine import Pusher
from app.domain.diffusion.registry import PLATFORMS, turn
from tests.domain.diffusion.conftest import board_of
from tests.factories.offers import given
from tests.support.client import CheckedClient
from tests.support.deposit import publish
from tests.support.diffusion import command
from tests.support.mailbox import Mailbox
from tests.support.standins import Partner, apprentissage_served

LBA = "api_apprentissage"
SITE = "La bonne alternance"


@pytest.fixture(scope="module")
def served_lba() -> Iterator[Partner]:
    with apprentissage_served() as partner:
        yield partner


class Employer:
    """A baker who follows one offer, and the workers behind the page."""

    def __init__(self, app: Flask, client: CheckedClient, mailbox: Mailbox, partner: Partner) -> None:
        self.app, self.client, self.mailbox, self.partner = app, client, mailbox, partner
        self.pusher = Pusher(PLATFORMS[LBA], board_of(partner))
        publish(client)
        page = client.submit(client.get(mailbox.last(subject="Confirmez").link))
        self.address = page.request.path.removesuffix("/en-ligne")

    def work(self, minutes: float = 0) -> None:
        """What is due by then is done there."""
        with self.app.app_context(), clock.moved_by(timedelta(minutes=minutes)):
            self.pusher.drain(limit=20)

    def line(self, site: str = SITE) -> str:
        """What the page says of a site."""
        page = lxml_html.fromstring(self.client.get(self.address).text)
        [found] = [one for one in page.xpath("//ul[@id='sites']/li") if one.xpath(".//h3")[0].text == site]
        return " ".join(found.text_content().split())

    def seen_there(self) -> str:
        """What anybody reads at the partner's."""
        with urllib.request.urlopen(f"{self.partner.url}/recherche", timeout=5) as answer:
            content: bytes = answer.read()
        return content.decode()


@pytest.fixture
def employer(app: Flask, client: CheckedClient, mailbox: Mailbox, served_lba: Partner) -> Employer:
    served_lba.reset()
    command(served_lba, delai=10_000)
    with given(app):
        turn(LBA, on=True)
    return Employer(app, client, mailbox, served_lba)


def test_criterion_11_each_step_is_told_truly_until_the_offer_is_gone(employer: Employer) -> None:
    assert "En file" in employer.line()
    employer.work()
    assert "Envoyée" in employer.line()
    assert "Boulanger" not in employer.seen_there()
    command(employer.partner, publier=True)
    employer.work(15)
    line = employer.line()
    assert "Publiée" in line and line.count("non communiqué par ce site") == 2
    assert "Relayée par La bonne alternance" in employer.line("1jeune1solution")
    assert "Boulanger" in employer.seen_there()
    with clock.moved_by(timedelta(minutes=20)):
        assert SITE in employer.mailbox.last(subject="est publiée").subject
    close = employer.client.get(f"{employer.address}/cloturer")
    employer.client.submit(close, {"reason": "filled_here"})
    assert "Retrait prévu le" in employer.line()
    employer.work(5)
    assert "Boulanger" in employer.seen_there()
    employer.work(15)
    command(employer.partner, publier=True)
    assert "Boulanger" not in employer.seen_there()
    employer.work(30)
    assert "Retirée" in employer.line()


def test_criterion_11_a_refusal_is_mended_from_the_page(employer: Employer) -> None:
    edit = employer.client.get(f"{employer.address}/modifier")
    school = "Une boulangerie en plein essor forme un apprenti au métier de boulanger."
    review = employer.client.submit(edit, {"description": school})
    employer.client.submit(review, button="Enregistrer")
    employer.work()
    command(employer.partner, publier=True)
    employer.work(15)
    line = employer.line()
    assert "À corriger" in line and "essor" in line
    [href] = lxml_html.fromstring(employer.client.get(employer.address).text).xpath(
        "//ul[@id='sites']//a[contains(., 'Corriger')]/@href"
    )
    edit = employer.client.get(href.partition("#")[0])
    plain = "Une boulangerie qui grandit forme un apprenti au métier de boulanger."
    review = employer.client.submit(edit, {"description": plain})
    employer.client.submit(review, button="Enregistrer")
    employer.work(1)
    command(employer.partner, publier=True)
    employer.work(30)
    assert "Publiée" in employer.line()


def test_criterion_25_a_board_that_is_down_is_said_and_asked_again(employer: Employer) -> None:
    employer.partner.fails("503", path="/api/job")
    for minutes in (0, 2, 5, 10, 20):
        employer.work(minutes)
    line = employer.line()
    assert "Inconnue" in line and "ne répond pas depuis le" in line
    assert "vous n’avez rien à faire" in line
    employer.partner.reset()
    with given(employer.app):
        # A minute has passed: the circuit lets one through.
        db.session.execute(db.text("UPDATE outbox_circuit SET open_until = NULL"))
    command(employer.partner, delai=0)
    for minutes in (90, 180):
        employer.work(minutes)
    assert "Publiée" in employer.line()
