"""A message is in one worker's hands, for a time, and only the one who holds it closes it."""

import threading
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.database import database_now, db
from app.outbox import leases, queue
from app.outbox.delivery import Deliverer
from app.outbox.leases import Claimed
from app.outbox.models import OutboxMessage, OutboxStatus
from app.outbox.outcomes import Outcomes
from app.outbox.settling import Counts, Result
from app.outbox.upkeep import pause, resume
from tests.outbox.letters import Letter, Notice, Nudge, deliverer_for, settings_for
from tests.support.smtp_sink import SmtpSink

LEASE = timedelta(seconds=85)


def queued(mail: Letter, *, due: datetime | None = None) -> int:
    message = queue(mail, due=due or clock.now())
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


def claim_one(owner: str = "a") -> Claimed:
    [claimed] = leases.claim("mail", owner=owner, limit=1, lease=LEASE)
    return claimed


def begin_with(claimed: Claimed) -> None:
    db.session.rollback()
    assert leases.take_up(claimed)
    db.session.commit()


def let_lease_end(id_: int) -> None:
    db.session.rollback()
    past = database_now() - timedelta(seconds=1)
    db.session.execute(sa.update(OutboxMessage).where(OutboxMessage.id == id_).values(lease_until=past))
    db.session.commit()


def test_the_try_is_counted_at_the_claim_and_the_lease_follows_the_database(app: Flask) -> None:
    id_ = queued(Letter("bob@exemple.fr"))
    with clock.moved_by(timedelta(days=1)):
        claimed = claim_one()
    message = row(id_)
    assert (message.status, message.attempts, claimed.attempt) == (OutboxStatus.CLAIMED, 1, 1)
    assert message.lease_until is not None
    left = message.lease_until - database_now()
    assert timedelta(seconds=60) < left <= LEASE


def test_a_claimed_message_is_not_claimed_again_before_its_lease_ends(app: Flask) -> None:
    id_ = queued(Letter("bob@exemple.fr"))
    begin_with(claim_one("a"))
    assert leases.claim("mail", owner="b", limit=5, lease=LEASE) == []
    let_lease_end(id_)
    assert claim_one("b").attempt == 2
    assert row(id_).possible_duplicate and row(id_).worker_deaths == 1


def test_a_late_worker_touches_no_row(app: Flask) -> None:
    id_ = queued(Letter("bob@exemple.fr"))
    late = claim_one("a")
    begin_with(late)
    let_lease_end(id_)
    claim_one("b")
    outcomes = Outcomes("mail")
    assert outcomes.sent(late) is Result.LATE
    assert outcomes.retry(late, "trop tard") is Result.LATE
    leases.release([late])
    assert leases.hand(late) is False
    message = row(id_)
    assert (message.status, message.lease_owner, message.attempts) == (OutboxStatus.CLAIMED, "b", 2)


def test_the_third_death_of_a_worker_on_a_message_is_its_end(app: Flask) -> None:
    id_ = queued(Letter("bob@exemple.fr"))
    for _ in range(3):
        begin_with(claim_one())
        let_lease_end(id_)
    assert leases.claim("mail", owner="b", limit=5, lease=LEASE) == []
    message = row(id_)
    assert (message.status, message.worker_deaths) == (OutboxStatus.DEAD, 3)
    assert "processus" in str(message.last_error)


def test_a_death_counts_only_for_the_messages_begun_with(app: Flask) -> None:
    ids = [queued(Letter("bob@exemple.fr", number)) for number in range(3)]
    for _ in range(4):
        batch = leases.claim("mail", owner="a", limit=3, lease=LEASE)
        assert [claimed.attempt for claimed in batch] == [1, 1, 1]
        for id_ in ids:
            let_lease_end(id_)
    message = row(ids[0])
    assert (message.worker_deaths, message.possible_duplicate) == (0, False)


def test_a_notice_that_may_have_left_is_not_taken_again(app: Flask) -> None:
    id_ = queued(Notice("bob@exemple.fr"))
    claimed = claim_one()
    begin_with(claimed)
    assert leases.hand(claimed)
    let_lease_end(id_)
    assert leases.claim("mail", owner="b", limit=5, lease=LEASE) == []
    assert row(id_).status is OutboxStatus.UNCERTAIN


