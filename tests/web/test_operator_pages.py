"""The pages of portal staff: who enters, queues, held offers, e-mails, addresses, previews, jobs."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from app.core import clock
from app.core.database import db
from app.domain.accounts.models import Account, StaffRole
from app.domain.employers.directory import Outcome
from app.domain.employers.models import Contact
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import HoldDecision, Offer
from app.outbox import MAILS, bounces
from app.outbox.models import OutboxMessage, OutboxStatus, Pause, SuppressedAddress
from app.scheduling.runner import run_job
from app.web.headers import MAIL_CSP
from app.web.operator.mail_names import NAMES
from app.web.operator.samples import variants_of
from tests.factories.offers import make_contact, make_establishment, make_offer
from tests.support.client import CheckedClient
from tests.support.sign_in import by_link

pytestmark = pytest.mark.usefixtures("db_session")
PAGES = (
    "/agents",
    "/agents/entreprises",
    "/agents/opco-sans-adresse",
    "/agents/besoins-sans-opco",
    "/agents/opco",
    "/agents/opco/06",
    "/agents/offres-retenues",
    "/agents/structures",
    "/agents/courriels",
    "/agents/courriels/suspendre",
    "/agents/adresses",
    "/agents/apercu-courriels",
    "/agents/apercu-courriels/offer_online/exemple",
    "/agents/apercu-courriels/offer_online/exemple/clair",
    "/agents/taches",
)
SignIn = Callable[[StaffRole | None], Account]


@pytest.fixture
def sign_in(client: CheckedClient) -> SignIn:
    """Come in by a mailed login link, as staff do."""

    def enter(role: StaffRole | None) -> Account:
        account = Account(
            email="agent@portail.example", name="Agent", staff_role=role, created_at=clock.now()
        )
        db.session.add(account)
        db.session.flush()
        by_link(client, account)
        return account

    return enter


def plain(response: TestResponse) -> str:
    return response.text.replace("\u00a0", " ").replace("\u202f", " ")


def a_dead_mail(status: OutboxStatus = OutboxStatus.DEAD) -> OutboxMessage:
    make_offer(OfferStatus.ONLINE)
    row = db.session.scalars(sa.select(OutboxMessage).where(OutboxMessage.template == "offer_online")).one()
    db.session.execute(
        sa.update(OutboxMessage)
        .where(OutboxMessage.id == row.id)
        .values(status=status, last_error="550 <b>boîte</b> inconnue", attempts=2)
    )
    db.session.commit()
    db.session.refresh(row)
    return row


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_asked_for_a_link(client: CheckedClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 302
    assert response.location == "/connexion"


@pytest.mark.parametrize("path", PAGES)
def test_an_account_without_role_is_refused(client: CheckedClient, sign_in: SignIn, path: str) -> None:
    sign_in(None)
    assert client.get(path).status_code == 403


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", list(StaffRole))
def test_each_role_sees_its_pages(client: CheckedClient, sign_in: SignIn, role: StaffRole, path: str) -> None:
    sign_in(role)
    denied = role is StaffRole.OPERATOR and path == "/agents/taches"
    assert client.get(path).status_code == (403 if denied else 200)


def test_a_login_link_leads_home(client: CheckedClient, sign_in: SignIn) -> None:
    sign_in(StaffRole.OPERATOR)
    page = client.get("/agents")
    assert plain(page).count("Rien à traiter") == 8
    assert "Tâches planifiées" not in page.text


def test_home_counts_what_waits_and_says_what_is_late(client: CheckedClient, sign_in: SignIn) -> None:
    with clock.moved_by(-timedelta(days=6)):
        make_offer(OfferStatus.HELD, establishment=make_establishment(Outcome.NOT_LISTED))
    a_dead_mail()
    sign_in(StaffRole.ADMINISTRATOR)
    text = plain(client.get("/agents"))
    assert "1 offre à vérifier" in text
    assert "Attente la plus longue : 6 jours" in text
    assert "En retard" in text
    assert "1 courriel" in text


def test_queues_name_their_companies(client: CheckedClient, sign_in: SignIn) -> None:
    make_offer(OfferStatus.HELD, establishment=make_establishment(Outcome.NOT_LISTED, name="LE PÉTRIN"))
    db.session.commit()
    sign_in(StaffRole.OPERATOR)
    page = client.get("/agents/entreprises")
    assert "LE PÉTRIN" in page.text
    assert "Absente du registre public" in page.text
    assert "LE PÉTRIN" in client.get("/agents/offres-retenues").text


def test_an_agent_decides_a_held_offer(client: CheckedClient, sign_in: SignIn) -> None:
    offer = make_offer(OfferStatus.HELD)
    db.session.commit()
    sign_in(StaffRole.OPERATOR)
    page = client.get(f"/agents/offres-retenues/{offer.public_id}")
    answers = {"decision": "correct", "motive": "content", "text": "Précisez les horaires."}
    preview = client.submit(page, answers, button="Voir le message")
    assert "Précisez les horaires." in preview.text
    done = client.submit(preview, button="Enregistrer ma décision")
    assert "par un agent du portail : correction demandée" in plain(done)
    offer = db.session.get_one(Offer, offer.id)
    assert offer.holds[-1].decision is HoldDecision.CORRECT
    back = client.submit(done, button="Annuler cette décision")
    assert "Décision annulée" in back.text


def test_an_offer_never_held_has_no_page(client: CheckedClient, sign_in: SignIn) -> None:
    offer = make_offer(OfferStatus.ONLINE)
    db.session.commit()
    sign_in(StaffRole.OPERATOR)
    assert client.get(f"/agents/offres-retenues/{offer.public_id}").status_code == 404
    assert client.get("/agents/offres-retenues/inconnue").status_code == 404


def test_a_dead_mail_is_tried_again(client: CheckedClient, sign_in: SignIn) -> None:
    row = a_dead_mail()
    sign_in(StaffRole.OPERATOR)
    listed = client.get("/agents/courriels")
    assert "Offre en ligne (E4)" in plain(listed)
    assert "&lt;b&gt;boîte" in listed.text
    done = client.submit(client.get(f"/agents/courriels/{row.id}"), button="Réessayer")
    assert "va partir de nouveau" in done.text
    assert db.session.get_one(OutboxMessage, row.id).status is OutboxStatus.RETRY


def test_dropping_a_mail_asks_why(client: CheckedClient, sign_in: SignIn) -> None:
    row = a_dead_mail(OutboxStatus.UNCERTAIN)
    sign_in(StaffRole.OPERATOR)
    page = client.get(f"/agents/courriels/{row.id}")
    refused = client.submit(page, button="Abandonner")
    assert refused.status_code == 422
    assert "Indiquez le motif de l’abandon." in refused.text
    client.submit(page, {"reason": "Entreprise jointe par téléphone"}, button="Abandonner")
    dropped = db.session.get_one(OutboxMessage, row.id)
    assert dropped.status is OutboxStatus.CANCELLED
    assert "jointe par téléphone" in (dropped.last_error or "")
    late = client.post(f"/agents/courriels/{row.id}/reessayer")
    assert late.status_code == 400  # no form token
    assert client.get("/agents/courriels/999999").status_code == 404


def test_pausing_and_resuming_a_kind_of_mail(client: CheckedClient, sign_in: SignIn) -> None:
    sign_in(StaffRole.ADMINISTRATOR)
    page = client.get("/agents/courriels/suspendre")
    refused = client.submit(page, {"until": "31/02/2027"})
    assert refused.status_code == 422
    assert "3 réponses sont à corriger" in plain(refused)
    today = f"{clock.today():%d/%m/%Y}"
    assert client.submit(page, {"template": "tous", "reason": "Essai", "until": today}).status_code == 422
    tomorrow = f"{clock.today() + timedelta(days=1):%d/%m/%Y}"
    done = client.submit(
        page, {"template": "opco_new_need", "reason": "Adresse à corriger", "until": tomorrow}
    )
    assert "Motif : Adresse à corriger" in plain(done)
    held = db.session.scalars(sa.select(Pause)).one()
    assert (held.template, held.ended_at) == ("opco_new_need", None)
    back = client.submit(done, button="Reprendre les envois")
    assert "Les envois reprennent." in back.text
    db.session.refresh(held)
    assert held.ended_at is not None


def test_an_address_is_put_right(client: CheckedClient, sign_in: SignIn) -> None:
    contact = make_contact(email="rh@fournil.example")
    event = {"event": "hard_bounce", "email": contact.email, "ts": 1_800_000_000, "message-id": "<a@b>"}
    bounces.take_in(event, provider="brevo")
    db.session.commit()
    assert contact.bounced_at is not None
    sign_in(StaffRole.OPERATOR)
    page = client.get("/agents/adresses")
    assert "rh@fournil.example" in page.text
    assert "L’adresse n’existe pas" in page.text
    client.submit(page, button="Rétablir")
    stopped = db.session.scalars(sa.select(SuppressedAddress)).one()
    assert stopped.released_at is not None
    assert db.session.get_one(Contact, contact.id).bounced_at is None


def test_every_mail_has_a_name_and_a_preview(client: CheckedClient, sign_in: SignIn) -> None:
    sign_in(StaffRole.OPERATOR)
    assert set(NAMES) >= {name for name, kind in MAILS.items() if not kind.__module__.startswith("tests.")}
    for name in NAMES:
        for variant in variants_of(name):
            base = f"/agents/apercu-courriels/{name}/{variant}"
            assert client.get(base).status_code == 200
            for theme in ("clair", "sombre"):
                shown = client.get(f"{base}/{theme}")
                assert shown.headers["Content-Security-Policy"] == MAIL_CSP
                assert "prefers-color-scheme: dark" not in shown.text


@pytest.mark.parametrize("tail", ["inconnu/exemple", "offer_online/autre", "offer_online/exemple/rose"])
def test_an_unknown_preview_is_not_found(client: CheckedClient, sign_in: SignIn, tail: str) -> None:
    sign_in(StaffRole.OPERATOR)
    assert client.get(f"/agents/apercu-courriels/{tail}").status_code == 404


def test_jobs_show_their_last_run(client: CheckedClient, sign_in: SignIn) -> None:
    run_job("expire_offers", dry=False)
    sign_in(StaffRole.ADMINISTRATOR)
    text = plain(client.get("/agents/taches"))
    assert "Chaque jour à 3 h 30" in text
    assert "Toutes les heures" in text
    assert "0 offre close" in text
    assert "Jamais lancé" in text
