"""E18 and E20: what leaves, to whom, how often; twice is once, a dry run changes nothing."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.domain.opco.contacts import stop_messages
from app.domain.opco.digest_emails import OpcoDigest, OpcoReminder
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import ContactMode
from app.domain.opco.sent_lists import SentList, SentListEntry
from app.outbox.models import OutboxMessage
from app.scheduling.runner import run_job
from tests.support.opco_scene import an_address
from tests.support.opco_space import followed

pytestmark = pytest.mark.usefixtures("db_session")
TUESDAY = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def tuesday() -> object:
    with clock.set_to(TUESDAY):
        yield


def run(name: str, days: float = 0, *, dry: bool = False) -> dict[str, int]:
    db.session.commit()
    with clock.set_to(TUESDAY + timedelta(days=days)):
        report = run_job(name, dry=dry)
        assert report.error is None
        db.session.expire_all()
        return {word: number for word, number in report.counts.items() if number}


def written(template: str) -> list[OutboxMessage]:
    query = sa.select(OutboxMessage).where(OutboxMessage.template == template)
    return list(db.session.scalars(query.order_by(OutboxMessage.id)))


def test_a_digest_names_the_new_needs_once() -> None:
    contact = an_address(mode=ContactMode.DIGEST)
    followed(brand="Fournil A")
    followed(brand="Fournil B", offers=2)
    assert written("opco_new_need") == []
    assert run("send_opco_digests", dry=True) == {"queued": 1}
    assert written("opco_digest") == []
    assert run("send_opco_digests") == {"queued": 1}
    assert run("send_opco_digests") == {}
    assert run("send_opco_digests", 1) == {}
    (message,) = written("opco_digest")
    assert message.recipient == contact.email
    mail = OpcoDigest.restore(message.refs)
    assert mail is not None
    assert mail.context()["number"] == 2
    assert {one.company for one in mail.named} == {"Fournil A", "Fournil B"}
    link = mail.link()
    assert link.object_type == "opco_list"


def test_a_second_need_of_the_day_waits_for_tomorrow_and_weekends_are_quiet() -> None:
    an_address(mode=ContactMode.DIGEST)
    followed(brand="Fournil A")
    run("send_opco_digests")
    followed(brand="Fournil B")
    assert run("send_opco_digests", 0.2) == {}
    assert run("send_opco_digests", 4) == {}
    assert run("send_opco_digests", 6) == {"queued": 1}
    assert [message.rhythm for message in written("opco_digest")] == ["digest", "digest"]


def test_a_stopped_address_gets_nothing_and_an_empty_list_is_not_sent() -> None:
    contact = an_address(mode=ContactMode.DIGEST)
    follow_up = followed(brand="Fournil A")
    run("send_opco_digests")
    (message,) = written("opco_digest")
    follow_up.status = FollowUpStatus.NOT_OURS
    db.session.commit()
    assert OpcoDigest.restore(message.refs) is None
    follow_up.status = FollowUpStatus.TO_CONTACT
    stop_messages(contact.email)
    db.session.commit()
    assert OpcoDigest.restore(message.refs) is None
    followed(brand="Fournil B")
    assert run("send_opco_digests", 1) == {}


def test_a_reminder_leaves_after_three_working_days_once_a_week_three_times() -> None:
    an_address()
    follow_up = followed(brand="Fournil A")
    # From a Tuesday: Friday isn't late yet, the weekend doesn't count.
    assert run("remind_opcos", 2.9) == {}
    assert run("remind_opcos", 3.1, dry=True) == {"queued": 1}
    assert run("remind_opcos", 3.1) == {"queued": 1}
    assert run("remind_opcos", 3.1) == {}
    assert run("remind_opcos", 8) == {}
    assert run("remind_opcos", 10.2) == {"queued": 1}
    assert run("remind_opcos", 17.3) == {"queued": 1}
    assert run("remind_opcos", 24.4) == {}
    mail = OpcoReminder.restore(written("opco_reminder")[0].refs)
    assert mail is not None
    follow_up = db.session.merge(follow_up)
    follow_up.status = FollowUpStatus.CONTACTED
    db.session.commit()
    assert OpcoReminder.restore(written("opco_reminder")[0].refs) is None


def test_each_address_is_reminded_of_the_companies_that_it_serves() -> None:
    an_address(email="national@ep.example")
    an_address(email="aveyron@ep.example", department="12")
    followed(brand="Fournil A")
    elsewhere = followed(brand="Fournil B")
    elsewhere.department = "75"
    assert run("remind_opcos", 6.1) == {"queued": 2}
    named = {
        sent.contact.email: db.session.scalars(
            sa.select(SentListEntry.follow_up_id).where(SentListEntry.list_id == sent.id)
        ).all()
        for sent in db.session.scalars(sa.select(SentList))
    }
    assert named["national@ep.example"] == [elsewhere.id]
    assert len(named["aveyron@ep.example"]) == 1
