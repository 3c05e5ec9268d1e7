"""R03: what relays tell after a sending, forged, twice, late, out of order: facts only add up."""

import itertools
import json

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr

from app.core import clock
from app.core.database import db
from app.domain.accounts.models import Link
from app.domain.employers.models import Contact
from app.domain.offers.lifecycle import OfferStatus
from app.outbox.models import DeliveryFact, OutboxMessage, OutboxStatus, SuppressedAddress
from tests.factories.offers import make_contact, make_offer
from tests.support.mailbox import Mailbox

SECRET = "secret-du-relais"
EMAIL = "bonne@boulangerie.example"


@pytest.fixture
def message_id(app: Flask, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> str:
    """The identifier of an e-mail that was sent to a contact."""
    changed = app.extensions["settings"].model_copy(update={"mail_webhook_secret": SecretStr(SECRET)})
    monkeypatch.setitem(app.extensions, "settings", changed)
    with app.app_context():
        make_offer(OfferStatus.ONLINE, contact=make_contact(email=EMAIL))
        db.session.commit()
    mailbox.deliver()
    with app.app_context():
        query = sa.select(OutboxMessage.message_id).where(OutboxMessage.status == OutboxStatus.SENT)
        return str(db.session.scalars(query.limit(1)).one())


def _tell(app: Flask, secret: str | None, *events: dict[str, object]) -> int:
    headers = {} if secret is None else {"X-Webhook-Secret": secret}
    client = FlaskClient(app, app.response_class)
    return client.post("/rappels/courriel/brevo", data=json.dumps(list(events)), headers=headers).status_code


def _event(kind: str, message_id: str, *, at: float = 0, email: str = EMAIL) -> dict[str, object]:
    moment = clock.now().timestamp() + at
    return {"event": kind, "email": email, "message-id": f"<{message_id}@x>", "ts": moment}


def _state(app: Flask) -> tuple[int, bool, bool]:
    """(facts, is the address stopped, is the contact marked)."""
    with app.app_context():
        facts = db.session.scalar(sa.select(sa.func.count()).select_from(DeliveryFact)) or 0
        stopped = db.session.scalars(
            sa.select(SuppressedAddress).where(SuppressedAddress.released_at.is_(None))
        ).first()
        contact = db.session.scalars(sa.select(Contact).where(Contact.email_norm == EMAIL)).one()
        return facts, stopped is not None, contact.bounced_at is not None


@pytest.mark.usefixtures("fault")
@pytest.mark.parametrize("secret", [None, "", "faux", SECRET.upper(), SECRET + " x", "é"])
def test_a_forged_bounce_is_ignored(app: Flask, message_id: str, secret: str | None) -> None:
    sent = secret.encode().decode("latin-1") if secret else secret
    assert _tell(app, sent, _event("hard_bounce", message_id)) == 401
    assert _state(app) == (0, False, False)


@pytest.mark.usefixtures("fault")
@pytest.mark.parametrize("kind", ["hard_bounce", "spam", "blocked", "invalid_email", "complaint"])
def test_a_bounce_stops_the_address_and_ends_its_links(app: Flask, message_id: str, kind: str) -> None:
    assert _tell(app, SECRET, _event(kind, message_id)) == 200
    assert _state(app) == (1, True, True)
    with app.app_context():
        links = db.session.scalars(sa.select(Link).where(Link.subject_email == EMAIL)).all()
        assert links and all(link.revoked_at is not None for link in links)
        # What was sent stays sent.
        statuses = set(db.session.scalars(sa.select(OutboxMessage.status)))
        assert OutboxStatus.SENT in statuses


@pytest.mark.usefixtures("fault")
def test_the_same_bounce_twice_is_one_fact(app: Flask, message_id: str) -> None:
    event = _event("hard_bounce", message_id)
    for _ in range(3):
        assert _tell(app, SECRET, event) == 200
    assert _state(app)[0] == 1


@pytest.mark.usefixtures("fault")
def test_a_bounce_of_an_unknown_message_counts_for_its_address(app: Flask, message_id: str) -> None:
    assert _tell(app, SECRET, _event("hard_bounce", "inconnu", email="personne@exemple.fr")) == 200
    facts, _, marked = _state(app)
    assert (facts, marked) == (1, False)


@pytest.mark.usefixtures("fault")
def test_a_late_bounce_older_than_a_release_stops_nothing_again(app: Flask, message_id: str) -> None:
    assert _tell(app, SECRET, _event("hard_bounce", message_id, at=-60)) == 200
    with app.app_context():
        row = db.session.scalars(sa.select(SuppressedAddress)).one()
        row.released_at = clock.now()
        db.session.commit()
    assert _tell(app, SECRET, _event("hard_bounce", message_id, at=-30)) == 200
    assert _state(app)[:2] == (2, False)


ORDERS = list(itertools.permutations(["delivered", "soft_bounce", "hard_bounce", "spam"]))


@pytest.mark.usefixtures("fault")
@pytest.mark.parametrize(
    "order", [*ORDERS[:2], *(pytest.param(order, marks=pytest.mark.assurance) for order in ORDERS[2:])]
)
def test_the_order_of_facts_changes_nothing(app: Flask, message_id: str, order: tuple[str, ...]) -> None:
    for number, kind in enumerate(order):
        assert _tell(app, SECRET, _event(kind, message_id, at=-number)) == 200
    assert _state(app) == (4, True, True)
