"""Asking CFAs, their answers, the agreement of the people they propose, addresses that fail."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.audit.actor import Actor, ActorKind
from app.core import clock
from app.core.database import db
from app.core.errors import Refused
from app.domain.cfa_requests import consent, services
from app.domain.cfa_requests.catalogue_models import CfaEmail
from app.domain.cfa_requests.lifecycle import CfaRequestStatus as S
from app.domain.cfa_requests.matching import Near
from app.domain.cfa_requests.models import CfaRequest, ProposedCandidate
from app.domain.cfa_requests.queries import asked_sentence, choices_for, requests_of, why_no_answer
from app.domain.cfa_requests.reaching import (
    follow_bounce,
    stop_requests,
    stop_suggestions,
    wants_no_suggestion,
)
from app.domain.cfa_requests.services import Person
from app.domain.offers.life import close_offer
from app.domain.offers.lifecycle import EndReason
from app.outbox.events import AddressBounced
from app.outbox.models import OutboxMessage, OutboxStatus
from tests.factories.offers import make_offer
from tests.factories.training import CFA_ACTOR, EMPLOYER, make_candidate, make_cfa, make_request

pytestmark = pytest.mark.usefixtures("db_session")
PERSON = Actor(ActorKind.CANDIDATE, 1, "link")


def mails(template: str) -> list[OutboxMessage]:
    query = sa.select(OutboxMessage).where(
        OutboxMessage.template == template, OutboxMessage.status != OutboxStatus.CANCELLED
    )
    return list(db.session.scalars(query.order_by(OutboxMessage.id)))


def bounce(email: str, reason: str = "hard_bounce") -> None:
    follow_bounce(AddressBounced(email=email, reason=reason))


def test_a_request_goes_to_the_first_contact_once() -> None:
    offer, cfa = make_offer(), make_cfa()
    for _ in range(2):
        services.ask_cfas(offer, [Near(cfa, 3.2)], give_phone=True, by=EMPLOYER)
    [request] = requests_of(offer)
    assert (request.status, request.phone_given, request.sent_to) == (S.SENT, True, cfa.emails[0].email)
    assert [mail.recipient for mail in mails("cfa_request")] == [cfa.emails[0].email]
    assert [choice.asked for choice in choices_for(offer)] == [request]


def test_only_an_offer_online_is_sent_and_to_somebody() -> None:
    with pytest.raises(Refused, match="Choisissez au moins un CFA"):
        services.ask_cfas(make_offer(), [], give_phone=False, by=EMPLOYER)
    with pytest.raises(Refused, match="pas en ligne"):
        services.ask_cfas(make_offer("ended"), [Near(make_cfa(), 1)], give_phone=False, by=EMPLOYER)


def test_the_sentence_counts_as_people_do() -> None:
    offer = make_offer()
    assert asked_sentence(requests_of(offer)) == ""
    first = make_request(offer)
    assert asked_sentence(requests_of(offer)) == "1 CFA contacté, pas encore de réponse"
    second, third = make_request(offer), make_request(offer)
    assert asked_sentence(requests_of(offer)) == "3 CFA contactés, aucun n’a répondu"
    services.decline(first, by=CFA_ACTOR)
    assert asked_sentence(requests_of(offer)) == "3 CFA contactés, 1 a répondu"
    for request in (second, third):
        services.ask_to_talk(request, message="Bonjour", give_address=None, by=CFA_ACTOR)
    assert asked_sentence(requests_of(offer)) == "3 CFA contactés, 3 ont répondu"


def test_an_answer_can_be_changed_until_the_offer_ends() -> None:
    request = make_request()
    services.mark_read(request, by=CFA_ACTOR)
    assert request.status is S.READ
    services.propose(request, [Person("Léa", "lea@exemple.example")], message="Motivée", by=CFA_ACTOR)
    services.decline(request, by=CFA_ACTOR)
    assert (request.status, request.candidates, request.message) == (S.DECLINED, [], None)
    services.ask_to_talk(request, message="Rappelez-nous", give_address="cfa@cfa.example", by=CFA_ACTOR)
    assert (request.status, request.reply_to) == (S.WANTS_TO_TALK, "cfa@cfa.example")
    assert len(mails("cfa_answered")) == 3
    assert mails("proposal_consent") == []
    close_offer(request.offer, by=EMPLOYER, reason=EndReason.GIVEN_UP)
    assert (why_no_answer(request.offer) or "").startswith("Cette offre est clôturée depuis le")
    with pytest.raises(Refused, match="Aucune réponse n’est attendue"):
        services.decline(request, by=CFA_ACTOR)


def test_a_new_list_keeps_who_agreed_and_erases_who_left() -> None:
    request = make_request()
    lea, noe, zoe = (Person(name, f"{name}@exemple.example") for name in ("lea", "noe", "zoe"))
    services.propose(request, [lea, noe], message="", by=CFA_ACTOR)
    consent.agree(request.candidates[0], by=PERSON)
    services.propose(request, [lea, zoe], message="", by=CFA_ACTOR)
    assert [one.first_name for one in request.candidates] == ["lea", "zoe"]
    assert [one.first_name for one in request.agreed] == ["lea"]
    assert sorted(mail.recipient for mail in mails("proposal_consent")) == [
        "lea@exemple.example", "zoe@exemple.example",
    ]  # fmt: skip
    with pytest.raises(Refused):
        services.propose(request, [lea] * 6, message="", by=CFA_ACTOR)


def test_an_agreement_shows_the_person_and_tells_the_employer() -> None:
    candidate = make_candidate()
    assert candidate.request.agreed == []
    assert consent.agree(candidate, by=PERSON)
    assert not consent.agree(candidate, by=PERSON)
    assert candidate.request.agreed == [candidate]
    assert len(mails("cfa_answered")) == 2


def test_a_refusal_erases_at_once_even_after_an_agreement() -> None:
    candidate = make_candidate()
    request = candidate.request
    consent.agree(candidate, by=PERSON)
    consent.refuse(candidate, by=PERSON)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ProposedCandidate)) == 0
    assert (request.refusals, request.candidates) == (1, [])


def test_no_agreement_once_the_offer_is_over() -> None:
    candidate = make_candidate()
    close_offer(candidate.request.offer, by=EMPLOYER, reason=EndReason.GIVEN_UP)
    with pytest.raises(Refused, match="Rien n’est transmis"):
        consent.agree(candidate, by=PERSON)


def test_a_bounce_goes_to_the_next_contact_then_the_request_is_unreachable() -> None:
    request = make_request()
    first, second = (email.email for email in request.cfa.emails)
    bounce(first)
    assert (request.sent_to, request.status) == (second, S.SENT)
    assert [mail.recipient for mail in mails("cfa_request")] == [first, second]
    bounce(second)
    assert request.status is S.UNREACHABLE
    assert len(mails("cfa_request")) == 2
    services.mark_read(request, by=CFA_ACTOR)
    assert request.status is S.READ


def test_a_complaint_stops_everything() -> None:
    request = make_request()
    bounce(request.sent_to, "complaint")
    assert request.cfa.opted_out_at is not None
    assert mails("cfa_request") == []


def test_opting_out_is_for_good_and_silences_the_address_everywhere() -> None:
    request = make_request()
    address = request.sent_to.upper()
    assert stop_requests(address, by=CFA_ACTOR) == 1
    assert stop_requests(address, by=CFA_ACTOR) == 0
    assert request.status is S.DECLINED
    assert db.session.query(CfaEmail).count() == 0
    assert services.ask_cfas(make_offer(), [Near(request.cfa, 1)], give_phone=False, by=EMPLOYER) == []
    assert mails("cfa_request") == []


def test_suggestions_are_stopped_without_keeping_the_address() -> None:
    for _ in range(2):
        stop_suggestions("Camille@Boulangerie.example")
    assert wants_no_suggestion("camille@boulangerie.example")
    assert not wants_no_suggestion("autre@boulangerie.example")


def test_what_was_said_is_forgotten_six_months_after_the_offer() -> None:
    request = make_request()
    services.ask_to_talk(request, message="Bonjour", give_address="cfa@cfa.example", by=CFA_ACTOR)
    close_offer(request.offer, by=EMPLOYER, reason=EndReason.GIVEN_UP)
    db.session.flush()
    assert consent.requests_to_forget(limit=10) == []
    with clock.moved_by(consent.KEPT_FOR + timedelta(days=1)):
        for old in consent.requests_to_forget(limit=10):
            consent.forget(old)
        assert consent.requests_to_forget(limit=10) == []
    again = db.session.get_one(CfaRequest, request.id)
    assert (again.sent_to, again.message, again.reply_to) == ("", None, None)
