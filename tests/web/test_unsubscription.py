"""One-click unsubscription: reading does nothing, posting once or ten times stops the messages."""

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import JournalEntry
from app.core.database import db
from app.domain.opco.contacts import record_contact
from app.domain.opco.determination import opco_by_code
from app.domain.opco.models import OpcoContact
from app.web.unsubscribe import unsubscribe_address
from tests.support.client import CheckedClient

pytestmark = pytest.mark.usefixtures("db_session")
EMAIL = "suivi@ep.example"


@pytest.fixture
def url(app: Flask) -> str:
    record_contact(opco_by_code("06"), EMAIL)
    db.session.commit()
    return f"/desinscription/{unsubscribe_address(EMAIL, 'opco_new_need', key=app.config['SECRET_KEY'])}"


def stopped() -> bool:
    db.session.rollback()
    return db.session.scalars(sa.select(OpcoContact)).one().stopped_at is not None


@pytest.mark.parametrize("method", ["get", "head"])
def test_reading_the_page_stops_nothing(client: CheckedClient, url: str, method: str) -> None:
    response = getattr(client, method)(url)
    assert response.status_code == 200
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert not stopped()


def test_the_button_stops(client: CheckedClient, url: str) -> None:
    page = client.get(url)
    assert "s•••@ep.example" in page.text
    assert EMAIL not in page.text
    done = client.submit(page, button="Confirmer")
    assert done.status_code == 200
    assert "ces messages sont arrêtés" in done.text
    assert stopped()


def test_a_mail_reader_stops_without_cookie_nor_token(client: CheckedClient, url: str) -> None:
    bare = client.application.test_client(use_cookies=False)
    for _ in range(3):
        assert bare.post(url, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert stopped()
    written = sa.select(JournalEntry).where(JournalEntry.action == "opco_messages_stopped")
    assert len(db.session.scalars(written).all()) == 1


@pytest.mark.parametrize("tail", ["x", "%00", "a" * 2000])
def test_an_altered_address_is_unknown(client: CheckedClient, url: str, tail: str) -> None:
    assert client.get(url + tail).status_code in {400, 404}
    assert client.post(url + tail).status_code in {400, 404}
    assert not stopped()


def test_a_mail_that_cannot_be_refused_has_no_page(client: CheckedClient, app: Flask) -> None:
    signed = unsubscribe_address(EMAIL, "offer_online", key=app.config["SECRET_KEY"])
    assert client.get(f"/desinscription/{signed}").status_code == 404
    other = unsubscribe_address(EMAIL, "opco_new_need", key="une-autre-cle-de-plus-de-trente-deux-signes")
    assert client.post(f"/desinscription/{other}").status_code == 404


def test_an_address_that_we_no_longer_know_gets_the_same_answer(client: CheckedClient, app: Flask) -> None:
    signed = unsubscribe_address("partie@ep.example", "opco_new_need", key=app.config["SECRET_KEY"])
    assert client.post(f"/desinscription/{signed}").status_code == 200
