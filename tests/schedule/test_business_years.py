"""G11, for offers: two years lived day after day, with their changes of hour, outages and clocks put back."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.audit.actor import SYSTEM
from app.audit.models import JournalEntry
from app.core import clock
from app.core.clock import PARIS
from app.core.database import db
from app.domain.offers.life import renew_offer
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer
from app.domain.offers.publication import DAYS_ONLINE
from app.outbox.models import OutboxMessage
from app.scheduling import Daily
from app.scheduling.models import JobRun
from app.scheduling.registry import JOBS
from app.scheduling.runner import run_job
from tests.factories.offers import make_contact, make_offer

Record = Callable[[str, object], None]
# Jobs of the business; the others ask the network or purge what is old.
BUSINESS = ("expire_offers", "remind_of_end", "remind_to_confirm", "erase_unconfirmed")
FIRST, LAST = date(2027, 1, 1), date(2028, 12, 31)
HOSTS = 3
# Both changes of hour of both years, the leap day, the turn of the years.
SPECIAL = {
    date(2027, 3, 28), date(2027, 10, 31), date(2028, 3, 26), date(2028, 10, 29), date(2028, 2, 29),
    date(2027, 12, 31), date(2028, 1, 1),
}  # fmt: skip
# Moments at which the scheduler is lived: every job's own times, and around midnight.
TIMES = (time(0, 4), time(0, 6), time(8, 31), time(8, 33), time(14, 1), time(23, 58))


def at(day: date, moment: time) -> datetime:
    """The instant of a wall clock in Paris."""
    return datetime.combine(day, moment, tzinfo=PARIS).astimezone(UTC)


def days(first: date, last: date) -> Iterator[date]:
    """From one day to another, both counted."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def tick(now: datetime, *, hosts: int = 1) -> list[tuple[str, str]]:
    """What the scheduler of each host does at an instant: each job for its present slot, if nobody has done
    it. Gives the (job, slot) that were worked.
    """
    worked = []
    with clock.set_to(now):
        for name in BUSINESS:
            slot = JOBS[name].at.last(now).name
            for _ in range(hosts):
                report = run_job(name, slot=slot, dry=False)
                assert report.error is None, report
                worked += [] if report.skipped else [(name, slot)]
        db.session.remove()
    return worked


def reminders() -> Counter[tuple[str | None, str]]:
    """(offer, key without what frees it) → how many E7 were written."""
    rows = db.session.execute(
        sa.select(OutboxMessage.about_id, OutboxMessage.dedupe_key).where(
            OutboxMessage.template == "offer_expiring"
        )
    )
    return Counter((about, key.partition("#")[0]) for about, key in rows)


def expired_on(offer_id: int) -> list[datetime]:
    """The instants at which an offer was ended by the job."""
    query = sa.select(JournalEntry.at).where(
        JournalEntry.object_type == "offer",
        JournalEntry.object_id == offer_id,
        JournalEntry.action == "offer_expired",
    )
    return list(db.session.scalars(query))


def shown(app: Flask, now: datetime) -> str:
    """The list of offers as a visitor sees it then."""
    with clock.set_to(now):
        return FlaskClient(app, app.response_class).get("/offres").text


def _publish(day: date, number: int) -> int:
    with clock.set_to(at(day, time(10, number % 60))):
        offer = make_offer(OfferStatus.ONLINE, contact=make_contact(), start_on=None)
        db.session.commit()
        return offer.id


@pytest.mark.assurance
@pytest.mark.timeout(1800)
def test_two_years_day_after_day(app: Flask, record_property: Record) -> None:
    """An offer every two weeks, and on each special day: one E7 at each stage, one end, at the right time."""
    born: dict[int, date] = {}
    worked = Counter[tuple[str, str]]()
    lived, late = 0, 0
    with app.app_context():
        for number, day in enumerate(days(FIRST, LAST)):
            lived += 1
            if number % 15 == 0 or day in SPECIAL or day + timedelta(days=DAYS_ONLINE) in SPECIAL:
                born[_publish(day, number)] = day
            for moment in TIMES:
                worked.update(tick(at(day, moment), hosts=HOSTS))
            if day in SPECIAL:
                late += _shown_after_their_day(app, day)
        _everything_happened_once(born)
        kept = {(run.job, run.business_slot) for run in db.session.scalars(sa.select(JobRun))}
    daily = [name for name in BUSINESS if isinstance(JOBS[name].at, Daily)]
    due = {(name, str(day)) for name in daily for day in days(FIRST, LAST)}
    missed = sorted(due - set(worked))
    twice = [slot for slot, number in worked.items() if number > 1]
    record_property("hôtes", HOSTS)
    record_property("jours vécus", lived)
    record_property("changements d’heure vécus", sum(_changes_hour(day) for day in days(FIRST, LAST)))
    record_property("offres suivies pendant deux ans", len(born))
    record_property("créneaux joués", len(worked))
    record_property("créneaux faits deux fois", len(twice))
    record_property("créneaux manqués", len(missed))
    record_property("offres montrées après leur dernier jour", late)
    assert len(born) >= 50
    assert late == 0
    assert daily and (twice, missed) == ([], [])
    assert kept == set(worked)


def _changes_hour(day: date) -> bool:
    return at(day + timedelta(days=1), time(0)) - at(day, time(0)) != timedelta(days=1)


def _shown_after_their_day(app: Flask, day: date) -> int:
    """Offers on the list whose last day is over, seen just after midnight, before any job."""
    db.session.rollback()
    query = sa.select(Offer.public_id).where(Offer.last_day <= day)
    over = list(db.session.scalars(query))
    db.session.remove()
    page = shown(app, at(day + timedelta(days=1), time(0, 0, 1)))
    return sum(f"/offres/{public_id}" in page for public_id in over)


