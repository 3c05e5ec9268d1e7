"""What has been kept long enough goes, and leaves no trace of the person."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask

from app.audit.models import JournalEntry
from app.core import clock
from app.core.database import db
from app.domain.employers.models import Contact
from app.domain.offers.lifecycle import OfferStatus
from app.scheduling.runner import run_job
from tests.factories.offers import make_contact, make_offer
from tests.support.mailbox import Mailbox

MARK = "zebulon"


def _dump() -> str:
    db.session.rollback()
    return "\n".join(
        repr(row) for table in db.metadata.sorted_tables for row in db.session.execute(sa.select(table)).all()
    )


def test_thirteen_months_after_its_last_offer_a_contact_is_nowhere(
    app: Flask, mailbox: Mailbox, db_session: object, at_noon: datetime
) -> None:
    contact = make_contact(email=f"{MARK}@boulangerie.example", name=MARK, phone="05 65 11 22 33")
    make_offer(OfferStatus.ENDED, contact=contact)
    db.session.commit()
    mailbox.deliver()
    with clock.set_to(at_noon + timedelta(days=380)):
        run_job("retention", dry=False)
        assert MARK in _dump()
    with clock.set_to(at_noon + timedelta(days=800)):
        run_job("clean_up", dry=False)
        run_job("retention", dry=False)
        left = _dump()
        assert MARK not in left
        assert "11 22 33" not in left
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 1


def test_a_contact_with_an_offer_online_is_kept(app: Flask, db_session: object, at_noon: datetime) -> None:
    contact = make_contact(email=f"{MARK}@boulangerie.example")
    make_offer(OfferStatus.ENDED, contact=contact)
    online = make_offer(OfferStatus.ONLINE, contact=contact)
    db.session.commit()
    with clock.set_to(at_noon + timedelta(days=800)):
        run_job("retention", dry=False)
        db.session.expire_all()
        assert online.contact.email == f"{MARK}@boulangerie.example"


def test_the_journal_is_kept_three_years(app: Flask, db_session: object, at_noon: datetime) -> None:
    make_offer(OfferStatus.ONLINE)
    db.session.commit()
    count = sa.select(sa.func.count()).select_from(JournalEntry)
    with clock.set_to(at_noon + timedelta(days=3 * 365 - 2)):
        run_job("retention", dry=False)
        assert db.session.scalar(count)
    with clock.set_to(at_noon + timedelta(days=3 * 365 + 2)):
        run_job("retention", dry=False)
        db.session.rollback()
        assert db.session.scalar(count) == 0
