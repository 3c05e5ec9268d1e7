"""The engine, whatever the partner does: once, in order, each platform for itself."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import clock, events
from app.core.database import database_now, db
from app.core.errors import Refused
from app.domain.diffusion import desk, orders, registry
from app.domain.diffusion.engine import Pusher
from app.domain.diffusion.events import PlatformStopped
from app.domain.diffusion.lifecycle import DiffusionStatus, SubmissionStatus
from app.domain.diffusion.models import Attempt, Diffusion
from app.domain.diffusion.orders import ask, sync_offer, take_back
from app.domain.diffusion.reconciliation import forgotten_diffusions, offers_never_asked
from app.domain.diffusion.registry import PLATFORMS, turn
from app.outbox import circuit
from app.outbox.allowance import Rate, take
from app.outbox.models import Allowance, OutboxMessage, OutboxStatus
from app.outbox.settling import Counts
from app.outbox.upkeep import pause
from tests.domain.diffusion.conftest import board_of
from tests.factories.offers import AGENT, make_offer
from tests.support.diffusion import Scene, command, writes_to
from tests.support.standins import Partner

S, LBA = DiffusionStatus, "api_apprentissage"


@pytest.fixture
def once_only(play: Scene, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """The same platform, declared as one where a sending is never repeated."""
    declared = replace(PLATFORMS[LBA], repeatable=False)
    monkeypatch.setattr(registry, "PLATFORMS", {**PLATFORMS, LBA: declared})
    for module in ("orders", "desk"):
        monkeypatch.setattr(f"app.domain.diffusion.{module}.PLATFORMS", registry.PLATFORMS)
    play.platform = declared
    play.pusher = Pusher(declared, play.pusher.board)
    yield play


def online() -> int:
    offer_id = make_offer().id
    db.session.commit()
    return offer_id


def test_an_answer_that_never_came_is_asked_again_where_that_is_harmless(play: Scene, lba: Partner) -> None:
    offer_id = online()
    lba.fails("slow", path="/api/job", seconds=3, times=1)
    assert play.push() == Counts(retried=1)
    assert play.diffusion(offer_id).status is S.UNCERTAIN
    assert play.push_later(2) == Counts(sent=1)
    assert len(command(lba, publier=True)["offres"]) == 1
    play.push_later()
    assert play.diffusion(offer_id).status is S.PUBLISHED


def test_elsewhere_it_is_never_sent_again_and_reads_instead(once_only: Scene, lba: Partner) -> None:
    offer_id = online()
    lba.fails("slow", path="/api/job", seconds=3, times=1)
    assert once_only.push() == Counts(uncertain=1)
    for minutes in (2, 10, 30, 600):
        once_only.push_later(minutes)
    found = once_only.diffusion(offer_id)
    assert (found.status, found.submissions[-1].status) == (S.UNCERTAIN, SubmissionStatus.IN_DOUBT)
    assert writes_to(lba) == ["POST /api/job/v1/offer"]
    # A newer wish waits for the doubt to be settled.
    take_back(found, by=AGENT)
    db.session.commit()
    once_only.push_later(20)
    assert writes_to(lba) == ["POST /api/job/v1/offer"]


def test_a_worker_that_dies_after_the_call_makes_no_second_copy(once_only: Scene, lba: Partner) -> None:
    online()

    class Killed(BaseException):
        """As a SIGKILL: nothing of ours runs after it."""

    class Dying:
        def __getattr__(self, name: str) -> object:
            return getattr(once_only.pusher.board, name)

        def perform(self, order: object) -> object:
            once_only.pusher.board.perform(order)  # type: ignore[arg-type]
            raise Killed

    with pytest.raises(Killed):
        Pusher(once_only.platform, Dying()).drain(limit=1)  # type: ignore[arg-type]
    once_only.end_leases()
    for minutes in (1, 5, 30):
        once_only.push_later(minutes)
    assert writes_to(lba) == ["POST /api/job/v1/offer"]


def test_a_refused_key_stops_its_platform_alone_and_is_told_once(
    play: Scene, lba: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[PlatformStopped] = []
    former = events._reactions.get(PlatformStopped, ())
    monkeypatch.setitem(events._reactions, PlatformStopped, (*former, heard.append))
    ids = [online(), online()]
    stranger = Pusher(play.platform, board_of(lba, token="jeton-perime"))
    assert stranger.drain(limit=10) == Counts(released=2)
    assert stranger.drain(limit=10) == Counts()
    assert [one.platform for one in heard] == [LBA]
    assert {play.diffusion(one).status for one in ids} == {S.QUEUED}
    assert circuit.trouble("mail") is None
    db.session.execute(sa.delete(circuit.Circuit))
    db.session.commit()
    assert play.push() == Counts(sent=2)


def test_a_stop_is_told_once_though_a_probe_meets_another_trouble(
    play: Scene, lba: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[PlatformStopped] = []
    monkeypatch.setitem(events._reactions, PlatformStopped, (heard.append,))
    online()
    stranger = Pusher(play.platform, board_of(lba, token="jeton-perime"))
    for trouble in (None, "503", None):
        lba.fails(trouble, path="/api/job", times=1) if trouble else None
        stranger.drain(limit=1)
        assert circuit.trouble(play.platform.kind) is not None
        db.session.execute(sa.update(circuit.Circuit).values(open_until=database_now()))
        past = clock.now() - timedelta(minutes=1)
        db.session.execute(sa.update(OutboxMessage).values(due_at=past))
        db.session.commit()
    assert len(heard) == 1
    row = db.session.get_one(circuit.Circuit, play.platform.kind)
    assert (row.cause, row.failures, (row.detail or "")[:3]) == (circuit.CAUSE_CREDENTIAL, 1, "401")


def test_a_platform_in_trouble_is_left_alone_and_nothing_is_counted(play: Scene, lba: Partner) -> None:
    ids = [online() for _ in range(5)]
    lba.fails("503", path="/api/job")
    counts = play.push()
    assert (counts.retried, counts.released) == (5, 0)
    assert play.push() == Counts()
    assert len(writes_to(lba)) == 5
    lba.reset()
    db.session.execute(sa.update(circuit.Circuit).values(open_until=clock.now() - timedelta(minutes=1)))
    db.session.commit()
    play.push_later(5)
    assert {play.diffusion(one).status for one in ids} == {S.SENDING}
    assert len(command(lba)["offres"]) == 5


def test_the_partner_s_limit_is_kept_by_all_the_workers_together(play: Scene, lba: Partner) -> None:
    for _ in range(12):
        online()
    workers = [Pusher(play.platform, play.pusher.board) for _ in range(2)]
    rate = PLATFORMS[LBA].writes
    assert rate is not None
    begun = database_now()
    sent = sum(worker.drain(limit=50).sent for worker in workers)
    came_back = (database_now() - begun) // rate.interval
    assert rate.burst <= sent <= rate.burst + came_back
    # The partner has had these alone, and taken them all: it refuses what is over its own limit.
    assert len(writes_to(lba)) == len(command(lba)["offres"]) == sent
    # The others wait for the bucket, without a try counted.
    waiting = [row for row in play.waiting() if row.template == "publish"]
    assert [(row.status, row.attempts) for row in waiting] == [(OutboxStatus.PENDING, 0)] * (12 - sent)


def test_a_platform_that_asks_to_wait_is_left_alone_by_all_its_orders(play: Scene, lba: Partner) -> None:
    ids = [online() for _ in range(3)]
    lba.fails("429", path="/api/job", times=1, retry_after=120)
    asked = clock.now()
    play.push()
    Pusher(play.platform, play.pusher.board).drain(limit=10)
    assert len(writes_to(lba)) == 1
    assert all(row.due_at - asked > timedelta(seconds=119) for row in play.waiting())
    assert sum(row.attempts for row in play.waiting()) == 1
    # Its readings have a limit of their own.
    assert take(f"{LBA}:reads:", Rate(limit=120, burst=40)) is None
    db.session.execute(sa.update(Allowance).values(full_at=database_now()))
    db.session.commit()
    play.push_later(3)
    assert {play.diffusion(one).status for one in ids} == {S.SENDING}


def test_a_bucket_never_gives_more_than_the_limit(play: Scene) -> None:
    rate = Rate(limit=6, seconds=60, burst=2)
    given = [take("essai", rate) for _ in range(5)]
    assert given[:2] == [None, None]
    assert all(moment is not None for moment in given[2:])
    with pytest.raises(ValueError, match="burst"):
        Rate(limit=5, burst=5)


def test_a_paused_platform_waits_without_a_try(play: Scene, lba: Partner) -> None:
    online()
    pause("Maintenance chez le partenaire", kind=play.platform.kind)
    db.session.commit()
    assert play.push() == Counts()
    assert writes_to(lba) == []


def test_a_closed_platform_gets_nothing_new_but_lets_go_of_what_it_has(play: Scene, lba: Partner) -> None:
    offer_id = online()
    play.push()
    command(lba, publier=True)
    play.push_later()
    turn(LBA, on=False)
    db.session.commit()
    online()
    assert len(play.waiting()) == 1
    found = play.diffusion(offer_id)
    take_back(found, by=AGENT)
    db.session.commit()
    play.push()
    assert [call.split()[0] for call in writes_to(lba)] == ["POST", "PUT"]


def test_two_workers_never_hold_the_same_offer(play: Scene, lba: Partner, app: Flask) -> None:
    for _ in range(6):
        online()
    lba.fails("slow", path="/api/job", seconds=0.3)

    # Nothing here may be taken for an answer that never came.
    patient = board_of(lba, timeout=20)

    def work() -> None:
        with app.app_context():
            Pusher(play.platform, patient).drain(limit=20)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held = command(lba)["offres"]
    assert len(held) == len({one["reference"] for one in held}) == 6
    assert len(writes_to(lba)) == 6


def test_the_night_finds_what_was_forgotten(play: Scene, lba: Partner) -> None:
    offer_id = online()
    play.push()
    db.session.execute(sa.delete(OutboxMessage).where(OutboxMessage.lane.is_not(None)))
    db.session.execute(sa.delete(Diffusion).where(Diffusion.offer_id == make_offer().id))
    db.session.commit()
    assert [[one.offer_id for one in batch] for batch in forgotten_diffusions()] == [[offer_id]]
    assert sum(len(batch) for batch in offers_never_asked()) == 1


def test_two_processes_that_find_the_same_offer_missing_ask_for_it_once(
    play: Scene, lba: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_id = online()
    offer = play.diffusion(offer_id).offer
    # What the other has written isn't seen when this one looks, and is when it writes.
    real, looks = orders.diffusions_of, count()
    monkeypatch.setattr(orders, "diffusions_of", lambda one: real(one) if next(looks) else [])
    sync_offer(offer)
    db.session.commit()
    assert play.push() == Counts(sent=1)
    assert len(writes_to(lba)) == 1


def test_each_attempt_is_kept_without_the_key(play: Scene, lba: Partner) -> None:
    online()
    play.push()
    [attempt] = db.session.scalars(sa.select(Attempt))
    assert (attempt.act, attempt.verdict, attempt.http_status, attempt.host) == (
        "publish",
        "accepted",
        200,
        "127.0.0.1",
    )
    assert "partner_job_id" in attempt.request
    assert "jeton-du-simulateur" not in attempt.request + attempt.answer


def test_asking_again_sends_again_what_was_refused(play: Scene, lba: Partner) -> None:
    offer = make_offer()
    db.session.commit()
    command(lba, refus={str(offer.establishment.siret): "DUPLICATE"})
    play.push()
    command(lba, publier=True)
    play.push_later(3)
    found = play.diffusion(offer.id)
    assert (found.status, found.reason_code) == (S.REFUSED, "DUPLICATE")
    assert sync_offer(found.offer) == []
    command(lba, refus={str(found.offer.establishment.siret): None})
    ask(found.offer, LBA, by=AGENT)
    db.session.commit()
    assert play.push() == Counts(sent=1)
    assert {row.status for row in play.waiting()} <= {OutboxStatus.PENDING}


def in_doubt(scene: Scene, lba: Partner) -> Diffusion:
    """An offer sent once, whose answer never came, where nothing is ever sent twice."""
    offer_id = online()
    lba.fails("slow", path="/api/job", seconds=3, times=1)
    scene.push()
    return scene.diffusion(offer_id)


def test_staff_settle_a_doubt_by_what_they_have_seen(once_only: Scene, lba: Partner) -> None:
    found = in_doubt(once_only, lba)
    assert list(desk.failing()) == [found]
    with pytest.raises(Refused):
        desk.seen_there(found, "javascript:alert(1)", by=AGENT)
    desk.check_there(found, by=AGENT)
    desk.seen_there(found, "https://labonnealternance.example/emploi/1", by=AGENT)
    db.session.commit()
    found = once_only.diffusion(found.offer_id)
    assert (found.status, found.submissions[-1].status) == (S.PUBLISHED, SubmissionStatus.KNOWN)
    assert writes_to(lba) == ["POST /api/job/v1/offer"]


def test_staff_who_saw_nothing_there_send_under_a_new_reference(once_only: Scene, lba: Partner) -> None:
    found = in_doubt(once_only, lba)
    desk.send_again(found, by=AGENT)
    db.session.commit()
    assert once_only.push() == Counts(sent=1)
    references = [one.reference for one in once_only.diffusion(found.offer_id).submissions]
    assert references[1] == f"{references[0]}-2"


def test_what_staff_give_up_is_over_for_good(once_only: Scene, lba: Partner) -> None:
    found = in_doubt(once_only, lba)
    with pytest.raises(Refused):
        desk.abandon(found, " ", by=AGENT)
    desk.abandon(found, "doublon vu sur le site", by=AGENT)
    db.session.commit()
    assert once_only.push_later(2000) == Counts()
    assert once_only.diffusion(found.offer_id).status is S.CANCELLED


def test_a_withdrawal_that_is_refused_goes_to_a_person_and_is_not_asked_for_ever(
    play: Scene, lba: Partner
) -> None:
    offer_id = online()
    play.push()
    take_back(play.diffusion(offer_id), by=AGENT)
    db.session.commit()
    lba.fails("422", path="/api/job")
    play.push_later(20)
    asked = len(writes_to(lba))
    for minutes in (60, 600, 3000):
        play.push_later(minutes)
    assert len(writes_to(lba)) == asked == 2
    assert (play.diffusion(offer_id).status, play.diffusion(offer_id).detail) == (S.UNCERTAIN, "given_up")
    assert play.waiting() == []
