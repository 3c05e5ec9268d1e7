"""Jobs of CFAs: what leaves, what is erased, twice is once, a dry run changes nothing."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.actor import Actor, ActorKind
from app.core import clock
from app.core.database import db
from app.domain.cfa_requests import consent, services
from app.domain.cfa_requests.models import ProposedCandidate
from app.domain.cfa_requests.reaching import stop_suggestions
from app.outbox.models import OutboxMessage
from app.scheduling.runner import run_job
from tests.factories.offers import make_offer
from tests.factories.training import CFA_ACTOR, make_candidate, make_cfa, make_request

pytestmark = pytest.mark.usefixtures("db_session")
PERSON = Actor(ActorKind.CANDIDATE, 1, "link")


def run(name: str, days: float, *, dry: bool = False) -> dict[str, int]:
    db.session.commit()
    with clock.moved_by(timedelta(days=days)):
        report = run_job(name, dry=dry)
        assert report.error is None
        db.session.expire_all()
        return dict(report.counts)


def number(template: str) -> int:
    query = sa.select(sa.func.count()).select_from(OutboxMessage).where(OutboxMessage.template == template)
    return db.session.scalar(query) or 0


def test_a_silent_cfa_is_reminded_once_after_seven_days() -> None:
    make_request()
    answered = make_request()
    services.decline(answered, by=CFA_ACTOR)
    assert run("remind_cfas", 6) == {}
    assert run("remind_cfas", 7.1, dry=True) == {"queued": 1}
    assert number("cfa_reminder") == 0
    assert run("remind_cfas", 7.1) == {"queued": 1}
    assert run("remind_cfas", 8.1) == {}
    assert run("remind_cfas", 20) == {}
    assert number("cfa_reminder") == 1


def test_nobody_is_reminded_of_an_offer_that_is_over() -> None:
    make_request()
    assert run("remind_cfas", 40) == {}


def test_cfas_are_suggested_once_on_day_ten() -> None:
    make_cfa()
    asked = make_offer()
    make_request(asked)
    stopped = make_offer()
    stop_suggestions(stopped.contact.email)
    make_offer()
    assert run("suggest_cfas", 9) == {}
    assert run("suggest_cfas", 10, dry=True)["queued"] == 1
    assert run("suggest_cfas", 10)["queued"] == 1
    assert run("suggest_cfas", 11).get("queued", 0) == 0
    assert number("cfa_suggested") == 1


def test_nothing_is_suggested_where_no_cfa_is_known() -> None:
    make_offer()
    assert run("suggest_cfas", 10).get("queued", 0) == 0


def test_a_proposal_without_agreement_lapses_and_an_old_one_goes() -> None:
    lapsing, agreed = make_candidate(), make_candidate()
    consent.agree(agreed, by=PERSON)
    request = lapsing.request
    assert run("erase_proposals", 6.9) == {}
    assert run("erase_proposals", 7.1, dry=True) == {"lapsed": 1}
    assert run("erase_proposals", 7.1) == {"lapsed": 1}
    assert run("erase_proposals", 7.2) == {}
    db.session.refresh(request)
    assert request.lapses == 1
    assert run("erase_proposals", 182) == {}
    assert run("erase_proposals", 184) == {"old": 1}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ProposedCandidate)) == 0


def test_the_jobs_are_declared(app: Flask) -> None:
    assert {module.__name__ for module in app.extensions["jobs"]} >= {
        "app.domain.cfa_requests.jobs", "app.catalogue_upkeep",
    }  # fmt: skip
