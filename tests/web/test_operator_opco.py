"""Portal staff and OPCOs: the queue, the search, a correction with its reason, the addresses to tell."""

import re

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from app.audit import journal
from app.core import clock
from app.core.database import db
from app.domain.accounts.models import Account, StaffRole
from app.domain.employers.models import Establishment
from app.domain.opco.decision import Evidence, employer_says
from app.domain.opco.determination import current_match, determine
from app.domain.opco.lookup import Finding, Said, Service
from app.domain.opco.models import ContactMode, OpcoContact, Source
from app.outbox.models import OutboxMessage
from tests.support.client import CheckedClient
from tests.support.opco_scene import BAKERY, a_company, an_address, an_offer
from tests.support.sign_in import by_link

pytestmark = pytest.mark.usefixtures("db_session")
QUEUE = "/agents/besoins-sans-opco"


@pytest.fixture
def agent(db_session: object, client: CheckedClient) -> Account:
    """An operator who has come in."""
    account = Account(
        email="agent@portail.example",
        name="Agent",
        staff_role=StaffRole.OPERATOR,
        created_at=clock.now(),
    )
    db.session.add(account)
    db.session.flush()
    by_link(client, account)
    return account


def plain(response: TestResponse) -> str:
    return response.text.replace("\u00a0", " ").replace("\u202f", " ")


def told(template: str) -> list[str]:
    query = sa.select(OutboxMessage.recipient).where(OutboxMessage.template == template)
    return list(db.session.scalars(query.order_by(OutboxMessage.id)))


def unknown_company() -> Establishment:
    company = a_company(idcc=(), naf="84.11Z")
    an_offer(company)
    db.session.commit()
    return company


def page_of(company: Establishment) -> str:
    return f"{QUEUE}/{company.public_id}"


@pytest.mark.usefixtures("agent")
def test_the_queue_leads_to_the_correction_and_empties(client: CheckedClient) -> None:
    an_address("02", "suivi@akto.example")
    company = unknown_company()
    queue = client.get(QUEUE)
    assert "Au bon levain" in queue.text
    assert page_of(company) in queue.text
    page = client.get(page_of(company))
    assert "Les registres n’ont pas encore été interrogés" in page.text
    answers = {"opco": "02", "reason": "Convention 1979 vérifiée"}
    done = client.submit(page, answers, button="Enregistrer l’OPCO")
    assert "OPCO enregistré" in plain(done)
    assert "AKTO – agent du portail" in plain(done)
    match = current_match(company)
    assert match is not None
    assert match.source is Source.AGENT
    assert told("opco_new_need") == ["suivi@akto.example"]
    entry = journal.entries_of(company)[0]
    assert (entry.actor_kind, entry.facts["reason"]) == ("staff", "Convention 1979 vérifiée")
    assert "Rien à traiter" in plain(client.get(QUEUE))


@pytest.mark.usefixtures("agent")
def test_a_correction_tells_both_opcos(client: CheckedClient) -> None:
    an_address("06", "suivi@ep.example")
    an_address("02", "suivi@akto.example")
    company = a_company()
    an_offer(company)
    db.session.commit()
    page = client.get(page_of(company))
    assert "OPCO EP – convention collective, à confirmer" in plain(page)
    client.submit(page, {"opco": "02", "reason": "Vérifié"}, button="Enregistrer l’OPCO")
    assert told("opco_handed_over") == ["suivi@ep.example", "suivi@akto.example"]


@pytest.mark.usefixtures("agent")
@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"opco": "", "reason": "Vérifié"}, "Choisissez un OPCO"),
        ({"opco": "12", "reason": "Vérifié"}, "Choisissez un OPCO"),
        ({"opco": "02", "reason": "  "}, "Dites pourquoi"),
        ({"opco": "02", "reason": "x" * 201}, "201 caractères"),
        ({"opco": "02", "reason": "Vu avec claire@levain.example"}, "Retirez l’adresse"),
        ({"opco": "02", "reason": "Vu\u0000"}, "caractères invisibles"),
    ],
)
def test_a_wrong_correction_changes_nothing(
    client: CheckedClient, answers: dict[str, str], message: str
) -> None:
    company = unknown_company()
    former = current_match(company)
    refused = client.submit(client.get(page_of(company)), answers, button="Enregistrer l’OPCO")
    assert refused.status_code == 422
    assert message in plain(refused)
    assert current_match(company) is former


