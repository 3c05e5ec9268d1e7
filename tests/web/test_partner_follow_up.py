"""The need page opened from E49: read, note a contact, change the step, hand over, stop the messages."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.core.french import date_short_fr
from app.domain.accounts.models import Link, Purpose
from app.domain.opco.contacts import live_contact
from app.domain.opco.determination import opco_by_code
from app.domain.opco.follow_up import follow_up_of
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import ContactLogEntry, FollowUp
from app.domain.opco.sent_lists import ListKind, make_list
from tests.support.client import CheckedClient
from tests.support.opco_scene import GARAGE, a_company, an_address, an_offer, open_link

pytestmark = pytest.mark.usefixtures("db_session")
EMAIL = "suivi@ep.example"


@pytest.fixture
def follow_up(db_session: object) -> FollowUp:
    """A bakery whose need was told to its OPCO."""
    an_address("06", EMAIL)
    company = a_company()
    an_offer(company)
    db.session.commit()
    found = follow_up_of(company, opco_by_code("06"))
    assert found is not None
    return found


@pytest.fixture
def opened(client: CheckedClient, follow_up: FollowUp) -> CheckedClient:
    """A browser that has opened the mailed link."""
    page = enter(client, follow_up)
    assert page.status_code == 200
    return client


def enter(client: CheckedClient, follow_up: FollowUp):  # type: ignore[no-untyped-def]  # a test response
    return open_link(client, Purpose.FOLLOW_UP, object_type="follow_up", object_id=follow_up.id, email=EMAIL)


def url(follow_up: FollowUp, tail: str = "") -> str:
    return f"/suivi/{follow_up.public_id}{tail}"


def reread(follow_up: FollowUp) -> FollowUp:
    db.session.expire_all()
    return db.session.get_one(FollowUp, follow_up.id)


def test_the_link_leads_to_the_need(client: CheckedClient, follow_up: FollowUp) -> None:
    page = enter(client, follow_up)
    assert page.request.path == url(follow_up)
    for text in ("Au bon levain recrute", "boulanger ou boulangère à Rodez", "Claire Martin", "À contacter"):
        assert text in page.text.replace("\u00a0", " ").replace(" :", "")
    assert "mailto:claire@levain.example" in page.text
    assert "convention collective" in page.text


def test_without_link_the_page_asks_for_one(client: CheckedClient, follow_up: FollowUp) -> None:
    for tail in ("", "/contact", "/etape", "/pas-notre-champ", "/ne-plus-recevoir"):
        answer = client.get(url(follow_up, tail))
        assert answer.status_code == 302
        assert "/lien-perdu" in answer.location


def test_another_company_is_not_found(opened: CheckedClient) -> None:
    other = a_company(GARAGE, idcc=(1090,), naf="45.20A", brand="Garage du Lagon")
    an_offer(other)
    db.session.commit()
    hidden = follow_up_of(other, opco_by_code("07"))
    assert hidden is not None
    for tail in ("", "/contact", "/etape", "/pas-notre-champ", "/ne-plus-recevoir"):
        assert opened.get(url(hidden, tail)).status_code == 404
    assert opened.get("/suivi/inconnu").status_code == 404


def test_a_revoked_link_closes_the_page(opened: CheckedClient, follow_up: FollowUp) -> None:
    db.session.execute(sa.update(Link).values(revoked_at=clock.now(), revoked_reason="test"))
    db.session.commit()
    assert opened.get(url(follow_up)).status_code == 302


def test_a_held_offer_link_opens_no_follow_up(client: CheckedClient, follow_up: FollowUp) -> None:
    open_link(client, Purpose.HELD_OFFER, object_type="follow_up", object_id=follow_up.id, email=EMAIL)
    assert client.get(url(follow_up)).status_code in {302, 404}


def test_noting_a_contact(opened: CheckedClient, follow_up: FollowUp) -> None:
    page = opened.get(url(follow_up, "/contact"))
    assert date_short_fr(clock.today()) in page.text
    done = opened.submit(page, {"means": "phone", "outcome": "Rendez-vous pris <b>mardi</b>"})
    assert done.request.path == url(follow_up)
    assert "Contact noté." in done.text
    assert "Rendez-vous pris &lt;b&gt;mardi" in done.text
    assert reread(follow_up).status is FollowUpStatus.CONTACTED


def test_a_double_click_notes_once(opened: CheckedClient, follow_up: FollowUp) -> None:
    page = opened.get(url(follow_up, "/contact"))
    answers = {"means": "email", "outcome": "Message envoyé"}
    first = opened.submit(page, answers, follow=False)
    second = opened.submit(page, answers, follow=False)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ContactLogEntry)) == 1


TOMORROW = timedelta(days=1)
BAD_CONTACTS = [
    ("no date", {"day": ""}, "Indiquez la date du contact."),
    ("an impossible date", {"day": "31/02/2026"}, "Cette date n’existe pas"),
    ("a date in words nobody reads", {"day": "mardi dernier"}, "Cette date n’existe pas"),
    ("year 0", {"day": "01/01/0000"}, "Cette date n’existe pas"),
    ("year 9999", {"day": "01/01/9999"}, "Cette date est dans le futur"),
    ("long ago", {"day": "01/01/1999"}, "Choisissez une date entre"),
    ("Arabic digits", {"day": "٢٢/١١/٢٠٢٦"}, "Cette date n’existe pas"),
    ("NUL in the date", {"day": "22/11/2026\x00"}, "Retirez les caractères invisibles"),
    ("no means", {"means": ""}, "Choisissez un moyen."),
    ("an invented means", {"means": "pigeon"}, "Choisissez un moyen."),
    ("NUL as means", {"means": "\x00"}, "Choisissez un moyen."),
    ("no outcome", {"outcome": ""}, "Indiquez la suite"),
    ("spaces as outcome", {"outcome": " \t\u00a0\u200b "}, "Indiquez la suite"),
    ("one character too many", {"outcome": "a" * 1001}, "1001 caractères"),
    ("NUL in the outcome", {"outcome": "vu\x00"}, "Retirez les caractères invisibles"),
    ("a C1 control", {"outcome": "vu\x85\x9b"}, "Retirez les caractères invisibles"),
]


@pytest.mark.parametrize(
    ("answers", "message"), [case[1:] for case in BAD_CONTACTS], ids=[case[0] for case in BAD_CONTACTS]
)
def test_a_bad_contact_is_refused_with_its_values(
    opened: CheckedClient, follow_up: FollowUp, answers: dict[str, str], message: str
) -> None:
    page = opened.get(url(follow_up, "/contact"))
    good = {"day": date_short_fr(clock.today()), "means": "visit", "outcome": "Échange sur le poste"}
    refused = opened.submit(page, {**good, **answers})
    assert refused.status_code == 422
    text = refused.text.replace("\u202f", "").replace("\u00a0", " ")
    assert message in text
    assert "1 réponse est à corriger" in text
    assert "<title>Erreur" in text
    if "outcome" not in answers:
        assert "Échange sur le poste" in refused.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ContactLogEntry)) == 0


def test_tomorrow_is_refused(opened: CheckedClient, follow_up: FollowUp) -> None:
    page = opened.get(url(follow_up, "/contact"))
    day: date = clock.today() + TOMORROW
    refused = opened.submit(page, {"day": date_short_fr(day), "means": "phone", "outcome": "Appel"})
    assert refused.status_code == 422
    assert "dans le futur" in refused.text


def test_a_missing_field_is_refused(opened: CheckedClient, follow_up: FollowUp) -> None:
    token = opened.get(url(follow_up, "/contact")).text.split('name="csrf_token" value="')[1].split('"')[0]
    for tail in ("/contact", "/etape", "/pas-notre-champ"):
        assert opened.post(url(follow_up, tail), data={"csrf_token": token}).status_code == 422
        assert opened.post(url(follow_up, tail), data={}).status_code == 400


def test_changing_the_step(opened: CheckedClient, follow_up: FollowUp) -> None:
    page = opened.get(url(follow_up, "/etape"))
    done = opened.submit(page, {"step": "supported"})
    assert "Accompagnée" in done.text
    assert reread(follow_up).status is FollowUpStatus.SUPPORTED


@pytest.mark.parametrize("step", ["", "not_ours", "invented", "\x00", "à contacter"])
def test_an_unknown_step_is_refused(opened: CheckedClient, follow_up: FollowUp, step: str) -> None:
    page = opened.get(url(follow_up, "/etape"))
    refused = opened.submit(page, {"step": step})
    assert refused.status_code == 422
    assert "Choisissez une étape." in refused.text
    assert reread(follow_up).status is FollowUpStatus.TO_CONTACT


def test_a_step_changed_meanwhile_is_said(opened: CheckedClient, follow_up: FollowUp) -> None:
    page = opened.get(url(follow_up, "/etape"))
    opened.submit(opened.get(url(follow_up, "/etape")), {"step": "contacted"})
    refused = opened.submit(page, {"step": "dropped"})
    assert refused.status_code == 422
    assert "changé entre-temps" in refused.text
    assert reread(follow_up).status is FollowUpStatus.CONTACTED


def test_handing_over(opened: CheckedClient, follow_up: FollowUp) -> None:
    page = opened.get(url(follow_up, "/pas-notre-champ"))
    assert "OPCO EP</option>" not in page.text
    done = opened.submit(page, {"other_opco": "02"})
    assert "suivie par AKTO" in done.text
    assert "claire@levain.example" not in done.text
    assert reread(follow_up).status is FollowUpStatus.NOT_OURS
    for tail in ("/contact", "/etape", "/pas-notre-champ"):
        assert opened.get(url(follow_up, tail)).location == url(follow_up)


def test_handing_over_without_knowing(opened: CheckedClient, follow_up: FollowUp) -> None:
    done = opened.submit(opened.get(url(follow_up, "/pas-notre-champ")), {"other_opco": "unknown"})
    assert "Un agent du portail cherche" in done.text


@pytest.mark.parametrize("choice", ["", "06", "12", "AKTO", "\x00", "02' OR 1=1"])
def test_a_bad_opco_is_refused(opened: CheckedClient, follow_up: FollowUp, choice: str) -> None:
    refused = opened.submit(opened.get(url(follow_up, "/pas-notre-champ")), {"other_opco": choice})
    assert refused.status_code == 422
    assert "Choisissez un OPCO" in refused.text
    assert reread(follow_up).status is FollowUpStatus.TO_CONTACT


def test_stopping_the_messages(opened: CheckedClient, follow_up: FollowUp) -> None:
    page = opened.get(url(follow_up, "/ne-plus-recevoir"))
    assert "s•••@ep.example" in page.text
    assert live_contact(follow_up.opco, EMAIL) is not None
    done = opened.submit(page)
    assert "Déjà fait le" in done.text
    db.session.expire_all()
    assert live_contact(follow_up.opco, EMAIL) is None
    assert "Ne plus recevoir ces messages" not in opened.get(url(follow_up)).text


def test_reading_changes_nothing(opened: CheckedClient, follow_up: FollowUp) -> None:
    before = reread(follow_up).version
    for tail in ("", "/contact", "/etape", "/pas-notre-champ", "/ne-plus-recevoir"):
        assert opened.get(url(follow_up, tail)).status_code == 200
        assert opened.head(url(follow_up, tail)).status_code == 200
    assert reread(follow_up).version == before


def test_a_list_opens_its_companies_and_no_other(client: CheckedClient, follow_up: FollowUp) -> None:
    other = a_company(GARAGE, idcc=(1090,), naf="45.20A", brand="Garage du Lagon")
    an_offer(other)
    hidden = follow_up_of(other, opco_by_code("07"))
    contact = live_contact(opco_by_code("06"), EMAIL)
    assert hidden is not None
    assert contact is not None
    sent = make_list(contact, ListKind.DIGEST, [follow_up.id])
    db.session.commit()
    named, unnamed = url(follow_up), url(hidden)
    page = open_link(
        client, Purpose.FOLLOW_UP, object_type="opco_list", object_id=sent.id, email=EMAIL
    )
    assert "Au bon levain" in page.text
    assert client.get(named).status_code == 200
    assert client.get(unnamed).status_code == 404
    done = client.submit(client.get(f"{named}/contact"), {"means": "phone", "outcome": "À rappeler"})
    assert "Contact noté" in done.text
