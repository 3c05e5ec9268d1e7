"""The life of an offer at APEC: sent once, read by its consultants, changed, taken offline, in doubt."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.actor import SYSTEM, Actor, ActorKind
from app.core import clock
from app.core.database import db
from app.core.errors import Refused
from app.domain.diffusion.apec.identifiers import remove_identifier
from app.domain.diffusion.apec.models import ApecIdentifier
from app.domain.diffusion.lifecycle import DiffusionStatus, SubmissionStatus
from app.domain.diffusion.orders import ask, take_back
from app.domain.diffusion.whereabouts import line_of
from app.domain.offers.editing import edit_offer
from app.domain.offers.life import close_offer, renew_offer
from app.domain.offers.lifecycle import EndReason
from app.domain.offers.models import Offer
from app.domain.organisations.models import Membership
from app.outbox.models import Circuit, OutboxMessage
from app.outbox.settling import Counts
from tests.support.apec import apec_board, creations, give_identifier, member_with_offer
from tests.support.diffusion import Scene, command, scene
from tests.support.standins import Partner, apec_served

S = DiffusionStatus


@pytest.fixture(scope="module")
def served_apec() -> Iterator[Partner]:
    """ADEP."""
    with apec_served() as partner:
        yield partner


@pytest.fixture
def apec(served_apec: Partner) -> Partner:
    """The same, empty and well."""
    served_apec.reset()
    return served_apec


@pytest.fixture
def play(app: Flask, apec: Partner) -> Iterator[Scene]:
    """APEC, open."""
    with app.app_context():
        board = apec_board(apec)
    with scene(app, "apec", board) as ready:
        yield ready


def sent(play: Scene, **need: Any) -> int:
    """An offer that has left for APEC."""
    member, offer = member_with_offer(**need)
    offer_id = offer.id
    give_identifier(member)
    play.push()
    return offer_id


def held(apec: Partner) -> list[tuple[str, str]]:
    return [(one["reference"], one["statut"]) for one in command(apec)["offres"]]


def by(offer: Offer) -> Actor:
    return Actor(ActorKind.CONTACT, offer.contact_id, "link")


def test_an_offer_leaves_when_its_structure_gives_an_identifier(play: Scene, apec: Partner) -> None:
    offer_id = sent(play)
    found = play.diffusion(offer_id)
    assert (found.status, found.remote_status, found.account) == (S.PUBLISHED, "PUBLIEE", "")
    assert found.url is not None and found.url.endswith(f"/detail-offre/{found.submissions[0].remote_id}")
    [kept] = command(apec)["offres"]
    assert kept["recruteur"] == "123456789W"
    assert (kept["champs"]["PositionSupplier@relationship"], kept["champs"]["JobType"]) == ("broker", "6")
    assert (kept["champs"]["Duration"], kept["champs"]["DisplayedPay"]) == ("24", "5")
    shown = "".join(attempt.request + attempt.answer for attempt in found.submissions[0].attempts)
    assert "123456789W" not in shown and "<sep:atsPassword>•••<" in shown


def test_without_identifier_nothing_leaves(play: Scene, apec: Partner) -> None:
    _, offer = member_with_offer()
    [reason] = play.platform.obstacles(offer, {})
    assert reason == "Aucun membre de la structure n’a donné son identifiant APEC."
    assert (play.push(), held(apec)) == (Counts(), [])


def test_the_answer_dropped_after_the_creation_gives_exactly_one_creation(play: Scene, apec: Partner) -> None:
    apec.fails("down", path="/v5/positions", times=1)
    offer_id = sent(play)
    found = play.diffusion(offer_id)
    assert (found.status, found.submissions[0].status) == (S.UNCERTAIN, SubmissionStatus.IN_DOUBT)
    play.push_later(2)
    found = play.diffusion(offer_id)
    assert (found.status, found.submissions[0].status) == (S.PUBLISHED, SubmissionStatus.KNOWN)
    play.push_later(60 * 48)
    assert (creations(apec), len(held(apec))) == (1, 1)


def test_a_request_lost_before_the_creation_stays_in_doubt_and_is_not_sent_again(
    play: Scene, apec: Partner
) -> None:
    apec.fails("down", path="/v5/positions", times=1, before=True)
    offer_id = sent(play)
    for minutes in (2, 10, 60, 60 * 30):
        play.push_later(minutes)
    assert play.diffusion(offer_id).status is S.UNCERTAIN
    assert creations(apec) == 0


def test_a_moderated_offer_waits_for_its_consultant(play: Scene, apec: Partner) -> None:
    command(apec, moderer=True)
    offer_id = sent(play)
    assert play.diffusion(offer_id).status is S.AWAITING_MODERATION
    command(apec, publier=True)
    play.push_later(3)
    assert play.diffusion(offer_id).status is S.PUBLISHED


def test_an_offer_closed_while_apec_reads_it_is_taken_offline_afterwards(play: Scene, apec: Partner) -> None:
    command(apec, moderer=True)
    offer_id = sent(play)
    offer = db.session.get_one(Offer, offer_id)
    close_offer(offer, by=by(offer), reason=EndReason.GIVEN_UP)
    db.session.commit()
    play.push_later(11)
    # However long its consultants take, that is no trouble of APEC's, and patience isn't worn out.
    for hours in (2, 50):
        play.push_later(60 * hours)
    assert play.diffusion(offer_id).status is S.AWAITING_MODERATION
    assert db.session.get(Circuit, play.platform.kind) is None
    command(apec, publier=True)
    play.push_later(60 * 62)
    assert [state for _, state in held(apec)] == ["SUSPENDUE"]
    assert play.diffusion(offer_id).status is S.SUSPENDED


def test_what_a_consultant_sends_back_has_nothing_to_be_taken_offline(play: Scene, apec: Partner) -> None:
    command(apec, moderer=True)
    offer_id = sent(play)
    offer = db.session.get_one(Offer, offer_id)
    close_offer(offer, by=by(offer), reason=EndReason.GIVEN_UP)
    db.session.commit()
    command(apec, etats={play.diffusion(offer_id).submissions[0].reference: "AMODIFIER"})
    play.push_later(11)
    assert play.diffusion(offer_id).submissions[0].status is SubmissionStatus.OVER
    assert play.waiting() == []


def test_what_a_consultant_sends_back_leaves_again_under_another_reference(
    play: Scene, apec: Partner
) -> None:
    command(apec, moderer=True)
    offer_id = sent(play)
    reference = play.diffusion(offer_id).submissions[0].reference
    command(apec, etats={reference: "AMODIFIER"})
    play.push_later(3)
    found = play.diffusion(offer_id)
    assert (found.status, found.reason_code, found.reason_field) == (S.REFUSED, "AMODIFIER", "description")
    _change_title(offer_id)
    play.push()
    assert held(apec) == [(reference, "AMODIFIER"), (f"{reference}-2", "AVALIDER")]


def test_a_change_takes_the_former_text_offline_then_publishes_another(play: Scene, apec: Partner) -> None:
    offer_id = sent(play)
    reference = play.diffusion(offer_id).submissions[0].reference
    _change_title(offer_id)
    play.push()
    play.push()
    assert held(apec) == [(reference, "SUSPENDUE"), (f"{reference}-2", "PUBLIEE")]
    assert creations(apec) == 2


def _change_title(offer_id: int) -> None:
    offer = db.session.get_one(Offer, offer_id)
    edit_offer(offer, {"title": "Responsable qualité en alternance"}, version=offer.version, by=by(offer))
    db.session.commit()


def test_after_thirty_days_it_is_over_there_and_not_sent_again_by_itself(play: Scene, apec: Partner) -> None:
    offer_id = sent(play)
    command(apec, vieillir=play.diffusion(offer_id).submissions[0].reference)
    play.push_later(60 * 25)
    found = play.diffusion(offer_id)
    assert (found.status, found.submissions[0].status) == (S.CLOSED, SubmissionStatus.OVER)
    play.push_later(60 * 50)
    assert creations(apec) == 1


def test_a_local_refusal_says_what_is_missing_and_calls_nobody(play: Scene, apec: Partner) -> None:
    offer_id = sent(play, description="Salaire : 1 900 € par mois. " * 10)
    found = play.diffusion(offer_id)
    assert (found.status, found.reason_field, creations(apec)) == (S.REFUSED, "description", 0)
    assert "salaire" in found.reason_text


def test_an_identifier_stays_while_offers_are_there(play: Scene, apec: Partner) -> None:
    sent(play)
    identifier = db.session.query(ApecIdentifier).one()
    with pytest.raises(Refused, match="encore à l’APEC"):
        remove_identifier(identifier, by=SYSTEM)


def told(name: str) -> list[str]:
    db.session.rollback()
    query = sa.select(OutboxMessage.recipient).where(OutboxMessage.template == name)
    return list(db.session.scalars(query))


def test_the_member_is_told_at_once_of_each_state(play: Scene, apec: Partner) -> None:
    command(apec, moderer=True)
    offer_id = sent(play)
    author = db.session.get_one(Offer, offer_id).author
    assert author is not None
    to = author.email
    assert (told("apec_moderation"), told("apec_published")) == ([to], [])
    assert len(told("diffusion_moderation")) == 1
    command(apec, publier=True)
    play.push_later(3)
    play.push_later(60 * 25)
    assert told("apec_published") == [to]


def test_an_unknown_identifier_is_told_once_and_another_sends_again(play: Scene, apec: Partner) -> None:
    member, offer = member_with_offer()
    member_id, offer_id = member.id, offer.id
    give_identifier(member, "999")
    play.push()
    found = play.diffusion(offer_id)
    assert (found.status, found.reason_code) == (S.REFUSED, "103")
    assert len(told("apec_id_invalid")) == 1
    give_identifier(db.session.get_one(Membership, member_id))
    play.push()
    assert play.diffusion(offer_id).status is S.PUBLISHED
    assert [one["recruteur"] for one in command(apec)["offres"]] == ["123456789W"]


def test_a_person_takes_it_offline_and_puts_it_back_then_again_after_thirty_days(
    play: Scene, apec: Partner
) -> None:
    offer_id = sent(play)
    offer = db.session.get_one(Offer, offer_id)
    take_back(play.diffusion(offer_id), by=SYSTEM)
    db.session.commit()
    play.push()
    offer = db.session.get_one(Offer, offer_id)
    assert (line_of(offer, play.platform).state, line_of(offer, play.platform).act) == ("Retirée", "ask")
    ask(offer, "apec", by=SYSTEM)
    db.session.commit()
    play.push()
    [(reference, state)] = held(apec)
    assert (state, play.diffusion(offer_id).status) == ("PUBLIEE", S.PUBLISHED)
    command(apec, vieillir=reference)
    play.push_later(60 * 25)
    offer = db.session.get_one(Offer, offer_id)
    assert line_of(offer, play.platform).act == "retry"
    ask(offer, "apec", by=SYSTEM)
    db.session.commit()
    play.push()
    assert held(apec) == [(reference, "FERMEE"), (f"{reference}-2", "PUBLIEE")]


def test_a_renewal_changes_nothing_of_what_is_there_and_brings_back_what_is_over(
    play: Scene, apec: Partner
) -> None:
    offer_id = sent(play)
    reference = play.diffusion(offer_id).submissions[0].reference
    for weeks, copies in ((1, [(reference, "PUBLIEE")]), (5, None)):
        if copies is None:
            command(apec, vieillir=reference)
            play.push_later(60 * 24 * 30)
            copies = [(reference, "FERMEE"), (f"{reference}-2", "PUBLIEE")]
        with clock.moved_by(timedelta(weeks=weeks)):
            offer = play.diffusion(offer_id).offer
            renew_offer(offer, by=by(offer))
            db.session.commit()
            play.push()
            play.push()
        assert held(apec) == copies
