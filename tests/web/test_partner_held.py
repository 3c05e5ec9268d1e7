"""The page of a held offer, opened from E19: read, preview, decide, undo, hand over."""

from datetime import timedelta

import lxml.html
import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from app.audit.actor import Actor, ActorKind
from app.core import clock
from app.core.database import db
from app.domain.accounts.models import Purpose
from app.domain.employers.models import Verification
from app.domain.offers.holding import decide_hold
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import HoldDecision, Offer
from app.outbox.message import MAILS
from app.outbox.models import OutboxMessage
from app.outbox.rendering import JinjaRenderer
from tests.support.client import CheckedClient
from tests.support.opco_scene import GARAGE, a_company, an_address, an_offer, open_link

pytestmark = pytest.mark.usefixtures("db_session")
EMAIL = "suivi@ep.example"
STAFF = Actor(ActorKind.STAFF, 1, "account")
CORRECTION = {"decision": "correct", "motive": "content", "text": "Précisez les horaires, s’il vous plaît."}


@pytest.fixture
def offer(db_session: object) -> Offer:
    """An offer held because no register shows its company."""
    an_address("06", EMAIL)
    held = an_offer(a_company(verification=Verification.NOT_LISTED))
    db.session.commit()
    return held


@pytest.fixture
def page(client: CheckedClient, offer: Offer) -> TestResponse:
    """The page of that offer, opened by its link."""
    return open_link(
        client, Purpose.HELD_OFFER, object_type="offer", object_id=offer.id, email=EMAIL, scope="opco:06"
    )


def url(offer: Offer, tail: str = "") -> str:
    return f"/verification/{offer.public_id}{tail}"


def reread(offer: Offer) -> Offer:
    db.session.expire_all()
    return db.session.get_one(Offer, offer.id)


def plain(response: TestResponse) -> str:
    return response.text.replace("\u00a0", " ").replace("\u202f", " ")


def mails_of(template: str) -> int:
    query = sa.select(sa.func.count()).where(OutboxMessage.template == template)
    return db.session.scalar(query) or 0


def test_the_page_says_why_it_is_held(page: TestResponse, offer: Offer) -> None:
    text = plain(page)
    assert page.request.path == url(offer)
    assert "Vérifier l’offre Boulanger – Au bon levain" in text
    assert "Retenue le" in text
    assert "ne figure pas dans le registre public" in text
    for choice in ("Mettre en ligne", "Demander une correction", "Refuser", "ne relève pas de mon OPCO"):
        assert choice in text


def test_former_offers_and_duplicates_are_shown(
    client: CheckedClient, page: TestResponse, offer: Offer
) -> None:
    twin = an_offer(offer.establishment)
    db.session.commit()
    text = plain(client.get(url(offer)))
    assert twin.reference in text.split("Doublons possibles")[1]


def test_without_link_the_page_asks_for_one(client: CheckedClient, offer: Offer) -> None:
    assert "/lien-perdu" in client.get(url(offer)).location


def test_another_offer_is_not_found(client: CheckedClient, page: TestResponse) -> None:
    other = an_offer(a_company(GARAGE, idcc=(1090,), verification=Verification.NOT_LISTED))
    db.session.commit()
    assert client.get(url(other)).status_code == 404
    assert client.get("/verification/inconnu").status_code == 404


def test_an_online_offer_without_hold_is_not_found(client: CheckedClient, db_session: object) -> None:
    online = an_offer(a_company())
    open_link(client, Purpose.HELD_OFFER, object_type="offer", object_id=online.id, email=EMAIL)
    assert client.get(url(online)).status_code == 404


def test_the_preview_shows_the_mail_and_changes_nothing(
    client: CheckedClient, page: TestResponse, offer: Offer
) -> None:
    preview = client.submit(page, CORRECTION, button="Voir le message")
    assert preview.status_code == 200
    text = plain(preview)
    assert "claire@levain.example" in text
    assert "Précisez les horaires" in text
    assert reread(offer).status is OfferStatus.HELD
    assert offer.holds[-1].decided_at is None
    assert mails_of("offer_to_fix") == 0


def test_the_mail_sent_is_the_mail_shown(
    app: Flask, client: CheckedClient, page: TestResponse, offer: Offer
) -> None:
    preview = client.submit(page, CORRECTION, button="Voir le message")
    client.submit(preview, button="Enregistrer ma décision")
    row = db.session.scalars(sa.select(OutboxMessage).where(OutboxMessage.template == "offer_to_fix")).one()
    assert row.recipient == "claire@levain.example"
    mail = MAILS[row.template].restore({**row.refs, "to": row.recipient})
    assert mail is not None
    with app.test_request_context():
        sent = JinjaRenderer(app.jinja_env, app.extensions["settings"])(mail, "…", None)
    shown = lxml.html.fromstring(preview.text).xpath("//div[@class='da-panel']")[0].text_content()
    assert "".join(shown.split()) == "".join(sent.text.split())
    assert sent.subject in preview.text
    assert reread(offer).holds[-1].text == CORRECTION["text"]


def test_going_back_keeps_the_answers(client: CheckedClient, page: TestResponse) -> None:
    preview = client.submit(page, CORRECTION, button="Voir le message")
    again = client.submit(preview, button="Modifier")
    assert CORRECTION["text"] in again.text
    assert 'value="correct" checked' in again.text


def test_deciding_to_publish(client: CheckedClient, page: TestResponse, offer: Offer) -> None:
    preview = client.submit(page, {"decision": "publish"}, button="Voir le message")
    done = client.submit(preview, button="Enregistrer ma décision")
    assert "Décision enregistrée." in done.text
    assert "par OPCO EP" in plain(done)
    assert reread(offer).status is OfferStatus.ONLINE
    assert mails_of("opco_new_need") == 1


