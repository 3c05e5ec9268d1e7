"""« Où est mon offre ? »: every place in words, a reason with a working « Corriger », nothing pretended."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from lxml import html as lxml_html

from app.core import clock
from app.core.database import db
from app.domain.diffusion.lifecycle import MOVE_TO, DiffusionStatus
from app.domain.diffusion.models import Diffusion
from app.domain.diffusion.orders import move
from app.domain.diffusion.registry import turn
from app.domain.offers.models import Offer
from app.outbox import circuit
from app.outbox.models import OutboxMessage
from tests.browser.walks.manage import link_to
from tests.factories.offers import given, make_contact, make_offer
from tests.support.client import CheckedClient

S = DiffusionStatus
LBA = "api_apprentissage"


@pytest.fixture
def offer_page(app: Flask, client: CheckedClient) -> Iterator[str]:
    """A published offer, La bonne alternance open, the person inside; gives the address of the page."""
    with given(app):
        turn(LBA, on=True)
        contact = make_contact()
        offer = make_offer(contact=contact)
        path, address = link_to(contact, offer.public_id), f"/gestion/offres/{offer.public_id}"
    client.submit(client.get(path))
    yield address


def told(app: Flask, status: DiffusionStatus, **values: object) -> None:
    """What the platform has said."""
    with given(app):
        found = db.session.scalars(sa.select(Diffusion)).one()
        if found.status is not status:
            move(found, MOVE_TO[status], detail="")
        for name, value in values.items():
            setattr(found, name, value)


def lines(client: CheckedClient, address: str) -> dict[str, str]:
    """Site → its line, as it is read."""
    found = parsed(client, address).xpath("//ul[@id='sites']/li")
    return {plain(one.xpath(".//h3")[0]): plain(one) for one in found}


def parsed(client: CheckedClient, address: str) -> Any:
    return lxml_html.fromstring(client.get(address).text)


def plain(element: Any) -> str:
    return " ".join(element.text_content().split())


def test_every_place_has_its_line(client: CheckedClient, offer_page: str) -> None:
    found = lines(client, offer_page)
    assert list(found)[:4] == ["Ce site", "La bonne alternance", "1jeune1solution", "Parcoursup"]
    assert "En file" in found["La bonne alternance"]
    assert "minutes qui viennent" in found["La bonne alternance"]
    assert "pas encore publiée" in found["Parcoursup"]


def test_what_is_published_shows_its_address_and_no_invented_figure(
    app: Flask, client: CheckedClient, offer_page: str
) -> None:
    url = "https://labonnealternance.example/emploi/1"
    told(app, S.PUBLISHED, url=url, read_at=clock.now())
    found = lines(client, offer_page)["La bonne alternance"]
    assert "Publiée" in found and "Vérifiée le" in found
    assert found.count("non communiqué par ce site") == 2
    assert url in client.get(offer_page).text
    assert "Relayée par La bonne alternance" in lines(client, offer_page)["1jeune1solution"]
    told(app, S.PUBLISHED, views=0, applications=3, figures_at=clock.now())
    assert "Vues : 0 ; candidatures : 3" in lines(client, offer_page)["La bonne alternance"]


def test_a_refusal_gives_its_reason_and_leads_to_the_field(
    app: Flask, client: CheckedClient, offer_page: str
) -> None:
    told(
        app,
        S.REFUSED,
        reason_code="CFA_BLACKLISTED",
        reason_text="Un nom d’école.",
        reason_field="description",
    )
    found = lines(client, offer_page)["La bonne alternance"]
    assert "À corriger" in found and "Un nom d’école." in found
    [href] = parsed(client, offer_page).xpath("//ul[@id='sites']//a[contains(., 'Corriger')]/@href")
    assert href.endswith("/modifier#description")
    assert parsed(client, href.partition("#")[0]).xpath("//*[@id='description']")


def test_a_platform_that_does_not_answer_is_said(app: Flask, client: CheckedClient, offer_page: str) -> None:
    with given(app):
        for _ in range(5):
            circuit.failed(f"push:{LBA}", "panne")
    assert "ne répond pas depuis le" in lines(client, offer_page)["La bonne alternance"]


def test_withdrawing_from_one_place_then_putting_it_back(
    app: Flask, client: CheckedClient, offer_page: str
) -> None:
    site = f"{offer_page}/sites/{LBA}"
    page = client.get(site)
    assert "Diffusion demandée" in page.text
    client.submit(page, button="Retirer de ce site")
    assert "Retirée" in lines(client, offer_page)["La bonne alternance"]
    with app.app_context():
        kinds = set(
            db.session.scalars(sa.select(OutboxMessage.status).where(OutboxMessage.lane.is_not(None)))
        )
        assert {one.value for one in kinds} == {"cancelled"}
    page = client.get(site)
    client.submit(page, button="Relancer")
    assert "En file" in lines(client, offer_page)["La bonne alternance"]
    with app.app_context():
        assert db.session.scalars(sa.select(Offer)).one().status.value == "online"


def test_an_unknown_site_is_not_there(client: CheckedClient, offer_page: str) -> None:
    assert client.get(f"{offer_page}/sites/minitel").status_code == 404
