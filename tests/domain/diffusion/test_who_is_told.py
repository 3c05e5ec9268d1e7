"""Who learns what of a platform: its health for monitoring, administrators, the member who deposited."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core import clock
from app.core.database import db
from app.core.events import emit
from app.domain.accounts.models import StaffRole
from app.domain.diffusion.alert_emails import CredentialFailed
from app.domain.diffusion.apec.models import ApecIdentifier, ApecOffer
from app.domain.diffusion.emails import DiffusionPublishedMail
from app.domain.diffusion.engine import Pusher
from app.domain.diffusion.events import DiffusionModerated, DiffusionPublished, DiffusionRefused
from app.domain.diffusion.health import platforms_health
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.platforms.apec import APEC
from app.domain.organisations.models import Membership
from app.outbox.models import Circuit, OutboxMessage
from app.outbox.settling import Counts
from app.outbox.upkeep import pause
from tests.domain.diffusion.conftest import board_of
from tests.factories.diffusions import make_diffusion
from tests.factories.offers import make_offer
from tests.factories.structures import make_account
from tests.support.apec import give_identifier, member_with_offer
from tests.support.diffusion import Scene
from tests.support.queries import statements
from tests.support.standins import Partner

S, LBA = DiffusionStatus, "api_apprentissage"


@pytest.fixture
def closed(app: Flask) -> Iterator[None]:
    """A context of the application; no platform is open."""
    with app.app_context():
        yield
        db.session.rollback()


def mails(template: str) -> list[OutboxMessage]:
    """Those of a kind, oldest first."""
    db.session.rollback()
    query = sa.select(OutboxMessage).where(OutboxMessage.template == template)
    return list(db.session.scalars(query.order_by(OutboxMessage.id)))


def test_the_health_of_an_open_platform(play: Scene, lba: Partner, client: FlaskClient) -> None:
    make_offer()
    db.session.commit()
    with statements() as sent:
        [one] = platforms_health()
    assert len(sent) <= 5
    assert (one.key, one.is_well, one.circuit, one.waiting) == (LBA, True, "closed", 1)
    assert one.last_success is None
    with clock.moved_by(timedelta(hours=2)):
        [late] = platforms_health()
        assert not late.is_well and late.oldest_waiting is not None
        said = client.get("/sante").get_json()
        assert (said["status"], said["platforms"]["open"][LBA]["ok"]) == ("degraded", False)
        pause("maintenance du site", kind=play.platform.kind)
        assert platforms_health()[0].is_well
        db.session.rollback()
    assert play.push() == Counts(sent=1)
    [well] = platforms_health()
    assert (well.is_well, well.waiting, well.oldest_waiting) == (True, 0, None)
    assert well.last_success is not None and clock.now() - well.last_success < timedelta(minutes=1)


def test_a_refused_key_is_told_to_each_administrator_once_a_stop(
    play: Scene, lba: Partner, client: FlaskClient
) -> None:
    make_account("chef@portail.example", role=StaffRole.ADMINISTRATOR)
    make_account("agent@portail.example", role=StaffRole.OPERATOR)
    make_offer()
    db.session.commit()
    stranger = Pusher(play.platform, board_of(lba, token="jeton-perime"))
    stranger.drain(limit=10)
    [told] = mails("credential_failed")
    assert told.recipient == "chef@portail.example"
    mail = CredentialFailed.restore(told.refs)
    assert mail is not None and "401" in mail.said
    assert client.get("/sante").get_json()["platforms"]["open"][LBA]["circuit"] == "refused"
    # Its tries while it is stopped say nothing more; a second stop does.
    db.session.execute(sa.update(Circuit).values(open_until=clock.now() - timedelta(seconds=1)))
    db.session.commit()
    stranger.drain(limit=10)
    assert len(mails("credential_failed")) == 1
    db.session.execute(sa.delete(Circuit))
    db.session.commit()
    assert CredentialFailed.restore(told.refs) is None
    stranger.drain(limit=10)
    assert len(mails("credential_failed")) == 2


@pytest.mark.parametrize("same", [False, True], ids=["two people", "one person"])
def test_the_member_who_deposited_is_told_too(closed: None, same: bool) -> None:
    member, offer = member_with_offer()
    if same:
        offer.contact.email = member.account.email.upper()
    found = make_diffusion(offer, status=S.PUBLISHED, revision=1)
    emit(DiffusionPublished(found))
    emit(DiffusionRefused(found))
    db.session.commit()
    number, author, contact = member.id, member.account.email, offer.contact.email
    expected = {contact} if same else {contact, author}
    told = mails("diffusion_published")
    assert {one.recipient for one in told} == expected == {one.recipient for one in mails("diffusion_to_fix")}
    assert len(told) == len(expected)
    for one in told:
        mail = DiffusionPublishedMail.restore(one.refs)
        assert mail is not None and mail.to == one.recipient
        assert (mail.link() is None) == (mail.to == author)
    # Who has left the structure is told nothing of its offers.
    db.session.delete(db.session.get_one(Membership, number))
    db.session.flush()
    left = [DiffusionPublishedMail.restore(one.refs) for one in told if one.recipient == author]
    assert left == [] if same else left == [None]


def test_a_person_told_by_apec_s_own_e_mail_gets_no_second_one(closed: None) -> None:
    member, offer = member_with_offer()
    give_identifier(member)
    [identifier] = db.session.scalars(sa.select(ApecIdentifier))
    db.session.add(ApecOffer(offer_id=offer.id, identifier_id=identifier.id))
    found = make_diffusion(offer, platform=APEC.key, status=S.AWAITING_MODERATION, revision=1)
    emit(DiffusionModerated(found))
    author, contact = member.account.email, offer.contact.email
    db.session.commit()
    assert [one.recipient for one in mails("apec_moderation")] == [author]
    assert [one.recipient for one in mails("diffusion_moderation")] == [contact]
