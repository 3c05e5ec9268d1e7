"""Offers whose last day has passed end together, each once, with its line and its e-mail."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import JournalEntry
from app.core import clock
from app.core.database import db
from app.domain.diffusion.registry import open_platforms
from app.domain.offers.emails import OfferExpiredMail
from app.domain.offers.events import ExpiredOffer
from app.domain.offers.expiry import count_overdue, expire, expire_overdue
from app.domain.offers.lifecycle import EndReason, OfferStatus
from app.domain.offers.models import Offer
from app.outbox import queue, queue_all
from app.outbox.models import OutboxMessage
from app.scheduling.runner import run_job
from tests.factories.offers import make_offer, make_offers
from tests.support.queries import statements

OVER = timedelta(days=40)


def _expired_mails() -> list[OutboxMessage]:
    query = sa.select(OutboxMessage).where(OutboxMessage.template == OfferExpiredMail.name)
    return list(db.session.scalars(query.order_by(OutboxMessage.id)))


def test_overdue_offers_of_every_state_end_with_a_line_and_an_email(db_session: object) -> None:
    states = (OfferStatus.ONLINE, OfferStatus.HELD, OfferStatus.SUSPENDED)
    offers = [make_offer(status) for status in states]
    for offer in offers:
        offer.last_day = offer.last_day or clock.today()
    waiting = make_offer(OfferStatus.TO_CONFIRM)
    db.session.commit()
    versions = {offer.id: offer.version for offer in offers}
    with clock.moved_by(OVER):
        assert count_overdue() == 3
        assert expire_overdue(limit=100) == 3
        db.session.commit()
        assert expire_overdue(limit=100) == 0
    for offer in offers:
        assert (offer.status, offer.end_reason) == (OfferStatus.ENDED, EndReason.EXPIRED)
        assert offer.version == versions[offer.id] + 1
        assert offer.ended_at == offer.changed_at
    assert waiting.status is OfferStatus.TO_CONFIRM
    lines = db.session.scalars(sa.select(JournalEntry).where(JournalEntry.action == "offer_expired")).all()
    assert sorted(line.object_id for line in lines) == sorted(versions)
    assert {(line.actor_kind, line.object_type) for line in lines} == {("system", "offer")}
    assert {mail.recipient for mail in _expired_mails()} == {offer.contact.email for offer in offers}


def test_an_email_written_by_set_is_the_one_written_alone(db_session: object) -> None:
    offer = make_offer()
    assert offer.last_day is not None
    with clock.set_to(clock.now()):
        alone = queue(OfferExpiredMail(offer))
        assert alone is not None
        wanted = _columns(alone)
        db.session.delete(alone)
        db.session.flush()
        facts = ExpiredOffer(offer.id, offer.last_day, offer.contact.email)
        queue_all(OfferExpiredMail, [OfferExpiredMail.entry_for(facts)])
    [by_set] = _expired_mails()
    assert _columns(by_set) == wanted
    assert len(by_set.message_id) == 32


def _columns(mail: OutboxMessage) -> dict[str, object]:
    own = {"id", "message_id"}
    return {name: getattr(mail, name) for name in OutboxMessage.__table__.c.keys() if name not in own}


def test_a_key_that_exists_is_left_alone(db_session: object) -> None:
    offer = make_offer()
    assert offer.last_day is not None
    entry = OfferExpiredMail.entry_for(ExpiredOffer(offer.id, offer.last_day, offer.contact.email))
    queue_all(OfferExpiredMail, [entry])
    queue_all(OfferExpiredMail, [entry, entry])
    assert len(_expired_mails()) == 1


def test_an_offer_in_another_state_gets_neither_line_nor_email(db_session: object) -> None:
    ended = make_offer(OfferStatus.ENDED)
    assert ended.last_day is not None
    expire([ExpiredOffer(ended.id, ended.last_day, ended.contact.email)])
    db.session.refresh(ended)
    assert ended.end_reason is not EndReason.EXPIRED
    assert _expired_mails() == []


@pytest.mark.parametrize("number", [3, 30])
def test_the_number_of_statements_does_not_grow(db_session: object, number: int) -> None:
    make_offers(number)
    db.session.commit()
    with clock.moved_by(OVER):
        # A process knows for five seconds which platforms are open: batches follow one another faster.
        open_platforms()
        with statements() as sent:
            assert expire_overdue(limit=1000) == number
    assert len(sent) <= 6


def test_the_job_counts_in_a_dry_run_and_respects_its_limit(app: Flask) -> None:
    with app.app_context():
        make_offers(5)
        db.session.commit()
        with clock.moved_by(OVER):
            assert run_job("expire_offers", dry=True).counts == {"closed": 5}
            assert run_job("expire_offers", dry=True, limit=2).counts == {"closed": 2}
            assert run_job("expire_offers", dry=False, limit=2).counts == {"closed": 2}
            assert run_job("expire_offers", dry=False).counts == {"closed": 3}
        left = db.session.scalar(sa.select(sa.func.count()).where(Offer.status == OfferStatus.ONLINE))
        assert left == 0