def _everything_happened_once(born: dict[int, date]) -> None:
    counted = reminders()
    assert set(counted.values()) <= {1}
    stages = Counter(about for about, _ in counted)
    for offer_id, day in born.items():
        last_day = day + timedelta(days=DAYS_ONLINE)
        if last_day + timedelta(days=1) > LAST:
            continue
        ends = expired_on(offer_id)
        assert len(ends) == 1, (offer_id, day)
        ended = ends[0].astimezone(PARIS)
        assert ended.date() == last_day + timedelta(days=1), (day, ended)
        assert ended.time() < time(0, 15), "handed over within 15 minutes"
        assert stages[str(offer_id)] == 2, (offer_id, day)


@pytest.mark.parametrize("end", sorted(SPECIAL))
def test_an_offer_that_ends_on_a_special_day_is_shown_to_its_last_minute(app: Flask, end: date) -> None:
    """23-hour and 25-hour days, leap day, New Year: 23 h 59 shows it, 0 h 00 doesn't, before any job."""
    with app.app_context():
        offer_id = _publish(end - timedelta(days=DAYS_ONLINE), 0)
        offer = db.session.get_one(Offer, offer_id)
        path = f"/offres/{offer.public_id}"
        assert offer.last_day == end
        db.session.remove()
    after = end + timedelta(days=1)
    visitor = FlaskClient(app, app.response_class)
    for now, status in ((at(end, time(23, 59, 59)), 200), (at(after, time(0, 0)), 410)):
        with clock.set_to(now):
            assert visitor.get(path).status_code == status
            assert (path in visitor.get("/offres").text) is (status == 200)
            assert (path in visitor.get("/flux/offres.json").text) is (status == 200)
    with app.app_context():
        tick(at(after, time(0, 6)))
        assert len(expired_on(offer_id)) == 1


def test_three_days_of_outage_heal_in_one_run(app: Flask) -> None:
    """The machine was off for three days: what should have happened happens once, what is past doesn't."""
    start = date(2027, 3, 1)
    with app.app_context():
        numbers = {shift: _publish(start - timedelta(days=shift), shift) for shift in range(0, 30, 3)}
        for day in days(start, start + timedelta(days=5)):
            for moment in TIMES:
                tick(at(day, moment))
        back = start + timedelta(days=9)
        tick(at(back, time(11, 0)))
        tick(at(back, time(11, 1)))
        db.session.rollback()
        for shift, offer_id in numbers.items():
            last_day = start - timedelta(days=shift) + timedelta(days=DAYS_ONLINE)
            offer = db.session.get_one(Offer, offer_id)
            assert (offer.status is OfferStatus.ENDED) is (last_day < back)
            assert len(expired_on(offer_id)) == int(last_day < back)
        assert set(reminders().values()) <= {1}


def test_a_clock_put_back_two_hours_does_nothing_twice(app: Flask) -> None:
    day = date(2027, 3, 9)
    with app.app_context():
        for shift in (21, 22, 27, 28, 29):
            _publish(day - timedelta(days=shift), shift)
        db.session.remove()
        for now in (at(day, time(8, 31)), at(day, time(9, 30)), at(day, time(7, 31)), at(day, time(8, 31))):
            tick(now)
        once = reminders()
        assert once and set(once.values()) == {1}
        ended = sa.select(sa.func.count()).where(JournalEntry.action == "offer_expired")
        assert db.session.scalar(ended) == 1


def test_a_clock_put_forward_three_days_then_back_sends_no_reminder_twice(app: Flask) -> None:
    day = date(2027, 3, 9)
    with app.app_context():
        _publish(day - timedelta(days=21), 0)
        for shift in (0, 3, 0, 1, 2, 3):
            tick(at(day + timedelta(days=shift), time(9, 0)))
        assert set(reminders().values()) == {1}


def test_a_renewed_offer_gets_new_reminders_for_its_new_end(app: Flask) -> None:
    day = date(2027, 3, 1)
    with app.app_context():
        offer_id = _publish(day, 0)
        for end in (day + timedelta(days=22), day + timedelta(days=27)):
            tick(at(end, time(9, 0)))
        with clock.set_to(at(day + timedelta(days=27), time(12, 0))):
            renew_offer(db.session.get_one(Offer, offer_id), by=SYSTEM)
            db.session.commit()
        for end in days(day + timedelta(days=28), day + timedelta(days=56)):
            tick(at(end, time(9, 0)))
            tick(at(end, time(9, 5)))
        counted = reminders()
        assert set(counted.values()) == {1}
        assert len(counted) == 4
        assert len(expired_on(offer_id)) == 1


def test_an_unconfirmed_deposit_is_reminded_twice_then_erased(app: Flask) -> None:
    day = date(2027, 3, 1)
    with app.app_context():
        with clock.set_to(at(day, time(10, 0))):
            offer_id = make_offer(OfferStatus.TO_CONFIRM).id
            db.session.commit()
        for passed in range(1, 9):
            for moment in TIMES:
                tick(at(day + timedelta(days=passed), moment))
        reminded = sa.select(sa.func.count()).where(OutboxMessage.template == "offer_confirm_reminder")
        assert db.session.scalar(reminded) == 2
        assert db.session.get(Offer, offer_id) is None
        erased = sa.select(sa.func.count()).where(JournalEntry.action == "offer_erased")
        assert db.session.scalar(erased) == 1