def test_a_double_click_decides_once(client: CheckedClient, page: TestResponse, offer: Offer) -> None:
    preview = client.submit(page, {**CORRECTION, "decision": "refuse"}, button="Voir le message")
    first = client.submit(preview, button="Enregistrer ma décision", follow=False)
    second = client.submit(preview, button="Enregistrer ma décision", follow=False)
    assert (first.status_code, second.status_code) in {(303, 303), (303, 409)}
    assert reread(offer).status is OfferStatus.ENDED
    assert mails_of("offer_refused") == 1


def test_undoing_within_ten_minutes(client: CheckedClient, page: TestResponse, offer: Offer) -> None:
    preview = client.submit(page, CORRECTION, button="Voir le message")
    done = client.submit(preview, button="Enregistrer ma décision")
    back = client.submit(done, button="Annuler cette décision")
    assert "Décision annulée" in back.text
    assert reread(offer).status is OfferStatus.HELD


def test_undoing_too_late(client: CheckedClient, page: TestResponse, offer: Offer) -> None:
    preview = client.submit(page, CORRECTION, button="Voir le message")
    done = client.submit(preview, button="Enregistrer ma décision")
    with clock.moved_by(timedelta(minutes=11)):
        late = client.submit(done, button="Annuler cette décision")
        assert "Annuler cette décision" not in client.get(url(offer)).text
    assert late.status_code == 409
    assert reread(offer).status is OfferStatus.SUSPENDED


def test_whoever_is_first_decides(client: CheckedClient, page: TestResponse, offer: Offer) -> None:
    preview = client.submit(page, CORRECTION, button="Voir le message")
    decide_hold(
        reread(offer).holds[-1],
        decision=HoldDecision.PUBLISH,
        motive=None,
        text=None,
        by=STAFF,
        decider="agent du portail",
    )
    db.session.commit()
    late = client.submit(preview, button="Enregistrer ma décision")
    assert late.status_code == 409
    assert "par agent du portail : mise en ligne" in plain(late)
    assert reread(offer).status is OfferStatus.ONLINE


BAD_DECISIONS = [
    ("nothing chosen", {}, "Choisissez une décision.", 1),
    ("an invented decision", {"decision": "burn"}, "Choisissez une décision.", 1),
    ("NUL as decision", {"decision": "\x00"}, "Choisissez une décision.", 1),
    (
        "no text to correct",
        {"decision": "correct", "motive": "content"},
        "Indiquez ce qu’il faut corriger",
        1,
    ),
    ("no motive to refuse", {"decision": "refuse", "text": "Non."}, "Choisissez un motif", 1),
    ("neither", {"decision": "refuse"}, "Indiquez ce qu’il faut corriger", 2),
    ("an invented motive", {**CORRECTION, "motive": "weather"}, "Choisissez un motif", 1),
    ("spaces as text", {**CORRECTION, "text": " \u200b\n "}, "Indiquez ce qu’il faut corriger", 1),
    ("too long", {**CORRECTION, "text": "é" * 1001}, "1001 caractères", 1),
    ("NUL in the text", {**CORRECTION, "text": "a\x00"}, "Retirez les caractères invisibles", 1),
    ("no other OPCO", {"decision": "not_ours"}, "Choisissez un OPCO", 1),
    ("its own OPCO", {"decision": "not_ours", "other_opco": "06"}, "Choisissez un OPCO", 1),
]


@pytest.mark.parametrize("button", ["voir", "enregistrer"])
@pytest.mark.parametrize(
    ("answers", "message", "count"),
    [case[1:] for case in BAD_DECISIONS],
    ids=[case[0] for case in BAD_DECISIONS],
)
def test_a_bad_decision_is_refused(
    client: CheckedClient,
    page: TestResponse,
    offer: Offer,
    answers: dict[str, str],
    message: str,
    count: int,
    button: str,
) -> None:
    refused = client.submit(page, {**answers, "act": button})
    assert refused.status_code == 422
    text = plain(refused)
    assert message in text
    assert ("1 réponse est" if count == 1 else f"{count} réponses sont") in text
    assert reread(offer).status is OfferStatus.HELD


@pytest.mark.parametrize(
    ("other", "said"), [("02", "transmise à AKTO"), ("unknown", "nous cherchons son OPCO")]
)
def test_not_my_opco(client: CheckedClient, page: TestResponse, offer: Offer, other: str, said: str) -> None:
    an_address("02", "suivi@akto.example")
    db.session.commit()
    preview = client.submit(page, {"decision": "not_ours", "other_opco": other}, button="Voir le message")
    assert "Aucun message ne part à l’entreprise" in preview.text
    done = client.submit(preview, button="Enregistrer ma décision")
    assert said in plain(done)
    assert "La vérification continue sans vous" in plain(done)
    assert reread(offer).status is OfferStatus.HELD
    assert mails_of("opco_decide") == (2 if other == "02" else 1)
    again = client.submit(preview, {"submission_id": "another-one"}, button="Enregistrer ma décision")
    assert again.status_code == 409


def test_an_offer_closed_meanwhile_awaits_nothing(
    client: CheckedClient, page: TestResponse, offer: Offer
) -> None:
    preview = client.submit(page, CORRECTION, button="Voir le message")
    db.session.execute(sa.update(Offer).values(status=OfferStatus.ENDED))
    db.session.commit()
    late = client.submit(preview, button="Enregistrer ma décision")
    assert late.status_code == 409
    assert "n’attend plus" in plain(late)
