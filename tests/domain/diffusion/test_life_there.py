"""The life of an offer at La bonne alternance: published, changed, refused, withdrawn, put back."""

from datetime import timedelta

import sqlalchemy as sa

from app.audit.actor import Actor, ActorKind
from app.core import clock
from app.core.database import db
from app.domain.diffusion.lifecycle import DiffusionStatus, SubmissionStatus
from app.domain.offers.editing import edit_offer
from app.domain.offers.life import close_offer
from app.domain.offers.lifecycle import EndReason
from app.domain.offers.models import Offer
from app.domain.offers.undo import undo_act
from app.outbox.models import OutboxMessage, OutboxStatus
from app.outbox.settling import Counts
from tests.factories.offers import make_offer
from tests.support.diffusion import Scene, command, writes_to
from tests.support.standins import Partner

S = DiffusionStatus


def online(**over: object) -> Offer:
    """An offer that has just gone online."""
    offer = make_offer(**over)
    db.session.commit()
    return offer


def by(offer: Offer) -> Actor:
    return Actor(ActorKind.CONTACT, offer.contact_id, "link")


def told() -> list[str]:
    """The e-mails about diffusions, oldest first."""
    db.session.rollback()
    query = sa.select(OutboxMessage.template).where(OutboxMessage.template.startswith("diffusion_"))
    return list(db.session.scalars(query.order_by(OutboxMessage.id)))


def published(play: Scene, lba: Partner) -> int:
    offer_id = online().id
    play.push()
    command(lba, publier=True)
    play.push_later()
    assert play.diffusion(offer_id).status is S.PUBLISHED
    return offer_id


def test_an_offer_that_goes_online_is_sent_then_seen_published(play: Scene, lba: Partner) -> None:
    offer = online()
    offer_id, reference = offer.id, offer.reference
    assert play.diffusion(offer_id).status is S.QUEUED
    assert play.push() == Counts(sent=1)
    found = play.diffusion(offer_id)
    assert (found.status, found.detail) == (S.SENDING, "processing")
    assert found.submission is not None and found.submission.reference == reference
    assert play.push_later(3) == Counts(sent=1)
    assert play.diffusion(offer_id).status is S.SENDING
    command(lba, publier=True)
    play.push_later(20)
    found = play.diffusion(offer_id)
    assert (found.status, found.remote_status) == (S.PUBLISHED, "PUBLISHED Active")
    assert found.url is not None and found.url.startswith(f"{lba.url}/emploi/offres_emploi_partenaires/")
    [watching] = play.waiting()
    assert watching.template == "read"
    assert watching.due_at - clock.now() > timedelta(hours=23)
    assert writes_to(lba) == ["POST /api/job/v1/offer"]
    assert told() == ["diffusion_published"]


def test_a_change_before_its_examination_is_sent_again_under_the_same_reference(
    play: Scene, lba: Partner
) -> None:
    offer = online()
    offer_id = offer.id
    play.push()
    edit_offer(offer, {"title": "Boulangère ou boulanger"}, version=offer.version, by=by(offer))
    db.session.commit()
    play.push()
    [held] = command(lba, publier=True)["offres"]
    assert held["recu"]["offer"]["title"] == "Boulangère ou boulanger"
    assert writes_to(lba) == ["POST /api/job/v1/offer"] * 2
    assert play.diffusion(offer_id).submissions[-1].rank == 1


def test_a_change_of_what_is_published_replaces_it_there(play: Scene, lba: Partner) -> None:
    offer_id = published(play, lba)
    offer = db.session.get_one(Offer, offer_id)
    edit_offer(offer, {"title": "Boulangère ou boulanger"}, version=offer.version, by=by(offer))
    db.session.commit()
    play.push()
    found = play.diffusion(offer_id)
    assert (found.status, found.detail) == (S.PUBLISHED, "updating")
    command(lba, publier=True)
    play.push_later(3)
    assert play.diffusion(offer_id).detail == ""
    assert [call.split()[0] for call in writes_to(lba)] == ["POST", "PUT"]


