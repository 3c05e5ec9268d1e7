"""« Diffusions à vérifier »: what the engine leaves to a person is found, read and settled by staff."""

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import JournalEntry
from app.core import clock
from app.core.database import db
from app.domain.accounts.models import StaffRole
from app.domain.diffusion.board import Act, Verdict
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.models import Attempt, Diffusion
from app.domain.diffusion.registry import turn
from app.outbox import circuit
from app.outbox.models import OutboxMessage
from tests.factories.diffusions import make_diffusion
from tests.factories.offers import make_offer
from tests.factories.structures import make_account
from tests.support.client import CheckedClient
from tests.support.deposit import plain
from tests.support.sign_in import by_link

S = DiffusionStatus
pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def doubtful(app: Flask, client: CheckedClient) -> int:
    """An offer whose sending was never answered; an agent is signed in. Its number."""
    found = make_diffusion(make_offer(title="Boulanger de nuit"), status=S.UNCERTAIN)
    # Opened after: an offer put online would have its diffusion already.
    turn("api_apprentissage", on=True)
    by_link(client, make_account("agent@portail.example", role=StaffRole.OPERATOR))
    db.session.commit()
    return found.id


def test_every_exchange_has_its_words(client: CheckedClient, doubtful: int) -> None:
    sending = _read(doubtful).submissions[0]
    sending.attempts += [
        Attempt(act=act.value, at=clock.now(), verdict=verdict.value) for act in Act for verdict in Verdict
    ]
    db.session.commit()
    said = plain(client.get(f"/agents/diffusions/{doubtful}"))
    assert "Pas encore possible, sera redemandé" in said
    assert client.get(f"/agents/diffusions/{doubtful}").status_code == 200


def test_a_site_that_refuses_our_key_is_said_above(client: CheckedClient, doubtful: int) -> None:
    assert "refuse les identifiants" not in plain(client.get("/agents/diffusions"))
    circuit.stop_for_credentials("push:api_apprentissage", "401")
    db.session.commit()
    said = plain(client.get("/agents/diffusions"))
    assert "La bonne alternance refuse les identifiants du service" in said


def _read(number: int) -> Diffusion:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Diffusion, number)


def test_the_queue_is_on_the_first_page_and_leads_to_the_doubt(client: CheckedClient, doubtful: int) -> None:
    home = client.get("/agents")
    assert "1 diffusion" in home.text and "/agents/diffusions" in home.text
    queue = client.get("/agents/diffusions")
    assert "Boulanger de nuit" in queue.text and f"/agents/diffusions/{doubtful}" in queue.text
    assert "Réponse perdue" in client.get(f"/agents/diffusions/{doubtful}").text


def test_what_the_employer_can_mend_is_not_in_the_queue(client: CheckedClient, doubtful: int) -> None:
    turn("api_apprentissage", on=False)
    make_diffusion(make_offer(title="Coiffeur"), status=S.REFUSED, reason_field="title")
    make_diffusion(make_offer(title="Fleuriste"), status=S.REFUSED, reason_code="DUPLICATE")
    db.session.commit()
    queue = client.get("/agents/diffusions").text
    assert "Coiffeur" not in queue and "Fleuriste" in queue


def test_an_agent_asks_the_platform_now(client: CheckedClient, doubtful: int) -> None:
    page = client.submit(client.get(f"/agents/diffusions/{doubtful}"), form="verifier")
    assert "va être demandé" in page.text
    _read(doubtful)
    orders = db.session.scalars(sa.select(OutboxMessage.template).where(OutboxMessage.kind.like("push:%")))
    assert list(orders) == ["read"]


def test_an_agent_who_saw_it_gives_its_address(client: CheckedClient, doubtful: int) -> None:
    page = client.get(f"/agents/diffusions/{doubtful}")
    empty = client.submit(page, form="vue")
    assert empty.status_code == 422 and "Indiquez l’adresse complète" in empty.text
    wrong = client.submit(page, {"url": "javascript:alert(1)"}, form="vue")
    assert wrong.status_code == 422 and _read(doubtful).status is S.UNCERTAIN
    client.submit(page, {"url": "https://site.example/emploi/1"}, form="vue")
    found = _read(doubtful)
    assert (found.status, found.url) == (S.PUBLISHED, "https://site.example/emploi/1")
    assert "Rien à vérifier." in client.get("/agents/diffusions").text


def test_an_agent_who_saw_nothing_sends_it_again(client: CheckedClient, doubtful: int) -> None:
    client.submit(client.get(f"/agents/diffusions/{doubtful}"), form="reessayer")
    _read(doubtful)
    assert db.session.scalar(sa.select(sa.func.count()).where(OutboxMessage.kind.like("push:%"))) == 1
    said = db.session.scalar(sa.select(JournalEntry.action).order_by(JournalEntry.id.desc()).limit(1))
    assert said == "diffusion_asked"


def test_giving_up_needs_a_reason(client: CheckedClient, doubtful: int) -> None:
    page = client.get(f"/agents/diffusions/{doubtful}")
    assert client.submit(page, form="abandonner").status_code == 422
    client.submit(page, {"reason": "doublon vu sur le site"}, form="abandonner")
    found = _read(doubtful)
    assert (found.status, found.wanted) == (S.CANCELLED, False)


def test_a_closed_platform_says_so_instead_of_failing(client: CheckedClient, doubtful: int) -> None:
    turn("api_apprentissage", on=False)
    db.session.commit()
    page = client.submit(client.get(f"/agents/diffusions/{doubtful}"), form="reessayer")
    assert page.status_code == 422 and "n’est pas ouvert" in page.text.replace("\u00a0", " ")
