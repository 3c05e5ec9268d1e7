"""The follow-up of a company: steps, exchanges, and handing it over to another OPCO."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import Actor, ActorKind
from app.core import clock
from app.core.database import db
from app.core.errors import Conflict, Refused
from app.core.lifecycle import IllegalMove
from app.domain.employers.models import Verification
from app.domain.opco.decision import Evidence, employer_says
from app.domain.opco.determination import current_match, determine, opco_by_code
from app.domain.opco.emails import OpcoNewNeed
from app.domain.opco.exchanges import Means
from app.domain.opco.follow_up import follow_up_of, log_contact, move_follow_up
from app.domain.opco.hand_overs import correct_opco, hand_over, hand_over_hold
from app.domain.opco.lifecycle import FOLLOW_UP_LIFECYCLE, FollowUpStatus
from app.domain.opco.models import FollowUp, Source
from app.domain.opco.passing_emails import OpcoHandedOver
from app.domain.opco.queues import needs_without_opco
from app.domain.opco.services import stop_telling
from app.outbox.models import OutboxMessage
from tests.support.opco_scene import a_company, an_address, an_offer

pytestmark = pytest.mark.usefixtures("db_session")
OPCO = Actor(ActorKind.OPCO, 1, "link")
STAFF = Actor(ActorKind.STAFF, 1, "account")
S = FollowUpStatus


@pytest.fixture
def follow_up(db_session: object) -> FollowUp:
    """A company to contact, whose OPCO has an address."""
    an_address()
    company = a_company()
    an_offer(company)
    found = follow_up_of(company, opco_by_code("06"))
    assert found is not None
    return found


def told(template: str = "opco_new_need") -> list[str]:
    query = sa.select(OutboxMessage.recipient).where(OutboxMessage.template == template)
    return list(db.session.scalars(query.order_by(OutboxMessage.id)))


@pytest.mark.parametrize("move", sorted(FOLLOW_UP_LIFECYCLE.moves))
@pytest.mark.parametrize("status", list(S))
def test_every_state_times_every_move(status: S, move: str, follow_up: FollowUp) -> None:
    FOLLOW_UP_LIFECYCLE.put_back(follow_up, status)
    starts, end = FOLLOW_UP_LIFECYCLE.moves[move]
    if status in starts:
        FOLLOW_UP_LIFECYCLE.apply(follow_up, move)
        assert follow_up.status is end
    else:
        with pytest.raises(IllegalMove):
            FOLLOW_UP_LIFECYCLE.apply(follow_up, move)


def test_a_step_is_changed_and_journalled(follow_up: FollowUp) -> None:
    assert move_follow_up(follow_up, to=S.SUPPORTED, seen=S.TO_CONTACT, by=OPCO)
    assert journal.entries_of(follow_up)[0].facts == {"from": "to_contact", "to": "supported"}
    assert not move_follow_up(follow_up, to=S.SUPPORTED, seen=S.TO_CONTACT, by=OPCO)


def test_a_step_changed_by_a_colleague_is_not_overwritten(follow_up: FollowUp) -> None:
    move_follow_up(follow_up, to=S.CONTACTED, seen=S.TO_CONTACT, by=OPCO)
    with pytest.raises(Conflict, match="Contactée"):
        move_follow_up(follow_up, to=S.DROPPED, seen=S.TO_CONTACT, by=OPCO)


def test_a_hand_over_is_no_step(follow_up: FollowUp) -> None:
    with pytest.raises(Refused, match="Pas notre champ"):
        move_follow_up(follow_up, to=S.NOT_OURS, seen=S.TO_CONTACT, by=OPCO)


def test_the_first_exchange_makes_it_contacted(follow_up: FollowUp) -> None:
    day = clock.today()
    log_contact(follow_up, day=day, means=Means.PHONE, outcome="Rendez-vous", author="OPCO EP", by=OPCO)
    assert follow_up.status is S.CONTACTED
    log_contact(follow_up, day=day, means=Means.VISIT, outcome="Visite", author="OPCO EP", by=OPCO)
    db.session.expire(follow_up)
    assert [entry.outcome for entry in follow_up.contacts] == ["Visite", "Rendez-vous"]
    facts = [entry.facts for entry in journal.entries_of(follow_up) if entry.action == "contact_logged"]
    assert all("Rendez" not in str(fact) for fact in facts)


def test_an_exchange_isnt_in_the_future(follow_up: FollowUp) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    with pytest.raises(Refused):
        log_contact(follow_up, day=tomorrow, means=Means.PHONE, outcome="?", author="OPCO EP", by=OPCO)


def test_handing_over_tells_the_other_opco(follow_up: FollowUp) -> None:
    an_address("02", "suivi@akto.example")
    match = hand_over(follow_up, to_code="02", by=OPCO)
    assert (match.source, match.opco.code if match.opco else None) == (Source.OPCO, "02")
    assert follow_up.status is S.NOT_OURS
    other = follow_up_of(follow_up.establishment, opco_by_code("02"))
    assert other is not None
    assert other.status is S.TO_CONTACT
    assert told() == ["suivi@ep.example"]
    assert told("opco_handed_over") == ["suivi@ep.example", "suivi@akto.example"]
    rows = db.session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(2))
    mails = [OpcoHandedOver.restore({**row.refs, "to": row.recipient}) for row in rows]
    assert [(mail.takes, mail.link().object_id) for mail in mails if mail] == [
        (True, str(other.id)),
        (False, str(follow_up.id)),
    ]
    assert "handed_over" in [entry.action for entry in journal.entries_of(follow_up)]


def test_the_mail_of_the_former_opco_is_cancelled(follow_up: FollowUp) -> None:
    row = db.session.scalars(sa.select(OutboxMessage).where(OutboxMessage.template == "opco_new_need")).one()
    hand_over(follow_up, to_code=None, by=OPCO)
    assert OpcoNewNeed.restore({**row.refs, "to": row.recipient}) is None


def test_not_knowing_sends_it_to_portal_staff(follow_up: FollowUp) -> None:
    match = hand_over(follow_up, to_code=None, by=OPCO)
    assert match.opco is None
    assert needs_without_opco().establishments == (follow_up.establishment,)


def test_what_an_opco_denied_isnt_suggested_again(follow_up: FollowUp) -> None:
    company = follow_up.establishment
    hand_over(follow_up, to_code=None, by=OPCO)
    assert determine(company, evidence=Evidence()).opco is None
    assert determine(company, evidence=Evidence(claims=(employer_says("06"),))).opco is None
    match = determine(company, evidence=Evidence(claims=(employer_says("02"),)))
    assert match.opco is not None
    assert match.opco.code == "02"


def test_a_later_need_goes_to_the_new_opco(follow_up: FollowUp) -> None:
    an_address("02", "suivi@akto.example")
    hand_over(follow_up, to_code="02", by=OPCO)
    an_offer(follow_up.establishment, job="pâtissier ou pâtissière")
    assert told() == ["suivi@ep.example", "suivi@akto.example"]


def test_a_company_can_come_back(follow_up: FollowUp) -> None:
    hand_over(follow_up, to_code="02", by=OPCO)
    other = follow_up_of(follow_up.establishment, opco_by_code("02"))
    assert other is not None
    hand_over(other, to_code="06", by=OPCO)
    assert follow_up.status is S.TO_CONTACT
    assert told() == ["suivi@ep.example"]
    # Told that it left, then that it came back.
    assert told("opco_handed_over") == ["suivi@ep.example", "suivi@ep.example"]


@pytest.mark.parametrize("code", ["06"])
def test_not_to_oneself(follow_up: FollowUp, code: str) -> None:
    with pytest.raises(Refused):
        hand_over(follow_up, to_code=code, by=OPCO)


def test_not_twice(follow_up: FollowUp) -> None:
    hand_over(follow_up, to_code="02", by=OPCO)
    with pytest.raises(Refused, match="déjà"):
        hand_over(follow_up, to_code="03", by=OPCO)


def test_portal_staff_correct_the_opco(follow_up: FollowUp) -> None:
    an_address("09", "suivi@2i.example")
    company = follow_up.establishment
    with pytest.raises(Refused):
        correct_opco(company, opco_code="09", source=Source.AGENT, by=STAFF, reason="  ")
    correct_opco(company, opco_code="09", source=Source.AGENT, by=STAFF, reason="Convention changée")
    match = current_match(company)
    assert match is not None
    assert (match.source, match.ask_again_at) == (Source.AGENT, None)
    assert told() == ["suivi@ep.example"]
    assert told("opco_handed_over") == ["suivi@ep.example", "suivi@2i.example"]
    facts = journal.entries_of(company)[0].facts
    assert (facts["former"], facts["opco"], facts["reason"]) == ("06", "09", "Convention changée")


def test_the_last_person_to_speak_is_believed(follow_up: FollowUp) -> None:
    company = follow_up.establishment
    hand_over(follow_up, to_code="02", by=OPCO)
    match = correct_opco(
        company, opco_code="09", source=Source.AGENT, by=STAFF, reason="Vérifié par téléphone"
    )
    assert (match.source, match.opco.code if match.opco else None) == (Source.AGENT, "09")


def test_a_held_offer_follows_its_company(db_session: object) -> None:
    an_address()
    an_address("02", "suivi@akto.example")
    offer = an_offer(a_company(verification=Verification.NOT_LISTED))
    hand_over_hold(offer.holds[-1], opco_code="06", to_code="02", by=OPCO)
    assert told("opco_decide") == ["suivi@ep.example", "suivi@akto.example"]
    assert told() == []
    assert offer.holds[-1].decided_at is None
    with pytest.raises(Refused):
        hand_over_hold(offer.holds[-1], opco_code="06", to_code="03", by=OPCO)


def test_stopping_is_per_opco_and_journalled(db_session: object) -> None:
    here = an_address("06", "partage@opco.example")
    there = an_address("02", "partage@opco.example")
    assert stop_telling("Partage@OPCO.example", opco=here.opco, by=OPCO) == 1
    assert (here.stopped_at is None, there.stopped_at is None) == (False, True)
    assert [entry.action for entry in journal.entries_of(here)] == ["opco_messages_stopped"]
    assert stop_telling("partage@opco.example", by=OPCO) == 1