def test_the_same_text_is_not_sent_twice(play: Scene, lba: Partner) -> None:
    offer_id = published(play, lba)
    offer = db.session.get_one(Offer, offer_id)
    edit_offer(offer, {"questions": ["Avez-vous le permis ?"]}, version=offer.version, by=by(offer))
    db.session.commit()
    assert play.push() == Counts()
    assert len(writes_to(lba)) == 1


def test_closing_withdraws_once_the_undo_is_over(play: Scene, lba: Partner) -> None:
    offer_id = published(play, lba)
    offer = db.session.get_one(Offer, offer_id)
    close_offer(offer, by=by(offer), reason=EndReason.FILLED_HERE)
    db.session.commit()
    assert play.push() == Counts()
    assert play.push_later(9) == Counts()
    play.push_later(11)
    found = play.diffusion(offer_id)
    assert (found.status, found.detail) == (S.PUBLISHED, "withdrawing")
    command(lba, publier=True)
    play.push_later(20)
    found = play.diffusion(offer_id)
    assert (found.status, found.submissions[-1].status) == (S.FILLED, SubmissionStatus.OVER)
    assert play.waiting() == []


def test_an_undone_closing_withdraws_nothing(play: Scene, lba: Partner) -> None:
    offer_id = published(play, lba)
    offer = db.session.get_one(Offer, offer_id)
    act = close_offer(offer, by=by(offer), reason=EndReason.GIVEN_UP)
    db.session.commit()
    undo_act(offer, act, by=by(offer))
    db.session.commit()
    play.push_later(30)
    assert len(writes_to(lba)) == 1
    assert play.diffusion(offer_id).withdrawal_asked_at is None
    assert [one.template for one in play.waiting()] == ["read"]


def test_an_offer_closed_before_it_left_never_leaves(play: Scene, lba: Partner) -> None:
    offer = online()
    offer_id = offer.id
    close_offer(offer, by=by(offer), reason=EndReason.GIVEN_UP)
    db.session.commit()
    play.push_later(30)
    assert writes_to(lba) == []
    assert play.diffusion(offer_id).status is S.CANCELLED
    cancelled = sa.select(OutboxMessage).where(OutboxMessage.kind == play.platform.kind)
    assert {row.status for row in db.session.scalars(cancelled)} == {OutboxStatus.CANCELLED}


def test_a_refusal_says_why_and_another_text_is_examined_again(play: Scene, lba: Partner) -> None:
    offer = online(description="Une entreprise en plein essor cherche un boulanger ou une boulangère.")
    offer_id = offer.id
    play.push()
    command(lba, publier=True)
    play.push_later(3)
    found = play.diffusion(offer_id)
    assert (found.status, found.reason_code, found.reason_field) == (
        S.REFUSED,
        "CFA_BLACKLISTED",
        "description",
    )
    assert "essor" in found.reason_text
    assert told() == ["diffusion_to_fix"]
    assert play.push_later(2000) == Counts()
    offer = db.session.get_one(Offer, offer_id)
    text = "Une entreprise qui grandit cherche un boulanger ou une boulangère."
    edit_offer(offer, {"description": text}, version=offer.version, by=by(offer))
    db.session.commit()
    play.push()
    command(lba, publier=True)
    play.push_later()
    assert play.diffusion(offer_id).status is S.PUBLISHED


def test_what_the_platform_withdraws_by_itself_is_said(play: Scene, lba: Partner) -> None:
    offer_id = published(play, lba)
    reference = play.diffusion(offer_id).submissions[-1].reference
    command(lba, annuler=reference)
    play.push_later(60 * 26)
    found = play.diffusion(offer_id)
    assert (found.status, found.withdrawal_asked_at) == (S.CANCELLED, None)
