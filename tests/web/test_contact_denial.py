"""« Ce n’est pas moi »: the former or the new address takes a change of contact back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.audit.actor import Actor, ActorKind
from app.core import clock
from app.core.database import db
from app.domain.accounts.models import Link
from app.domain.employers.contact_change import propose_contact
from app.domain.employers.models import Contact
from app.domain.offers.models import Offer
from tests.factories.offers import make_contact, make_establishment, make_offer
from tests.support.client import CheckedClient
from tests.support.mailbox import Mailbox

pytestmark = pytest.mark.usefixtures("db_session")
OLD, NEW = "camille@fournil.example", "paul@fournil.example"


@pytest.fixture
def offer() -> Offer:
    found = make_offer("online", contact=make_contact(email=OLD))
    propose(found.contact)
    return found


def propose(contact: Contact) -> Contact:
    by = Actor(ActorKind.CONTACT, contact.id, "link")
    new = propose_contact(contact, email=NEW, name="Paul Roux", phone=None, by=by)
    db.session.commit()
    return new


def take_over(client: CheckedClient, mailbox: Mailbox) -> None:
    asked = mailbox.last(to=NEW, subject="Suivez-vous les offres")
    client.submit(client.get(asked.link), follow=False)


def contact_of(offer: Offer) -> str:
    db.session.expire_all()
    return db.session.get_one(Offer, offer.id).contact.email


def live_links(email: str) -> int:
    query = sa.select(sa.func.count()).where(
        Link.subject_email == email, Link.revoked_at.is_(None), Link.object_type == "contact"
    )
    return db.session.scalar(query) or 0


def test_reading_the_page_changes_nothing(client: CheckedClient, mailbox: Mailbox, offer: Offer) -> None:
    told = mailbox.last(to=OLD, subject="Votre adresse a été modifiée")
    page = client.get(told.link)
    assert "Ce n’est pas moi" in page.text
    assert "p•••@fournil.example" in page.text
    assert live_links(NEW) == 1


def test_a_proposal_is_taken_back(client: CheckedClient, mailbox: Mailbox, offer: Offer) -> None:
    asked = mailbox.last(to=NEW, subject="Suivez-vous les offres")
    told = mailbox.last(to=OLD, subject="Votre adresse a été modifiée")
    done = client.submit(client.get(told.link), button="Ce n’est pas moi")
    assert "Le changement d’adresse est annulé" in done.text
    assert contact_of(offer) == OLD
    assert live_links(NEW) == 0
    assert "Ce lien n’est plus valable" in client.get(asked.link).text


@pytest.mark.parametrize("who", [OLD, NEW])
def test_a_change_is_taken_back_by_either_address(
    client: CheckedClient, mailbox: Mailbox, offer: Offer, who: str
) -> None:
    take_over(client, mailbox)
    assert contact_of(offer) == NEW
    told = mailbox.last(to=who, subject="Votre adresse a été modifiée")
    other = client.application.test_client()
    assert isinstance(other, CheckedClient)
    other.submit(other.get(told.link), button="Ce n’est pas moi")
    assert contact_of(offer) == OLD
    assert live_links(NEW) == 0
    assert client.get("/gestion").status_code == 302
    again = mailbox.last(to=OLD, subject="Votre adresse a été modifiée")
    assert "c•••@fournil.example" in again.text


def test_it_is_taken_back_once(client: CheckedClient, mailbox: Mailbox, offer: Offer) -> None:
    take_over(client, mailbox)
    by_new = mailbox.last(to=NEW, subject="Votre adresse a été modifiée")
    by_old = mailbox.last(to=OLD, subject="Votre adresse a été modifiée")
    client.submit(client.get(by_old.link), button="Ce n’est pas moi")
    assert "Ce lien n’est plus valable" in client.get(by_new.link).text
    assert contact_of(offer) == OLD


def test_somebody_who_had_offers_already_keeps_them(client: CheckedClient, mailbox: Mailbox) -> None:
    establishment = make_establishment()
    with clock.moved_by(-timedelta(days=3)):
        own = make_offer("online", contact=make_contact(establishment, email=NEW))
    mine = make_offer("online", contact=make_contact(establishment, email=OLD))
    propose(mine.contact)
    take_over(client, mailbox)
    told = mailbox.last(to=OLD, subject="Votre adresse a été modifiée")
    refused = client.submit(client.get(told.link), button="Ce n’est pas moi")
    assert refused.status_code == 422
    assert "un agent du portail" in refused.text
    assert contact_of(own) == NEW