def test_a_notice_that_cannot_have_left_is_taken_again(app: Flask) -> None:
    id_ = queued(Notice("bob@exemple.fr"))
    begin_with(claim_one())
    let_lease_end(id_)
    assert claim_one("b").id == id_
    assert not row(id_).possible_duplicate


def test_a_released_message_has_lost_no_try(app: Flask) -> None:
    id_ = queued(Letter("bob@exemple.fr"))
    leases.release([claim_one()])
    message = row(id_)
    assert (message.status, message.attempts, message.first_tried_at) == (OutboxStatus.PENDING, 0, None)
    assert claim_one("b").attempt == 1


def test_a_message_waits_for_its_time(app: Flask) -> None:
    queued(Letter("bob@exemple.fr"), due=clock.now() + timedelta(hours=1))
    assert leases.claim("mail", owner="a", limit=5, lease=LEASE) == []
    with clock.moved_by(timedelta(hours=2)):
        assert len(leases.claim("mail", owner="a", limit=5, lease=LEASE)) == 1


def test_reminders_wait_for_the_morning_even_when_they_are_late(app: Flask) -> None:
    evening = clock.paris(clock.today().replace(year=2026, month=11, day=13), 21)
    queued(Nudge("bob@exemple.fr"), due=evening - timedelta(hours=8))
    urgent = queued(Letter("bob@exemple.fr"), due=evening - timedelta(hours=8))
    with clock.set_to(evening):
        assert [claimed.id for claimed in leases.claim("mail", owner="a", limit=5, lease=LEASE)] == [urgent]
    with clock.set_to(evening + timedelta(days=2, hours=11)):
        assert len(leases.claim("mail", owner="a", limit=5, lease=LEASE)) == 1


@pytest.mark.parametrize("template", [Letter.name, None])
def test_a_paused_kind_waits_and_no_try_is_counted(
    deliverer: Deliverer, sink: SmtpSink, template: str | None
) -> None:
    id_ = queued(Letter("bob@exemple.fr"))
    other = queued(Notice("bob@exemple.fr", 2))
    held = pause("modèle à corriger", template=template)
    db.session.commit()
    assert deliverer.drain() == Counts(sent=1 if template else 0)
    assert (row(id_).status, row(id_).attempts) == (OutboxStatus.PENDING, 0)
    resume(held)
    db.session.commit()
    assert deliverer.drain() == Counts(sent=1 if template else 2)
    assert row(other).status is OutboxStatus.SENT


def test_a_pause_ends_by_itself(deliverer: Deliverer, sink: SmtpSink) -> None:
    queued(Letter("bob@exemple.fr"))
    pause("une heure", until=clock.now() + timedelta(hours=1))
    db.session.commit()
    assert deliverer.drain() == Counts()
    with clock.moved_by(timedelta(hours=2)):
        assert deliverer.drain() == Counts(sent=1)


def test_two_workers_send_200_messages_once_each(app: Flask, sink: SmtpSink) -> None:
    for number in range(200):
        queue(Letter("bob@exemple.fr", number), due=clock.now())
    db.session.commit()
    results: list[Counts] = []

    def work() -> None:
        with app.app_context():
            deliverer = deliverer_for(app, settings_for(sink))
            results.append(deliverer.drain())
            deliverer.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts.sent for counts in results) == 200
    assert all(counts.late == 0 and counts.sent > 0 for counts in results)
    subjects = [mail.subject for mail in sink.mails]
    assert len(subjects) == len(set(subjects)) == 200


def test_no_transaction_is_held_while_the_relay_is_slow(app: Flask, sink: SmtpSink) -> None:
    queued(Letter("bob@exemple.fr"))
    sink.slow_down(content=1.0)

    def work() -> None:
        with app.app_context():
            deliverer = deliverer_for(app, settings_for(sink))
            deliverer.drain()
            deliverer.close()

    sender = threading.Thread(target=work)
    sender.start()
    started = clock.now()
    while not sink.connections:
        assert clock.now() - started < timedelta(seconds=10)
    started = clock.now()
    queued(Letter("eve@exemple.fr", 2))
    assert clock.now() - started < timedelta(seconds=0.8)
    sender.join()
