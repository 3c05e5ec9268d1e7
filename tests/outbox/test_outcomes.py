"""Each class of answer of a relay has its outcome."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.database import db
from app.core.events import Event
from app.outbox import queue
from app.outbox.delivery import Deliverer
from app.outbox.events import AddressBounced, MailStopped
from app.outbox.models import Circuit, DeliveryFact, OutboxMessage, OutboxStatus, SuppressedAddress
from app.outbox.outcomes import MAIL_PATIENCE
from app.outbox.settling import Counts
from tests.outbox.letters import Letter, Notice, deliverer_for, settings_for
from tests.support.smtp_sink import SmtpSink, Stage


def queued(mail: Letter) -> int:
    message = queue(mail, due=clock.now())
    assert message is not None
    id_ = message.id
    db.session.commit()
    return id_


def row(id_: int) -> OutboxMessage:
    db.session.rollback()
    db.session.expire_all()
    found = db.session.get(OutboxMessage, id_)
    assert found is not None
    return found


def test_an_accepted_message_is_sent(deliverer: Deliverer, sink: SmtpSink) -> None:
    id_ = queued(Letter("bob@exemple.fr", 7))
    assert deliverer.drain() == Counts(sent=1)
    message = row(id_)
    assert (message.status, message.attempts, message.lease_owner) == (OutboxStatus.SENT, 1, None)
    assert message.sent_at is not None and not message.possible_duplicate
    [mail] = sink.mails
    assert mail.recipients == ("bob@exemple.fr",)
    assert mail.subject == "En ligne : votre offre n° 7"
    assert ".un point en tête de ligne" in mail.part("plain")
    assert re.search(r"https://depot\.example/l/\S{40,}", mail.part("html"))
    assert str(mail.message["Message-ID"]).startswith(f"<{message.message_id}@")


def test_one_connection_serves_a_whole_batch(deliverer: Deliverer, sink: SmtpSink) -> None:
    for number in range(25):
        queued(Letter("bob@exemple.fr", number))
    assert deliverer.drain() == Counts(sent=25)
    assert (len(sink.mails), sink.connections) == (25, 1)


@pytest.mark.parametrize(
    ("code", "text", "suppressed"),
    [
        (550, "5.1.1 inconnu", True),
        (553, "adresse impossible", True),
        (550, "5.7.1 relais refusé", False),
        (552, "5.2.2 boîte pleine", False),
    ],
)
def test_a_refused_recipient_is_dead_and_suppressed_when_it_does_not_exist(
    deliverer: Deliverer, sink: SmtpSink, told: list[Event], code: int, text: str, suppressed: bool
) -> None:
    sink.refuse(Stage.RECIPIENT, code, f"{text} bob@exemple.fr", only="bob@exemple.fr")
    dead, well = queued(Letter("bob@exemple.fr", 1)), queued(Letter("eve@exemple.fr", 2))
    assert deliverer.drain() == Counts(sent=1, dead=1)
    assert row(dead).status is OutboxStatus.DEAD
    assert str(code) in str(row(dead).last_error) and "bob@" not in str(row(dead).last_error)
    assert row(well).status is OutboxStatus.SENT
    assert bool(db.session.scalar(sa.select(SuppressedAddress))) is suppressed
    assert told == ([AddressBounced("bob@exemple.fr", "hard_bounce")] if suppressed else [])
    fact = db.session.scalar(sa.select(DeliveryFact))
    assert (fact is not None and fact.event == "hard_bounce") is suppressed


def test_nothing_is_sent_to_a_suppressed_address(
    deliverer: Deliverer, sink: SmtpSink, told: list[Event]
) -> None:
    sink.refuse(Stage.RECIPIENT, 550, "5.1.1 inconnu", times=1)
    queued(Letter("Bob@exemple.fr", 1))
    deliverer.drain()
    second = queued(Letter("bob@Exemple.fr", 2))
    assert deliverer.drain() == Counts(refused=1)
    assert "hard_bounce" in str(row(second).last_error)
    assert sink.mails == []


def test_a_refused_content_is_dead_and_the_address_is_kept(deliverer: Deliverer, sink: SmtpSink) -> None:
    sink.refuse(Stage.CONTENT, 554, "5.6.0 contenu")
    id_ = queued(Letter("bob@exemple.fr"))
    assert deliverer.drain() == Counts(dead=1)
    assert row(id_).status is OutboxStatus.DEAD
    assert db.session.scalar(sa.select(SuppressedAddress)) is None


@pytest.mark.parametrize("stage", list(Stage))
def test_a_temporary_refusal_is_tried_again(deliverer: Deliverer, sink: SmtpSink, stage: Stage) -> None:
    sink.refuse(stage, 451, "plus tard", times=1)
    id_ = queued(Letter("bob@exemple.fr"))
    assert deliverer.drain().retried == 1
    message = row(id_)
    assert message.status is OutboxStatus.RETRY
    assert clock.now() < message.due_at <= clock.now() + timedelta(seconds=31)
    with clock.set_to(message.due_at):
        assert deliverer.drain() == Counts(sent=1)
    assert row(id_).attempts == 2 and not row(id_).possible_duplicate


def test_retries_end_after_72_hours(deliverer: Deliverer, sink: SmtpSink) -> None:
    sink.refuse(Stage.RECIPIENT, 451, "plus tard")
    id_ = queued(Letter("bob@exemple.fr"))
    start, tries = clock.now(), 0
    while row(id_).status in {OutboxStatus.PENDING, OutboxStatus.RETRY}:
        due = row(id_).due_at
        with clock.set_to(max(due, start)):
            deliverer.drain(limit=1)
        tries += 1
    message = row(id_)
    assert message.status is OutboxStatus.DEAD
    assert message.last_error_at is not None
    assert timedelta(hours=72) <= message.last_error_at - start < timedelta(hours=73)
    assert 100 < tries < 500


def test_retry_delays_grow_to_thirty_minutes_with_full_jitter() -> None:
    first = [MAIL_PATIENCE.delay(1).total_seconds() for _ in range(200)]
    later = [MAIL_PATIENCE.delay(40).total_seconds() for _ in range(200)]
    assert min(first) >= 1 and max(first) <= 30 and len(set(first)) > 150
    assert max(later) <= 1800 and max(later) > 1200 and min(later) < 600


def test_a_connection_cut_after_the_content_is_sent_again_with_the_same_identifier(
    deliverer: Deliverer, sink: SmtpSink
) -> None:
    sink.cut_after_content(times=1)
    id_ = queued(Letter("bob@exemple.fr"))
    assert deliverer.drain().retried == 1
    assert row(id_).possible_duplicate
    with clock.set_to(row(id_).due_at):
        assert deliverer.drain() == Counts(sent=1)
    first, second = sink.mails
    assert first.message["Message-ID"] == second.message["Message-ID"]


def test_a_dated_notice_is_never_sent_twice(deliverer: Deliverer, sink: SmtpSink) -> None:
    sink.cut_after_content(times=1)
    id_ = queued(Notice("bob@exemple.fr"))
    assert deliverer.drain() == Counts(uncertain=1)
    assert row(id_).status is OutboxStatus.UNCERTAIN
    with clock.moved_by(timedelta(days=3)):
        assert deliverer.drain() == Counts()
    assert len(sink.mails) == 1


def test_refused_credentials_stop_all_mail_without_counting_and_are_told_once(
    app: Flask, told: list[Event]
) -> None:
    with SmtpSink(user="relais", password="bon") as sink:
        wrong = deliverer_for(app, settings_for(sink, smtp_user="relais", smtp_password="faux"))
        ids = [queued(Letter("bob@exemple.fr", number)) for number in range(3)]
        assert wrong.drain() == Counts(released=3)
        assert wrong.drain() == Counts()
        db.session.execute(sa.update(Circuit).values(open_until=clock.now() - timedelta(seconds=1)))
        db.session.commit()
        assert wrong.drain() == Counts(released=1)
        wrong.close()
        assert [type(event) for event in told] == [MailStopped]
        assert {(row(id_).status, row(id_).attempts) for id_ in ids} == {(OutboxStatus.PENDING, 0)}
        right = deliverer_for(app, settings_for(sink, smtp_user="relais", smtp_password="bon"))
        assert right.drain() == Counts()
        db.session.execute(sa.update(Circuit).values(open_until=clock.now() - timedelta(seconds=1)))
        db.session.commit()
        assert right.drain() == Counts(sent=3)
        right.close()
        assert db.session.scalar(sa.select(Circuit)) is None


def test_a_relay_that_wants_credentials_stops_all_mail(app: Flask, told: list[Event]) -> None:
    with SmtpSink(user="relais", password="bon") as sink:
        anonymous = deliverer_for(app, settings_for(sink))
        queued(Letter("bob@exemple.fr"))
        assert anonymous.drain() == Counts(released=1)
        anonymous.close()
    assert [type(event) for event in told] == [MailStopped]


def test_a_message_without_object_is_cancelled(deliverer: Deliverer, sink: SmtpSink) -> None:
    id_ = queued(Letter("bob@exemple.fr", 404))
    assert deliverer.drain() == Counts(cancelled=1)
    assert row(id_).status is OutboxStatus.CANCELLED and sink.mails == []


def test_a_message_that_cannot_be_written_is_dead_in_sight_and_the_others_leave(
    deliverer: Deliverer, sink: SmtpSink
) -> None:
    broken = [queued(Letter("bob@exemple.fr", 500)), queued(Letter("é@exemple.fr", 1))]
    well = queued(Letter("bob@exemple.fr", 2))
    assert deliverer.drain() == Counts(sent=1, dead=2)
    assert {row(id_).status for id_ in broken} == {OutboxStatus.DEAD}
    assert "ArithmeticError" in str(row(broken[0]).last_error)
    assert row(well).status is OutboxStatus.SENT


def test_an_idle_connection_closed_by_the_relay_is_opened_again_without_a_try(
    deliverer: Deliverer, sink: SmtpSink
) -> None:
    queued(Letter("bob@exemple.fr", 1))
    deliverer.drain()
    sink.refuse(Stage.SENDER, 421, "trop longtemps", times=1)
    id_ = queued(Letter("bob@exemple.fr", 2))
    assert deliverer.drain() == Counts(sent=1)
    assert row(id_).attempts == 1 and sink.connections == 2
