"""A site that takes adverts by e-mail: written once, delivered isn't published, a removal is asked for."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.adapters.platforms.email_board import EmailBoard
from app.audit.actor import Actor, ActorKind
from app.config import Settings, SettingsProblem
from app.core import clock
from app.core.database import db
from app.domain.diffusion.advert import advert_of
from app.domain.diffusion.board import Act, Order
from app.domain.diffusion.carried import carried_sentence
from app.domain.diffusion.declared import read_sites
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.registry import PLATFORMS, declare
from app.domain.diffusion.site_emails import SiteAdvert
from app.domain.offers.editing import edit_offer
from app.domain.offers.life import close_offer
from app.domain.offers.lifecycle import EndReason
from app.domain.offers.models import Offer
from app.mailing import deliverer_of
from app.outbox.models import OutboxMessage, OutboxStatus, SuppressedAddress
from tests.factories.offers import make_offer
from tests.support.diffusion import Scene, scene
from tests.support.examples import keeps_example
from tests.support.mailbox import Letter, Mailbox

S = DiffusionStatus
ADDRESS = "offres@journal-local.example"
DECLARATION = f"""
[[site]]
key = "journal_local"
name = "Le Journal local"
form = "email"
about = "Le journal du canton, sur papier et en ligne."
address = "{ADDRESS}"
usual_delay = "dans son numéro suivant"
"""


@pytest.fixture
def play(app: Flask, tmp_path: Path) -> Iterator[Scene]:
    """The site, declared and open."""
    path = tmp_path / "sites.toml"
    path.write_text(DECLARATION, "utf-8")
    [site] = read_sites(path, {})
    declare(site.platform)
    with scene(app, "journal_local", EmailBoard(site.platform, site.url)) as ready:
        yield ready


def sent(mailbox: Mailbox) -> list[Letter]:
    """What the site has received."""
    mailbox.deliver()
    return [letter for letter in mailbox.letters if letter.to == ADDRESS]


def online() -> int:
    offer = make_offer()
    db.session.commit()
    return offer.id


def test_an_advert_is_written_then_delivered_which_is_not_published(play: Scene, mailbox: Mailbox) -> None:
    number = online()
    play.push()
    found = play.diffusion(number)
    assert (found.status, found.detail) == (S.SENDING, "mail_queued")
    [mail] = sent(mailbox)
    reference = found.submissions[0].reference
    assert f"({reference})" in mail.subject
    assert found.offer.description.split()[0] in mail.text
    assert f"/offres/{found.offer.public_id}" in mail.text
    play.push_later(6)
    found = play.diffusion(number)
    assert (found.status, found.detail) == (S.SENDING, "mail_delivered")
    said = carried_sentence(found, PLATFORMS["journal_local"])
    assert said is not None and said.endswith("Le Journal local ne dit pas s’il la publie.")


def test_a_change_and_a_removal_are_asked_for_under_the_same_reference(play: Scene, mailbox: Mailbox) -> None:
    number = online()
    play.push()
    sent(mailbox)
    offer = db.session.get_one(Offer, number)
    by = Actor(ActorKind.CONTACT, offer.contact_id, "link")
    edit_offer(offer, {"title": "Boulangère ou boulanger"}, version=offer.version, by=by)
    db.session.commit()
    play.push()
    offer = db.session.get_one(Offer, number)
    close_offer(offer, by=by, reason=EndReason.FILLED_HERE)
    db.session.commit()
    play.push_later(11)
    with clock.moved_by(timedelta(minutes=12)):
        subjects = [mail.subject for mail in sent(mailbox)]
    # The change had no object left when its turn came.
    assert [subject.split()[1] for subject in subjects] == ["publier", "retirer"]
    assert play.diffusion(number).status is S.CANCELLED
    said = carried_sentence(play.diffusion(number), PLATFORMS["journal_local"])
    assert said is not None and "ne le confirme pas" in said


def test_a_text_put_back_as_it_was_is_written_again(play: Scene, mailbox: Mailbox) -> None:
    number = online()
    play.push()
    sent(mailbox)
    former = db.session.get_one(Offer, number).title
    for title in ("Boulangère ou boulanger", former, "Boulangère ou boulanger"):
        offer = db.session.get_one(Offer, number)
        by = Actor(ActorKind.CONTACT, offer.contact_id, "link")
        edit_offer(offer, {"title": title}, version=offer.version, by=by)
        db.session.commit()
        play.push()
        assert title in sent(mailbox)[-1].text
    assert [mail.subject.split()[1] for mail in sent(mailbox)] == ["publier", *["remplacer"] * 3]


def test_the_same_content_is_written_once_whatever_is_tried(play: Scene, mailbox: Mailbox) -> None:
    number = online()
    play.push()
    found = play.diffusion(number)
    order = Order(
        act=Act.PUBLISH,
        advert=advert_of(found.offer),
        reference=found.submissions[0].reference,
        remote_id=None,
        known=S.UNCERTAIN,
    )
    play.pusher.board.perform(order)
    assert len(sent(mailbox)) == 1


def test_what_became_of_a_mail_is_not_that_of_another_site(app: Flask, play: Scene, tmp_path: Path) -> None:
    path = tmp_path / "voisin.toml"
    path.write_text(DECLARATION.replace("journal_local", "journal_voisin"), "utf-8")
    [site] = read_sites(path, {})
    declare(site.platform)
    with scene(app, "journal_voisin", EmailBoard(site.platform, "offres@voisin.example")) as other:
        number = online()
        play.push()
        other.push()
        # The same reference at both: the first wasn't taken, the other, later, was.
        for status, to in ((OutboxStatus.REFUSED, ADDRESS), (OutboxStatus.SENT, "offres@voisin.example")):
            theirs = OutboxMessage.recipient == to
            db.session.execute(sa.update(OutboxMessage).where(theirs).values(status=status))
        db.session.commit()
        play.push_later(6)
        other.push_later(6)
        assert play.diffusion(number).status is S.REFUSED
        assert other.diffusion(number).detail == "mail_delivered"


def test_an_address_that_bounces_stops_it_in_sight_of_staff(play: Scene, mailbox: Mailbox) -> None:
    db.session.add(SuppressedAddress(address=ADDRESS, reason="hard_bounce", since=clock.now()))
    db.session.commit()
    number = online()
    play.push()
    found = play.diffusion(number)
    assert (found.status, found.detail) == (S.UNCERTAIN, "given_up")
    assert sent(mailbox) == []


def test_the_file_of_sites_is_read_at_the_start(tmp_path: Path, built_app: Flask) -> None:
    path = tmp_path / "sites.toml"
    path.write_text(DECLARATION, "utf-8")
    settings = built_app.extensions["settings"]
    values = {"sites_file": str(path), "data_dir": tmp_path, "database_url": "sqlite://"}
    app = create_app(Settings(**{**settings.model_dump(), **values}))
    assert app.extensions["boards"]["journal_local"].host == "journal-local.example"
    path.write_text(DECLARATION.replace('"email"', '"pigeon"'), "utf-8")
    with pytest.raises(SettingsProblem, match="journal_local"):
        create_app(Settings(**{**settings.model_dump(), **values}))


def test_the_documentation_shows_the_mail(play: Scene) -> None:
    keeps_example("plateformes/courriel.md", "déclaration", DECLARATION.strip(), language="toml")
    with clock.set_to(clock.paris(date(2026, 11, 22), 10, 30)):
        mail = replace(SiteAdvert.sample(), platform="journal_local")
        parts = deliverer_of(play.app).render(mail, None, None)
    keeps_example("plateformes/courriel.md", "courriel", f"{parts.subject}\n\n{parts.text}", language="text")