@pytest.mark.usefixtures("agent")
def test_an_opco_determined_meanwhile_is_shown_first(client: CheckedClient) -> None:
    company = unknown_company()
    page = client.get(page_of(company))
    finding = Finding(Service.SIRO, Said.ANSWERED, clock.now(), "05")
    determine(company, evidence=Evidence(findings=(finding,)))
    db.session.commit()
    answers = {"opco": "02", "reason": "Vérifié"}
    refused = client.submit(page, answers, button="Enregistrer l’OPCO")
    assert refused.status_code == 409
    assert "a changé entre-temps" in plain(refused)
    assert "OCAPIAT (réponse)" in plain(refused)
    client.submit(refused, answers, button="Enregistrer l’OPCO")
    match = current_match(company)
    assert match is not None and match.opco is not None
    assert match.opco.code == "02"


@pytest.mark.usefixtures("agent")
def test_a_contested_opco_waits_for_an_agent(client: CheckedClient) -> None:
    company = a_company()
    an_offer(company)
    finding = Finding(Service.SIRO, Said.ANSWERED, clock.now(), "06")
    determine(company, evidence=Evidence(claims=(employer_says("02"),), findings=(finding,)))
    db.session.commit()
    assert "France compétences ; l’entreprise indique AKTO" in plain(client.get(QUEUE))


@pytest.mark.usefixtures("agent")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        (BAKERY, True), ("991 000 019 00018", True), ("991000019", True), ("levain", True), ("LEVAIN", True),
        ("%", False), ("_", False), ("'", False), ("garage", False),
        ("99100019100015", False), ("x" * 500, False), ("\u202e", False),
    ],
)  # fmt: skip
def test_the_search_finds_companies_whose_opco_is_known(
    client: CheckedClient, text: str, found: bool
) -> None:
    company = a_company()
    an_offer(company)
    db.session.commit()
    page = client.get(QUEUE, query_string={"q": text})
    assert page.status_code == 200
    assert (page_of(company) in page.text) is found


@pytest.mark.usefixtures("agent")
def test_an_address_is_recorded_and_told_what_waited_then_stopped(client: CheckedClient) -> None:
    an_offer(a_company())
    db.session.commit()
    assert "/agents/opco" in client.get("/agents/opco-sans-adresse").text
    assert "1 entreprise" in plain(client.get("/agents/opco"))
    page = client.get("/agents/opco/06")
    answers = {"email": "Aveyron@EP.example", "department": "12", "mode": "per_event"}
    done = client.submit(page, answers, button="Enregistrer l’adresse")
    assert "Adresse enregistrée" in plain(done)
    assert "Aveyron (12)" in plain(done)
    assert [address.casefold() for address in told("opco_new_need")] == ["aveyron@ep.example"]
    contact = db.session.scalars(sa.select(OpcoContact)).one()
    assert (contact.department, contact.mode) == ("12", ContactMode.PER_EVENT)
    assert [entry.action for entry in journal.entries_of(contact)] == ["opco_address_recorded"]
    stopped = client.submit(done, button="Arrêter Aveyron@ep.example")
    assert "Arrêtée le" in plain(stopped)
    db.session.expire_all()
    assert contact.stopped_at is not None
    assert [entry.action for entry in journal.entries_of(contact)][0] == "opco_messages_stopped"


@pytest.mark.usefixtures("agent")
@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"email": "", "department": "pays", "mode": "digest"}, "Saisissez l’adresse à prévenir"),
        ({"email": "pas une adresse", "department": "pays", "mode": "digest"}, "adresse complète"),
        ({"email": "a@ep.example", "department": "00", "mode": "digest"}, "Choisissez un département"),
        ({"email": "a@ep.example", "department": "pays", "mode": "autre"}, "Choisissez comment"),
    ],
)
def test_a_wrong_address_is_refused(client: CheckedClient, answers: dict[str, str], message: str) -> None:
    refused = client.submit(client.get("/agents/opco/06"), answers, button="Enregistrer l’adresse")
    assert refused.status_code == 422
    assert message in plain(refused)
    assert db.session.scalars(sa.select(OpcoContact)).all() == []


@pytest.mark.usefixtures("agent")
def test_unknown_addresses_are_not_found(client: CheckedClient) -> None:
    there = an_address("02")
    db.session.commit()
    assert client.get("/agents/opco/12").status_code == 404
    assert client.get(f"{QUEUE}/inconnue").status_code == 404
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/agents/opco/02").text)
    assert token is not None
    path = f"/agents/opco/06/adresses/{there.id}/arreter"
    assert client.post(path, data={"csrf_token": token[1]}).status_code == 404
