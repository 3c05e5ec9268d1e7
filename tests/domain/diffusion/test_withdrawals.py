"""What must leave a site leaves it, whatever happened before: no offer stays there once it is over here."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.actor import Actor, ActorKind
from app.core import clock
from app.core.database import db
from app.domain.diffusion.lifecycle import DiffusionStatus, SubmissionStatus
from app.domain.diffusion.recording import web_address
from app.domain.diffusion.registry import turn
from app.domain.offers.editing import edit_offer
from app.domain.offers.life import close_offer
from app.domain.offers.lifecycle import EndReason
from app.domain.offers.models import Offer
from app.domain.offers.undo import undo_act
from app.outbox import leases
from app.outbox.models import OutboxMessage
from app.outbox.settling import Result
from app.scheduling.runner import run_job
from tests.factories.offers import make_offer
from tests.support.diffusion import Scene, command, scene, writes_to
from tests.support.sites import SITE, rest_board, sites_served
from tests.support.standins import Partner

S = DiffusionStatus
REFUSED_TEXT = "Une entreprise en plein essor cherche un boulanger ou une boulangère."


def online(**over: object) -> int:
    offer_id = make_offer(**over).id
    db.session.commit()
    return offer_id


def published(play: Scene, lba: Partner, **over: object) -> int:
    offer_id = online(**over)
    play.push()
    command(lba, publier=True)
    play.push_later()
    assert play.diffusion(offer_id).status is S.PUBLISHED
    return offer_id


def close(offer_id: int) -> None:
    offer = db.session.get_one(Offer, offer_id)
    close_offer(offer, by=by(offer), reason=EndReason.FILLED_HERE)
    db.session.commit()


def edit(offer_id: int, **fields: object) -> None:
    offer = db.session.get_one(Offer, offer_id)
    edit_offer(offer, fields, version=offer.version, by=by(offer))
    db.session.commit()


def by(offer: Offer) -> Actor:
    return Actor(ActorKind.CONTACT, offer.contact_id, "link")


def live(lba: Partner) -> list[str]:
    """What people see there."""
    return [one["statut"] for one in command(lba, publier=True)["offres"]]


def test_an_offer_that_expires_leaves_a_platform_that_was_closed_meanwhile(play: Scene, lba: Partner) -> None:
    offer_id = published(play, lba)
    turn(play.platform.key, on=False)
    db.session.commit()
    with clock.moved_by(timedelta(days=29)):
        run_job("expire_offers", dry=False)
        db.session.commit()
        # Not at its daily reading: at once.
        assert [one.template for one in play.waiting()] == ["withdraw"]
        play.pusher.drain(limit=5)
    assert play.diffusion(offer_id).detail == "withdrawing"
    assert writes_to(lba)[-1].startswith("PUT ")


def test_a_doubt_followed_by_a_refused_connection_is_still_a_doubt(play: Scene, lba: Partner) -> None:
    offer_id = online()
    lba.fails("down", path="/api/job", times=1)
    play.push()
    # Created there without our knowing; the second try is certain to have done nothing.
    lba.fails("429", path="/api/job", times=1, before=True)
    play.push_later(2)
    assert play.diffusion(offer_id).submissions[0].status is SubmissionStatus.IN_DOUBT
    close(offer_id)
    for minutes in (60, 120):
        play.push_later(minutes)
    assert live(lba) == ["Filled"]


def test_an_update_that_is_refused_leaves_something_to_withdraw(play: Scene, lba: Partner) -> None:
    offer_id = published(play, lba)
    edit(offer_id, description=REFUSED_TEXT)
    play.push()
    command(lba, publier=True)
    play.push_later(3)
    found = play.diffusion(offer_id)
    assert (found.status, found.detail) == (S.REFUSED, "former_online")
    # Read every day: refused still, and still there.
    play.push_later(60 * 25)
    assert play.diffusion(offer_id).detail == "former_online"
    edit(offer_id, description="Une boulangerie qui grandit cherche un boulanger.")
    close(offer_id)
    for minutes in (11, 60):
        play.push_later(minutes)
    assert live(lba) == ["Filled"]


def test_an_invalid_update_of_what_is_not_examined_yet_leaves_the_first_one_there(
    play: Scene, lba: Partner
) -> None:
    offer_id = online()
    play.push()
    lba.fails("422", path="/api/job", times=1, before=True)
    edit(offer_id, title="Boulangère ou boulanger")
    play.push()
    found = play.diffusion(offer_id)
    assert (found.status, found.detail) == (S.REFUSED, "former_online")
    command(lba, publier=True)
    play.push_later(60 * 25)
    assert play.diffusion(offer_id).status is S.REFUSED
    close(offer_id)
    for minutes in (60 * 26, 60 * 27):
        play.push_later(minutes)
    assert live(lba) == ["Filled"]


def test_what_was_never_there_has_left_when_its_withdrawal_is_refused(play: Scene, lba: Partner) -> None:
    offer_id = online(description=REFUSED_TEXT)
    play.push()
    close(offer_id)
    play.push_later(11)
    command(lba, publier=True)
    for minutes in (20, 40, 60, 600):
        play.push_later(minutes)
    assert len(writes_to(lba)) == 2
    assert play.diffusion(offer_id).status is S.FILLED
    assert play.waiting() == []


def test_a_closing_that_is_refused_is_asked_again_once_a_night(play: Scene, lba: Partner) -> None:
    offer_id = published(play, lba)
    siret = str(db.session.get_one(Offer, offer_id).establishment.siret)
    close(offer_id)
    command(lba, refus={siret: "CLOSED_COMPANY"})
    play.push_later(11)
    command(lba, publier=True)
    for minutes in (20, 40, 60, 600):
        play.push_later(minutes)
    asked = len(writes_to(lba))
    found = play.diffusion(offer_id)
    assert (asked, found.status, found.detail) == (2, S.UNCERTAIN, "given_up")
    run_job("reconcile_diffusions", dry=False)
    command(lba, refus={siret: None})
    play.push_later(600)
    command(lba, publier=True)
    play.push_later(700)
    assert play.diffusion(offer_id).status is S.FILLED


def test_an_order_in_hand_does_not_withdraw_before_the_undo_is_over(play: Scene, lba: Partner) -> None:
    offer_id = published(play, lba)
    with clock.moved_by(timedelta(hours=25)):
        # The daily reading, claimed before the employer closes the offer.
        [reading] = leases.claim(
            play.platform.kind, owner=play.pusher.owner, limit=1, lease=play.pusher.lease, in_lanes=True
        )
        offer = db.session.get_one(Offer, offer_id)
        act = close_offer(offer, by=by(offer), reason=EndReason.FILLED_HERE)
        db.session.commit()
        assert play.pusher._step(reading) is Result.CANCELLED
        assert len(writes_to(lba)) == 1
        undo_act(offer, act, by=by(offer))
        db.session.commit()
        play.push_later(60)
    assert len(writes_to(lba)) == 1


def test_a_board_that_no_longer_knows_it_is_asked_once(app: Flask, board: Partner) -> None:
    with scene(app, SITE, rest_board(board.url)) as play:
        offer_id = online()
        play.push()
        command(board, publier=True)
        play.push_later()
        board.fails("404", path="/api/jobs")
        close(offer_id)
        for minutes in (11, 30, 60):
            play.push_later(minutes)
        assert play.diffusion(offer_id).status is S.FILLED
        assert sum(one["method"] == "DELETE" for one in board.journal("/api/jobs")) == 1


def test_a_board_that_keeps_it_is_for_a_person(app: Flask, board: Partner) -> None:
    with scene(app, SITE, rest_board(board.url)) as play:
        offer_id = online()
        play.push()
        command(board, publier=True)
        play.push_later()
        board.fails("409", path="/api/jobs", times=1)
        close(offer_id)
        play.push_later(11)
        found = play.diffusion(offer_id)
        assert (found.status, found.detail) == (S.UNCERTAIN, "given_up")
        run_job("reconcile_diffusions", dry=False)
        play.push_later(120)
        play.push_later(180)
        assert play.diffusion(offer_id).status is S.CLOSED


def test_a_text_changed_while_the_first_was_in_doubt_is_not_lost(app: Flask, board: Partner) -> None:
    with scene(app, SITE, rest_board(board.url)) as play:
        offer_id = online()
        board.fails("down", path="/api/jobs", times=1)
        play.push()
        edit(offer_id, title="Boulangère ou boulanger")
        # The board doesn't merge: it says that this reference is there, with the former text.
        play.push_later(2)
        play.push_later(4)
        [held] = command(board)["offres"]
        assert held["title"] == "Boulangère ou boulanger"


def test_two_processes_that_number_an_order_alike_both_write_one(play: Scene, lba: Partner) -> None:
    offer_id = published(play, lba)
    found = play.diffusion(offer_id)
    # What the other has counted at the same time, and that has left since.
    taken = sa.update(OutboxMessage).where(OutboxMessage.template == "publish")
    key = f"push:{found.platform}:{found.id}:{found.revision + 1}:update"
    db.session.execute(taken.values(dedupe_key=key))
    db.session.commit()
    edit(offer_id, title="Boulangère ou boulanger")
    play.push()
    assert writes_to(lba)[-1].startswith("PUT ")


def test_an_address_that_a_partner_gives_is_one_of_the_web() -> None:
    assert web_address("https://site.example/1") == "https://site.example/1"
    assert web_address("javascript:alert(1)") is None


@pytest.fixture
def board() -> Iterator[Partner]:
    """A declared board."""
    with sites_served() as partner:
        yield partner
