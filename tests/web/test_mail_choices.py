"""« Mes courriels »: every optional e-mail of an address, by its account or by a link of an e-mail."""

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.actor import SYSTEM
from app.audit.models import JournalEntry
from app.core.database import db
from app.domain.cfa_requests.models import SuggestionStop
from app.domain.opco.addresses import stop_address
from app.domain.opco.contacts import record_contact
from app.domain.opco.determination import opco_by_code
from app.domain.opco.models import ContactMode, OpcoContact
from app.outbox.message import MAILS
from app.web.mail_choices import OPTIONAL
from app.web.unsubscribe import unsubscribe_address
from tests.factories.offers import make_contact
from tests.factories.structures import make_account
from tests.factories.training import make_cfa
from tests.support.client import CheckedClient
from tests.support.sign_in import by_link

pytestmark = pytest.mark.usefixtures("db_session", "at_noon")
EMAIL = "suivi@ep.example"


def test_every_optional_mail_has_its_choice_and_no_other() -> None:
    assert set(OPTIONAL) == {name for name, kind in MAILS.items() if kind.unsubscribable}


def contact() -> OpcoContact:
    db.session.rollback()
    return db.session.scalars(sa.select(OpcoContact).where(OpcoContact.department == "12")).one()


def test_an_opco_chooses_by_the_link_of_its_mail(client: CheckedClient, app: Flask) -> None:
    record_contact(opco_by_code("06"), EMAIL)
    number = record_contact(opco_by_code("06"), EMAIL, department="12").id
    db.session.commit()
    address = f"/desinscription/{unsubscribe_address(EMAIL, 'opco_digest', key=app.config['SECRET_KEY'])}"
    page = client.get(f"{address}/choix")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "s•••@ep.example" in page.text
    assert "Courriels nécessaires" in page.text
    done = client.submit(page, {f"opco_{number}": "digest"})
    assert "enregistrés" in done.text
    assert contact().mode is ContactMode.DIGEST
    client.submit(done, {f"opco_{number}": "non"})
    assert contact().stopped_at is not None
    back = client.submit(client.get(f"{address}/choix"), {f"opco_{number}": "per_event"})
    assert back.status_code == 200
    assert (contact().mode, contact().stopped_at) == (ContactMode.PER_EVENT, None)
    kept = db.session.scalars(sa.select(JournalEntry.action).order_by(JournalEntry.id)).all()
    assert kept[-4:] == [
        "opco_address_changed", "opco_messages_stopped", "opco_address_recorded", "opco_address_changed",
    ]  # fmt: skip
    assert client.submit(page, {f"opco_{number}": "n’importe quoi"}).status_code == 422
    assert client.get("/desinscription/autre/choix").status_code == 404
    assert "Choisir tous mes courriels" in client.get(address).text


def test_what_the_opco_has_stopped_isnt_opened_again_by_who_had_the_address(
    client: CheckedClient, app: Flask
) -> None:
    number = record_contact(opco_by_code("06"), EMAIL, department="12").id
    db.session.commit()
    key = app.config["SECRET_KEY"]
    address = f"/desinscription/{unsubscribe_address(EMAIL, 'opco_digest', key=key)}/choix"
    before = client.get(address)
    assert stop_address(contact(), by=SYSTEM)
    db.session.commit()
    assert f"opco_{number}" not in client.get(address).text
    client.submit(before, {f"opco_{number}": "per_event"})
    assert contact().stopped_at is not None


def test_somebody_signed_in_chooses_for_their_own_address(client: CheckedClient) -> None:
    account = make_account("camille@fournil.example")
    make_contact(email="Camille@fournil.example")
    other = make_cfa()
    record_contact(opco_by_code("06"), EMAIL)
    title = other.title
    by_link(client, account)
    page = client.get("/compte/courriels")
    assert "camille@fournil.example" in page.text
    assert title not in page.text
    assert "OPCO EP" not in page.text
    client.submit(page, {"suggestions": "non"})
    assert len(db.session.scalars(sa.select(SuggestionStop)).all()) == 1
    again = client.submit(client.get("/compte/courriels"), {"suggestions": "oui"})
    assert again.status_code == 200
    db.session.rollback()
    assert not db.session.scalars(sa.select(SuggestionStop)).all()


def test_a_cfa_stops_for_good_and_nobody_else_sees_a_choice(client: CheckedClient, app: Flask) -> None:
    cfa = make_cfa()
    number, email = cfa.id, cfa.emails[0].email
    db.session.commit()
    address = f"/desinscription/{unsubscribe_address(email, 'cfa_request', key=app.config['SECRET_KEY'])}"
    page = client.get(f"{address}/choix")
    assert "pour de bon" in page.text
    left = client.submit(page, {f"cfa_{number}": "non"})
    assert "ne reçoit aucun courriel facultatif" in left.text.replace("\u00a0", " ")
