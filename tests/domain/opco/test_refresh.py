"""Asking the registers again: who is due, what changes, who is told, and that twice is once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit import journal
from app.audit.actor import Actor, ActorKind
from app.core import clock
from app.core.database import db
from app.core.identifiers import Siret
from app.domain.employers.models import Establishment, Verification
from app.domain.employers.services import establishment_by_siret
from app.domain.opco.decision import Evidence, employer_says
from app.domain.opco.determination import current_match, determine, opco_by_code
from app.domain.opco.follow_up import follow_up_of
from app.domain.opco.hand_overs import correct_opco, hand_over, take_findings
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.lookup import Finding, Said, Service, merged, pack, unpack
from app.domain.opco.models import Confidence, OpcoMatch, Source
from app.domain.opco.queues import establishments_to_ask, needs_without_opco
from app.outbox.models import OutboxMessage
from app.scheduling.runner import run_job
from tests.support.opco_scene import GARAGE, a_company, an_address, an_offer
from tests.support.standins import Partner

pytestmark = pytest.mark.usefixtures("db_session")
STAFF = Actor(ActorKind.STAFF, 1, "account")
OPCO = Actor(ActorKind.OPCO, 1, "link")
# Known to CFA-dock as AKTO, to SIRO as nobody's.
HOTEL = "99100018300012"


@pytest.fixture(autouse=True)
def _clean(db_session: object) -> Iterator[None]:
    yield
    db.session.rollback()


def told(template: str) -> list[str]:
    query = sa.select(OutboxMessage.recipient).where(OutboxMessage.template == template)
    return list(db.session.scalars(query.order_by(OutboxMessage.id)))


def found(code: str | None, *, said: Said = Said.ANSWERED, service: Service = Service.SIRO) -> Finding:
    return Finding(service, said, clock.now(), code)


def match_of(company: Establishment) -> OpcoMatch:
    match = current_match(company)
    assert match is not None
    return match


def brief(company: Establishment) -> tuple[str | None, Source | None, Confidence]:
    match = match_of(company)
    return (match.opco.code if match.opco else None, match.source, match.confidence)


def a_hotel() -> Establishment:
    return a_company(HOTEL, idcc=(), naf="84.11Z", brand="Hôtel du Vieux Port")


def test_the_job_finds_an_opco_that_nobody_knew_and_tells_it_of_the_need() -> None:
    an_address("02", "suivi@akto.example")
    an_offer(a_hotel())
    db.session.commit()
    assert told("opco_new_need") == []
    assert run_job("refresh_opco", dry=False).counts == {"known": 1}
    company = establishment_by_siret(Siret(HOTEL))
    assert company is not None
    assert brief(company) == ("02", Source.CFADOCK, Confidence.ANSWER)
    assert told("opco_new_need") == ["suivi@akto.example"]
    assert told("opco_handed_over") == []
    follow_up = follow_up_of(company, opco_by_code("02"))
    assert follow_up is not None
    assert follow_up.status is FollowUpStatus.TO_CONTACT


def test_twice_is_once_and_a_dry_run_asks_nobody(annuaire: Partner) -> None:
    an_offer(a_hotel())
    db.session.commit()
    assert run_job("refresh_opco", dry=True).counts == {"waiting": 1}
    assert annuaire.journal("/cfadock") == []
    run_job("refresh_opco", dry=False)
    asked = len(annuaire.journal())
    assert run_job("refresh_opco", dry=False).counts == {}
    assert len(annuaire.journal()) == asked
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OpcoMatch)) == 2


def test_a_silent_register_is_asked_again_half_an_hour_later(annuaire: Partner) -> None:
    an_offer(a_hotel())
    db.session.commit()
    annuaire.fails("503", path="/cfadock", times=1)
    run_job("refresh_opco", dry=False)
    company = establishment_by_siret(Siret(HOTEL))
    assert company is not None
    # The agreement suggests one meanwhile.
    assert brief(company) == ("02", Source.IDCC, Confidence.SUGGESTION)
    with clock.moved_by(timedelta(minutes=29)):
        assert establishments_to_ask(limit=9) == []
    with clock.moved_by(timedelta(minutes=31)):
        run_job("refresh_opco", dry=False)
    db.session.expire_all()
    assert brief(company) == ("02", Source.CFADOCK, Confidence.ANSWER)


@pytest.mark.parametrize(
    ("finding", "choice", "days"),
    [
        (found("02"), None, 90),
        (found("02", said=Said.CLAIMED), None, 1),
        (found(None, said=Said.NONE), None, 1),
        (found(None, said=Said.NONE), "02", 90),
        (found(None, said=Said.SEVERAL, service=Service.CFADOCK), None, 1),
    ],
)
def test_when_it_is_due_again(finding: Finding, choice: str | None, days: int) -> None:
    company = a_hotel()
    claims = (employer_says(choice),) if choice else ()
    match = determine(company, evidence=Evidence(claims=claims, findings=(finding,)))
    assert match.ask_again_at is not None
    assert abs(match.ask_again_at - clock.now() - timedelta(days=days)) < timedelta(seconds=5)


def test_without_a_live_offer_nobody_is_asked() -> None:
    determine(a_hotel(), evidence=Evidence())
    assert establishments_to_ask(limit=9) == []


def test_a_held_offer_counts_and_its_opco_may_then_decide() -> None:
    an_address("02", "suivi@akto.example")
    an_offer(a_company(HOTEL, idcc=(), naf="84.11Z", verification=Verification.NOT_LISTED))
    db.session.commit()
    run_job("refresh_opco", dry=False)
    assert told("opco_decide") == ["suivi@akto.example"]


def test_an_official_answer_that_differs_tells_both_and_moves_the_follow_up() -> None:
    an_address("06", "suivi@ep.example")
    an_address("07", "suivi@mobilites.example")
    company = a_company(GARAGE)
    an_offer(company)
    assert told("opco_new_need") == ["suivi@ep.example"]
    take_findings(company, (found("07"),))
    assert brief(company) == ("07", Source.SIRO, Confidence.ANSWER)
    assert told("opco_handed_over") == ["suivi@ep.example", "suivi@mobilites.example"]
    former, new = (follow_up_of(company, opco_by_code(code)) for code in ("06", "07"))
    assert former is not None and new is not None
    assert (former.status, new.status) == (FollowUpStatus.NOT_OURS, FollowUpStatus.TO_CONTACT)
    # It hasn't denied anything: the register may name it again.
    take_findings(company, (found("06"),))
    assert brief(company)[0] == "06"
    assert (former.status, new.status) == (FollowUpStatus.TO_CONTACT, FollowUpStatus.NOT_OURS)
    assert told("opco_handed_over")[2:] == ["suivi@mobilites.example", "suivi@ep.example"]


def test_the_same_answer_tells_nobody_again() -> None:
    an_address("06", "suivi@ep.example")
    company = a_company()
    an_offer(company)
    for _ in range(3):
        take_findings(company, (found("06"),))
    assert (told("opco_new_need"), told("opco_handed_over")) == (["suivi@ep.example"], [])
    actions = [entry.action for entry in journal.entries_of(company)]
    assert actions.count("opco_corrected") == 1


@pytest.mark.parametrize("code", ["09", None])
def test_what_a_person_with_the_right_said_is_never_overwritten(code: str | None) -> None:
    company = a_company()
    an_offer(company)
    correct_opco(company, opco_code=code, source=Source.AGENT, by=STAFF, reason="Vérifié")
    take_findings(company, (found("07", said=Said.CLAIMED),))
    assert brief(company)[:2] == (code, Source.AGENT)
    if code:
        take_findings(company, (found("07"),))
        assert brief(company)[0] == code
        assert match_of(company).ask_again_at is None


def test_an_opco_that_has_denied_isnt_named_again_by_a_register() -> None:
    company = a_company()
    an_offer(company)
    follow_up = follow_up_of(company, opco_by_code("06"))
    assert follow_up is not None
    hand_over(follow_up, to_code=None, by=OPCO)
    take_findings(company, (found("06"),))
    assert brief(company)[0] is None


def test_a_choice_against_a_register_is_kept_for_staff_to_look_into() -> None:
    company = a_company()
    an_offer(company)
    claims = (employer_says("02"),)
    match = determine(company, evidence=Evidence(claims=claims, findings=(found("06"),)))
    assert (match.opco.code if match.opco else None, match.contested_by) == ("06", "02")
    assert needs_without_opco().establishments == (company,)
    take_findings(company, (found("06"),))
    assert match_of(company).contested_by == "02"
    correct_opco(company, opco_code="06", source=Source.AGENT, by=STAFF, reason="Vérifié")
    assert needs_without_opco().count == 0


def test_an_answer_keeps_its_date_while_its_register_is_silent() -> None:
    company = a_company()
    determine(company, evidence=Evidence(findings=(found("06"),)))
    read_at = match_of(company).read_at
    with clock.moved_by(timedelta(days=91)):
        silent = found(None, said=Said.UNAVAILABLE)
        match = determine(company, evidence=Evidence(findings=(silent,)))
        assert (match.read_at, match.confidence) == (read_at, Confidence.ANSWER)
        assert match.ask_again_at is not None
        assert match.ask_again_at > clock.now()


def test_what_registers_say_is_merged_and_kept() -> None:
    first, silent = found("06"), found(None, said=Said.UNAVAILABLE)
    unknown, other = found(None, said=Said.NONE), found("02")
    assert merged((first,), (silent,)) == (first,)
    assert merged((first,), (unknown,)) == (first,)
    assert merged((unknown,), (silent,)) == (unknown,)
    assert merged((silent,), (unknown,)) == (unknown,)
    assert merged((first,), (other,)) == (other,)
    assert merged((other,), (first,)) == (other,)
    assert unpack(pack((first, silent))) == (first, silent)


def test_the_publication_tells_the_former_opco_as_well(app: Flask) -> None:
    an_address("06", "suivi@ep.example")
    an_address("02", "suivi@akto.example")
    company = a_company()
    an_offer(company)
    determine(company, evidence=Evidence(claims=(employer_says("02"),)))
    an_offer(company, job="pâtissier ou pâtissière")
    assert told("opco_new_need") == ["suivi@ep.example", "suivi@akto.example"]
    assert told("opco_handed_over") == ["suivi@ep.example"]
