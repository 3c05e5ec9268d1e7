"""What a relay posts: forged, unreadable, doubled, late, unknown; both spellings of events."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from pydantic import SecretStr

from app.core.database import db
from app.domain.employers.models import Contact
from app.outbox.models import DeliveryFact, OutboxMessage, SuppressedAddress
from tests.factories.offers import make_contact
from tests.support.client import CheckedClient

pytestmark = pytest.mark.usefixtures("db_session")
SECRET = "un-secret-de-rappel-long-de-40-caracteres"
URL = "/rappels/courriel/brevo"
EVENT = {
    "event": "hard_bounce",
    "email": "rh@fournil.example",
    "message-id": "<abc@portail.example>",
    "ts_event": 1_800_000_000,
    "reason": "550 5.1.1 unknown",
}


@pytest.fixture(autouse=True)
def secret(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = app.extensions["settings"].model_copy(update={"mail_webhook_secret": SecretStr(SECRET)})
    monkeypatch.setitem(app.extensions, "settings", settings)


def post(client: CheckedClient, body: Any, *, secret: str | None = SECRET) -> int:
    headers = {} if secret is None else {"X-Webhook-Secret": secret}
    data = body if isinstance(body, bytes | str) else json.dumps(body)
    return client.post(URL, data=data, headers=headers, content_type="application/json").status_code


def facts() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(DeliveryFact)) or 0


@pytest.mark.parametrize("given", [None, "", "faux", SECRET + "x", SECRET[:-1], "é" * 40])
def test_a_forged_post_is_refused(client: CheckedClient, given: str | None) -> None:
    assert post(client, EVENT, secret=given) == 401
    assert facts() == 0


def test_without_a_secret_in_the_settings_there_is_no_such_page(
    client: CheckedClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = app.extensions["settings"].model_copy(update={"mail_webhook_secret": SecretStr("")})
    monkeypatch.setitem(app.extensions, "settings", settings)
    assert post(client, EVENT, secret="") == 404
    assert post(client, EVENT) == 404


def test_a_bounce_stops_the_address_and_tells_the_agents(client: CheckedClient) -> None:
    contact = make_contact(email="rh@fournil.example")
    db.session.commit()
    assert post(client, EVENT) == 200
    assert facts() == 1
    assert db.session.scalars(sa.select(SuppressedAddress)).one().reason == "hard_bounce"
    assert db.session.get_one(Contact, contact.id).bounced_at is not None


def test_an_event_posted_twice_counts_once(client: CheckedClient) -> None:
    assert [post(client, EVENT), post(client, EVENT)] == [200, 200]
    assert facts() == 1


def test_both_spellings_are_one_event(client: CheckedClient) -> None:
    assert post(client, EVENT) == 200
    assert post(client, {**EVENT, "event": "hardBounce"}) == 200
    assert facts() == 1


def test_a_late_delivery_undoes_no_bounce(client: CheckedClient) -> None:
    post(client, EVENT)
    assert post(client, {**EVENT, "event": "delivered", "ts_event": 1_799_999_000}) == 200
    assert db.session.scalars(sa.select(SuppressedAddress)).one().released_at is None


def test_what_we_dont_need_is_taken_without_a_word(client: CheckedClient) -> None:
    for name in ("opened", "uniqueOpened", "click", "request", "événement inconnu"):
        assert post(client, {**EVENT, "event": name}) == 200
    assert facts() == 0


def test_an_unknown_message_of_an_unknown_address_is_kept_as_a_fact(client: CheckedClient) -> None:
    assert post(client, {**EVENT, "email": "personne@example.org", "message-id": "<jamais-envoye>"}) == 200
    assert facts() == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage)) == 0


UNREADABLE: list[Any] = [
    b"",
    b"{",
    b"\xff\xfe",
    "[" * 30_000,
    '"texte"',
    "12",
    "null",
    "[1, 2]",
    [EVENT] * 201,
]


@pytest.mark.parametrize("body", UNREADABLE, ids=[str(number) for number in range(len(UNREADABLE))])
def test_an_unreadable_body_is_refused(client: CheckedClient, body: Any) -> None:
    assert post(client, body) == 400
    assert facts() == 0


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"event": "hard_bounce"},
        {**EVENT, "email": "sans arobase"},
        {**EVENT, "email": 12},
        {**EVENT, "email": "a@b\u0000.example"},
        {**EVENT, "ts_event": None},
        {**EVENT, "ts_event": "demain"},
        {**EVENT, "ts_event": 1e309},
        {**EVENT, "event": ["hard_bounce"]},
    ],
)
def test_an_incomplete_event_is_refused(client: CheckedClient, event: dict[str, Any]) -> None:
    assert post(client, event) == 422
    assert facts() == 0


def test_what_is_good_in_a_list_is_kept(client: CheckedClient) -> None:
    assert post(client, [EVENT, {"event": "spam"}]) == 422
    assert facts() == 1
    assert post(client, [EVENT, {**EVENT, "event": "delivered"}]) == 200
    assert post(client, []) == 422


def test_a_body_too_large_is_refused(client: CheckedClient) -> None:
    assert post(client, {**EVENT, "reason": "x" * 70_000}) == 413


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_other_methods_are_refused(client: CheckedClient, method: str) -> None:
    assert getattr(client, method)(URL, headers={"X-Webhook-Secret": SECRET}).status_code == 405


def test_a_provider_has_a_plain_name(client: CheckedClient) -> None:
    headers = {"X-Webhook-Secret": SECRET}
    assert client.post("/rappels/courriel/Br%3Cevo", json=EVENT, headers=headers).status_code == 404


def test_guessing_the_secret_is_slowed_down(client: CheckedClient) -> None:
    answers = {post(client, EVENT, secret=f"essai-{number}") for number in range(70)}
    assert answers == {401, 429}
