"""Telling the OPCO: once an offer and an address, the right département, nobody when nobody is known."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from app.audit import journal
from app.core.database import db
from app.domain.employers.models import Verification
from app.domain.offers.models import Hold
from app.domain.opco.contacts import department_of, note_bounce, stop_messages
from app.domain.opco.decision import Evidence, employer_says
from app.domain.opco.determination import current_match, determine, opco_by_code
from app.domain.opco.emails import OpcoDecide, OpcoNewNeed
from app.domain.opco.follow_up import follow_up_of
from app.domain.opco.lifecycle import FOLLOW_UP_LIFECYCLE, FollowUpStatus
from app.domain.opco.models import Confidence, ContactMode, DigestItem, FollowUp, Opco, OpcoMatch, Source
from app.domain.opco.queues import needs_without_address, needs_without_opco
from app.domain.opco.seeds import seed_demo_contacts, seed_opcos
from app.domain.opco.services import add_address, tell_opco, tell_opco_of_hold
from app.outbox import cancel
from app.outbox.models import OutboxMessage
from tests.support.opco_scene import GARAGE, a_company, an_address, an_offer

pytestmark = pytest.mark.usefixtures("db_session")


def told(template: str = "opco_new_need") -> list[str]:
    """Addresses that a kind of mail is queued to, in order."""
    query = sa.select(OutboxMessage.recipient).where(OutboxMessage.template == template)
    return list(db.session.scalars(query.order_by(OutboxMessage.id)))


@pytest.fixture(autouse=True)
def _clean(db_session: object) -> Iterator[None]:
    yield
    db.session.rollback()


def test_the_first_publication_tells_the_opco() -> None:
    an_address()
    offer = an_offer(a_company())
    assert told() == ["suivi@ep.example"]
    follow_up = db.session.scalars(sa.select(FollowUp)).one()
    assert (follow_up.status, follow_up.opco.code, follow_up.department) == (
        FollowUpStatus.TO_CONTACT,
        "06",
        "12",
    )
    assert "opco_told" in [entry.action for entry in journal.entries_of(offer)]


def test_each_offer_tells_once() -> None:
    an_address()
    company = a_company()
    first, second = an_offer(company), an_offer(company, job="pâtissier ou pâtissière")
    tell_opco(first)
    tell_opco(second)
    assert told() == ["suivi@ep.example"] * 2
    assert db.session.scalar(sa.select(sa.func.count()).select_from(FollowUp)) == 1


def test_the_mail_carries_a_link_to_the_follow_up() -> None:
    an_address()
    an_offer(a_company())
    row = db.session.scalars(sa.select(OutboxMessage).where(OutboxMessage.template == "opco_new_need")).one()
    mail = OpcoNewNeed.restore({**row.refs, "to": row.recipient})
    follow_up = db.session.scalars(sa.select(FollowUp)).one()
    assert mail is not None
    assert mail.unsubscribable
    order = mail.link()
    assert (order.purpose, order.object_type, order.object_id) == (
        "follow_up",
        "follow_up",
        str(follow_up.id),
    )
    assert order.lives.days == 90
    assert mail.to_confirm is Source.IDCC
    assert "claire" not in str(mail.context()).casefold()


def test_the_department_is_preferred_to_the_country() -> None:
    an_address(email="pays@ep.example")
    an_address(email="aveyron@ep.example", department="12")
    an_address(email="lot@ep.example", department="46")
    an_offer(a_company())
    assert told() == ["aveyron@ep.example"]


def test_the_country_answers_when_the_department_has_nobody() -> None:
    an_address(email="pays@ep.example")
    an_address(email="lot@ep.example", department="46")
    an_offer(a_company())
    assert told() == ["pays@ep.example"]


def test_other_opcos_are_not_told() -> None:
    an_address()
    an_address("07", "suivi@mobilites.example")
    an_offer(a_company())
    assert told() == ["suivi@ep.example"]


def test_several_addresses_are_each_told() -> None:
    an_address(email="un@ep.example")
    an_address(email="deux@ep.example")
    an_offer(a_company())
    assert told() == ["un@ep.example", "deux@ep.example"]


def test_a_digest_is_kept_for_later() -> None:
    an_address(email="resume@ep.example", mode=ContactMode.DIGEST)
    offer = an_offer(a_company())
    tell_opco(offer)
    assert told() == []
    assert [item.offer_id for item in db.session.scalars(sa.select(DigestItem))] == [offer.id]
    assert needs_without_address().count == 0


def test_without_address_the_need_waits() -> None:
    company = a_company()
    an_offer(company)
    assert told() == []
    waiting = needs_without_address()
    assert (waiting.count, waiting.establishments) == (1, (company,))
    assert waiting.oldest is not None


def test_a_new_address_is_told_what_waited() -> None:
    an_offer(a_company())
    add_address(opco_by_code("06"), "enfin@ep.example")
    assert told() == ["enfin@ep.example"]
    assert needs_without_address().count == 0
    add_address(opco_by_code("06"), "second@ep.example")
    assert told() == ["enfin@ep.example"]


@pytest.mark.parametrize("silence", [stop_messages, note_bounce])
def test_a_silent_address_is_not_written_to(silence: object) -> None:
    contact = an_address()
    silence(contact.email.upper())  # type: ignore[operator]
    an_offer(a_company())
    assert told() == []
    assert needs_without_address().count == 1


def test_without_opco_nothing_is_sent() -> None:
    an_address()
    company = a_company(idcc=(), naf="84.11Z")
    an_offer(company)
    assert told() == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(FollowUp)) == 0
    assert needs_without_opco().establishments == (company,)
    match = current_match(company)
    assert match is not None
    assert (match.opco, match.confidence) == (None, Confidence.UNKNOWN)


def test_a_suggestion_is_stored_as_one() -> None:
    company = a_company()
    an_offer(company)
    match = current_match(company)
    assert match is not None
    assert (match.source, match.confidence) == (Source.IDCC, Confidence.SUGGESTION)
    assert match.opco is not None
    assert match.opco.code == "06"


def test_a_determination_again_keeps_one_current_row() -> None:
    company = a_company()
    determine(company, evidence=Evidence())
    determine(company, evidence=Evidence())
    determine(company, evidence=Evidence(claims=(employer_says("02"),)))
    # A later deposit that says nothing keeps what the employer chose.
    determine(company, evidence=Evidence())
    rows = db.session.scalars(sa.select(OpcoMatch).order_by(OpcoMatch.id)).all()
    assert [(row.opco.code if row.opco else None, row.current) for row in rows] == [
        ("06", False),
        ("02", True),
    ]
    actions = [entry.action for entry in journal.entries_of(company)]
    assert actions == ["opco_corrected", "opco_determined"]


def test_the_employer_may_change_its_mind() -> None:
    company = a_company()
    determine(company, evidence=Evidence(claims=(employer_says("02"),)))
    match = determine(company, evidence=Evidence(claims=(employer_says(None),)))
    assert (match.opco, match.source) == (None, Source.EMPLOYER)


def test_the_database_refuses_two_current_matches() -> None:
    company = a_company()
    first = determine(company, evidence=Evidence())
    db.session.add(
        OpcoMatch(establishment=company, confidence=Confidence.UNKNOWN, read_at=first.read_at, current=True)
    )
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()


def test_a_new_need_brings_back_a_follow_up_without_effect() -> None:
    company = a_company()
    an_offer(company)
    follow_up = follow_up_of(company, opco_by_code("06"))
    assert follow_up is not None
    FOLLOW_UP_LIFECYCLE.apply(follow_up, "drop")
    an_offer(company, job="pâtissier ou pâtissière")
    assert follow_up.status is FollowUpStatus.TO_CONTACT


def test_a_held_offer_asks_the_opco() -> None:
    an_address()
    an_address(email="resume@ep.example", mode=ContactMode.DIGEST)
    offer = an_offer(a_company(verification=Verification.NOT_LISTED))
    assert told() == []
    assert told("opco_decide") == ["suivi@ep.example", "resume@ep.example"]
    hold = db.session.scalars(sa.select(Hold)).one()
    assert tell_opco_of_hold(hold) == 0
    mail = OpcoDecide(an_address(), hold)
    assert (mail.link().purpose, mail.link().object_id) == ("held_offer", str(offer.id))
    assert (mail.link().scope, mail.link().lives.days) == ("opco:06", 15)


def test_a_closed_offer_is_no_longer_announced() -> None:
    an_address()
    offer = an_offer(a_company())
    row = db.session.scalars(sa.select(OutboxMessage).where(OutboxMessage.template == "opco_new_need")).one()
    stop_messages("suivi@ep.example")
    assert OpcoNewNeed.restore({**row.refs, "to": row.recipient}) is None
    assert cancel("offer", str(offer.id), {"opco_new_need"}) == 1


@pytest.mark.parametrize(
    ("commune_code", "postcode", "expected"),
    [
        ("12202", "12000", "12"),
        ("2A004", "20000", "2A"),
        (None, "20000", "2A"),
        (None, "20200", "2B"),
        (None, "97400", "974"),
        (None, "75001", "75"),
        ("99138", "98000", "980"),
        (None, "", None),
        (None, "1200", None),
    ],
)
def test_department(commune_code: str | None, postcode: str, expected: str | None) -> None:
    assert department_of(a_company(commune_code=commune_code, postcode=postcode)) == expected


def test_seeds_are_written_once() -> None:
    assert seed_opcos() == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Opco)) == 11
    assert (seed_demo_contacts(), seed_demo_contacts()) == (11, 0)
    an_offer(a_company(GARAGE, idcc=(1090,), naf="45.20A"))
    assert told() == ["opco-07@opco.example"]
