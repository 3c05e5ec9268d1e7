"""What relays tell comes twice, late, in two spellings, and out of order."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.database import db
from app.core.events import Event
from app.outbox.bounces import Outcome, release_address, suppressed, take_in
from app.outbox.events import AddressBounced
from app.outbox.models import DeliveryFact

AT = 1_795_000_000


def body(event: str, *, at: int | str = AT, email: str = "bob@exemple.fr", **others: Any) -> dict[str, Any]:
    return {"event": event, "email": email, "ts_event": at, "message-id": f"<{event}@x>", **others}


def told_by(event: str, **others: Any) -> Outcome:
    return take_in(body(event, **others), provider="brevo")


@pytest.mark.parametrize(
    ("spelling", "kept"),
    [
        ("hard_bounce", "hard_bounce"),
        ("hardBounce", "hard_bounce"),
        ("spam", "spam"),
        ("complaint", "spam"),
        ("blocked", "blocked"),
        ("invalid_email", "invalid"),
        ("invalidEmail", "invalid"),
        ("invalid", "invalid"),
    ],
)
def test_these_stop_the_address_at_once(app: Flask, told: list[Event], spelling: str, kept: str) -> None:
    assert told_by(spelling, email="Bob@Exemple.fr") is Outcome.RECORDED
    assert suppressed(["BOB@exemple.fr", "eve@exemple.fr"]) == {"bob@exemple.fr": kept}
    assert told == [AddressBounced("bob@exemple.fr", kept)]


@pytest.mark.parametrize("spelling", ["delivered", "soft_bounce", "softBounce", "deferred", "error"])
def test_these_are_facts_only(app: Flask, told: list[Event], spelling: str) -> None:
    assert told_by(spelling) is Outcome.RECORDED
    assert suppressed(["bob@exemple.fr"]) == {} and told == []


@pytest.mark.parametrize(
    "spelling", ["opened", "unique_opened", "click", "request", "unsubscribed", "proxyOpen"]
)
def test_the_others_are_not_kept(app: Flask, spelling: str) -> None:
    assert told_by(spelling) is Outcome.IGNORED
    assert db.session.scalar(sa.select(sa.func.count(DeliveryFact.id))) == 0


def test_an_event_told_twice_counts_once(app: Flask, told: list[Event]) -> None:
    assert told_by("hard_bounce") is Outcome.RECORDED
    assert told_by("hard_bounce") is Outcome.DUPLICATE
    assert len(told) == 1


def test_five_soft_bounces_stop_the_address_once(app: Flask, told: list[Event]) -> None:
    for number in range(5):
        assert told_by("soft_bounce", at=AT + number) is Outcome.RECORDED
        assert told_by("softBounce", at=AT + number, **{"message-id": "<soft_bounce@x>"}) is Outcome.DUPLICATE
    assert suppressed(["bob@exemple.fr"]) == {"bob@exemple.fr": "soft_bounce"}
    told_by("soft_bounce", at=AT + 9)
    assert len(told) == 1


def test_a_delivery_forgives_the_soft_bounces_before_it_only(app: Flask) -> None:
    for number in range(4):
        told_by("soft_bounce", at=AT + number)
    told_by("delivered", at=AT + 3)
    told_by("soft_bounce", at=AT + 10)
    assert suppressed(["bob@exemple.fr"]) == {}
    for number in range(4):
        told_by("soft_bounce", at=AT + 20 + number)
    assert suppressed(["bob@exemple.fr"]) == {"bob@exemple.fr": "soft_bounce"}


def test_a_late_delivery_does_not_undo_a_bounce(app: Flask) -> None:
    told_by("hard_bounce", at=AT)
    told_by("delivered", at=AT - 60)
    told_by("delivered", at=AT + 60)
    assert suppressed(["bob@exemple.fr"]) == {"bob@exemple.fr": "hard_bounce"}


def test_a_released_address_is_stopped_again_by_newer_facts_only(app: Flask, told: list[Event]) -> None:
    told_by("hard_bounce", at=AT)
    with clock.set_to(clock.paris(clock.day_of(clock.now()), 0) + timedelta(days=3650)):
        assert release_address("Bob@exemple.fr") and not release_address("bob@exemple.fr")
        released = int(clock.now().timestamp())
    told_by("hard_bounce", at=AT + 60)
    assert suppressed(["bob@exemple.fr"]) == {}
    told_by("spam", at=released + 60)
    assert suppressed(["bob@exemple.fr"]) == {"bob@exemple.fr": "spam"}
    assert [event.reason for event in told if isinstance(event, AddressBounced)] == ["hard_bounce", "spam"]


@pytest.mark.parametrize("at", [AT * 1000, str(AT), float(AT)])
def test_times_are_seconds_or_milliseconds(app: Flask, at: Any) -> None:
    assert told_by("delivered", at=at) is Outcome.RECORDED
    fact = db.session.scalar(sa.select(DeliveryFact))
    assert fact is not None and int(fact.ts_event.timestamp()) == AT


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"event": "hard_bounce"},
        body("hard_bounce", email=""),
        body("hard_bounce", email="bob"),
        body("hard_bounce", email="b\x00ob@exemple.fr"),
        body("hard_bounce", email="b" * 400 + "@exemple.fr"),
        body("hard_bounce", at=""),
        body("hard_bounce", at="hier"),
        body("hard_bounce", at="nan"),
        body("hard_bounce", at="inf"),
        {**body("hard_bounce"), "ts_event": True},
        {**body("hard_bounce"), "ts_event": [1]},
        {**body("hard_bounce"), "ts_event": -(10**30)},
        {**body("hard_bounce"), "event": ["hard_bounce"]},
        {**body("hard_bounce"), "email": {"a": "@"}},
    ],
)
def test_garbage_is_said_to_be_garbage(app: Flask, payload: dict[str, Any]) -> None:
    assert take_in(payload, provider="brevo") is Outcome.MALFORMED


def test_odd_identifiers_and_reasons_are_tidied(app: Flask) -> None:
    payload = body("delivered", reason="mot\x00 " + "x" * 900)
    payload["message-id"] = ["liste"]
    assert take_in(payload, provider="brevo") is Outcome.RECORDED
    assert take_in(payload, provider="brevo") is Outcome.DUPLICATE
    fact = db.session.scalar(sa.select(DeliveryFact))
    assert fact is not None and "@" not in fact.message_id and len(str(fact.reason)) == 300
