"""A relay that is down delays; it costs no message a try beyond the first few."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.database import database_now, db
from app.core.errors import Refused
from app.core.lifecycle import IllegalMove
from app.outbox import circuit, queue
from app.outbox.circuit import Gate
from app.outbox.delivery import Deliverer
from app.outbox.models import Circuit, OutboxMessage, OutboxStatus
from app.outbox.settling import Counts
from app.outbox.upkeep import drop, forget_recipients, pause, send_again, state
from tests.outbox.letters import Letter, deliverer_for, settings_for
from tests.support.smtp_sink import SmtpSink, Stage


def queue_letters(count: int) -> None:
    for number in range(count):
        queue(Letter("bob@exemple.fr", number), due=clock.now())
    db.session.commit()


def let_probe() -> None:
    db.session.rollback()
    past = database_now() - timedelta(seconds=1)
    db.session.execute(sa.update(Circuit).values(open_until=past))
    db.session.commit()


def test_five_failures_in_a_row_open_the_circuit_and_a_probe_closes_it(app: Flask, sink: SmtpSink) -> None:
    queue_letters(30)
    sink.refuse(Stage.SENDER, 421, "en panne", times=6)
    deliverer = deliverer_for(app, settings_for(sink))
    assert deliverer.drain() == Counts(retried=5, released=15)
    assert deliverer.drain() == Counts()
    trouble = circuit.trouble("mail")
    assert trouble is not None and "en panne" in trouble[0]
    tries = db.session.scalars(sa.select(OutboxMessage.attempts)).all()
    assert sorted(tries) == [0] * 25 + [1] * 5
    let_probe()
    assert deliverer.drain() == Counts(retried=1)
    assert deliverer.drain() == Counts()
    let_probe()
    with clock.moved_by(timedelta(minutes=1)):
        assert deliverer.drain() == Counts(sent=30)
    deliverer.close()
    assert db.session.scalar(sa.select(Circuit)) is None


def test_a_relay_that_is_not_there_opens_the_circuit(app: Flask) -> None:
    with SmtpSink() as gone:
        settings = settings_for(gone)
    queue_letters(10)
    deliverer = deliverer_for(app, settings)
    assert deliverer.drain() == Counts(retried=5, released=5)
    assert state().stopped_because is not None


def test_one_worker_probes_while_the_others_wait(app: Flask) -> None:
    for _ in range(5):
        circuit.failed("mail", "panne")
    db.session.commit()
    assert circuit.gate("mail") is Gate.OPEN
    let_probe()
    assert [circuit.gate("mail") for _ in range(3)] == [Gate.PROBE, Gate.OPEN, Gate.OPEN]


def test_a_probe_without_message_is_given_back(deliverer: Deliverer, sink: SmtpSink) -> None:
    for _ in range(5):
        circuit.failed("mail", "panne")
    db.session.commit()
    let_probe()
    assert deliverer.drain() == Counts()
    queue_letters(3)
    assert deliverer.drain() == Counts(sent=3)


def test_a_refused_message_does_not_count_against_the_relay(deliverer: Deliverer, sink: SmtpSink) -> None:
    sink.refuse(Stage.RECIPIENT, 451, "liste grise", times=8)
    queue_letters(10)
    counts = deliverer.drain()
    assert (counts.retried, counts.sent, counts.released) == (8, 2, 0)
    assert db.session.scalar(sa.select(Circuit)) is None


def test_the_state_says_what_waits_and_what_needs_a_person(deliverer: Deliverer, sink: SmtpSink) -> None:
    assert state().oldest_due_seconds == 0
    queue_letters(2)
    queue(Letter("bob@exemple.fr", 500), due=clock.now())
    db.session.commit()
    with clock.moved_by(timedelta(minutes=11)):
        assert state().waiting == 3 and 600 < state().oldest_due_seconds < 700
    deliverer.drain()
    assert (state().waiting, state().dead, state().uncertain) == (0, 1, 0)
    assert state().stopped_because is None


def test_a_dead_message_is_sent_again_or_dropped_by_a_person(deliverer: Deliverer, sink: SmtpSink) -> None:
    sink.refuse(Stage.CONTENT, 554, "contenu", times=2)
    queue_letters(2)
    assert deliverer.drain() == Counts(dead=2)
    first, second = db.session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id))
    send_again(first)
    with pytest.raises(Refused):
        drop(second, " ")
    drop(second, "adresse d’essai")
    db.session.commit()
    with pytest.raises(IllegalMove):
        send_again(second)
    assert deliverer.drain() == Counts(sent=1)
    db.session.expire_all()
    assert (first.status, second.status) == (OutboxStatus.SENT, OutboxStatus.CANCELLED)
    with pytest.raises(IllegalMove):
        drop(first, "trop tard")


def test_a_pause_has_a_reason(app: Flask) -> None:
    with pytest.raises(Refused):
        pause("  ")


def test_addresses_are_forgotten_after_their_time(deliverer: Deliverer, sink: SmtpSink) -> None:
    queue_letters(2)
    deliverer.drain(limit=1)
    assert forget_recipients(clock.now() - timedelta(days=1)) == 0
    assert forget_recipients(clock.now() + timedelta(days=1)) == 1
    db.session.commit()
    kept = db.session.scalars(sa.select(OutboxMessage.recipient).order_by(OutboxMessage.id)).all()
    assert sorted(kept) == ["", "bob@exemple.fr"]
