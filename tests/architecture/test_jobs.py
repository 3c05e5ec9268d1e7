"""Every job: a name, a sound hour, twice is once, and a dry run that changes nothing."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.database import db
from app.core.identifiers import Siret
from app.domain.employers.directory import Outcome
from app.domain.offers.lifecycle import OfferStatus
from app.scheduling import JOBS, Daily
from app.scheduling.models import JobRun
from app.scheduling.runner import run_job
from tests.factories.offers import make_contact, make_establishment, make_offer

OF_THE_APPLICATION = sorted(name for name, found in JOBS.items() if found.work.__module__.startswith("app."))


def _contents() -> dict[str, list[Any]]:
    db.session.expire_all()
    return {
        table.name: sorted(map(repr, db.session.execute(sa.select(table)).all()))
        for table in db.metadata.sorted_tables
        if table.name != JobRun.__tablename__
    }


def _something_for_every_job() -> None:
    make_offer(OfferStatus.ONLINE)
    make_offer(OfferStatus.TO_CONFIRM)
    down = make_establishment(Outcome.UNAVAILABLE, siret=Siret("99100001900018"))
    make_offer(OfferStatus.ONLINE, contact=make_contact(down))
    db.session.commit()


def test_there_are_jobs() -> None:
    promised = {"expire_offers", "remind_of_end", "verify_companies", "erase_unconfirmed", "clean_up"}
    assert promised <= set(OF_THE_APPLICATION)


@pytest.mark.parametrize("name", OF_THE_APPLICATION)
def test_no_job_begins_between_two_and_three(name: str) -> None:
    at = JOBS[name].at
    if isinstance(at, Daily):
        assert at.hour != 2


@pytest.mark.parametrize("name", OF_THE_APPLICATION)
@pytest.mark.parametrize("days", [0, 1, 8, 27, 29, 200])
def test_a_dry_run_changes_nothing_and_twice_is_once(app: Flask, name: str, days: int) -> None:
    with app.app_context():
        _something_for_every_job()
        later = clock.now() + timedelta(days=days)
        with clock.set_to(later):
            before = _contents()
            run_job(name, dry=True)
            db.session.rollback()
            assert _contents() == before
            run_job(name, dry=False)
            once = _contents()
            run_job(name, dry=False)
            assert _contents() == once
