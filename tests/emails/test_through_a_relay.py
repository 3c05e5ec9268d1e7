"""From the outbox to a real SMTP server and back by the link; the token is in the e-mail alone."""

import re

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.core.tokens import hash_token
from app.domain.accounts.models import Account, Link, Purpose, StaffRole
from app.domain.employers.emails import AccessRequest
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer
from app.domain.opco.contacts import record_contact
from app.domain.opco.determination import opco_by_code
from app.outbox import queue
from tests.factories.offers import make_contact, make_offer
from tests.support.client import CheckedClient
from tests.support.mailbox import Mailbox

pytestmark = pytest.mark.usefixtures("db_session")


def dump() -> str:
    """Everything that the database holds, as text."""
    rows = [
        str(tuple(row))
        for table in db.metadata.sorted_tables
        for row in db.session.execute(sa.select(*table.columns))
    ]
    return "\n".join(rows)


def test_the_link_of_a_mail_confirms_its_offer(client: CheckedClient, mailbox: Mailbox) -> None:
    contact = make_contact(email="camille@fournil.example", confirmed=False)
    offer = make_offer(OfferStatus.TO_CONFIRM, contact=contact)
    db.session.commit()
    letter = mailbox.last(to="camille@fournil.example", subject="Confirmez votre offre")
    token = letter.link.rpartition("/")[2]
    assert letter.html.count(token) == letter.text.count(token) + 2  # button and visible address
    link = db.session.scalars(sa.select(Link)).one()
    assert link.token_hash == hash_token(Purpose.MANAGEMENT.value, token)
    assert link.outbox_id is not None
    page = client.get(letter.link)
    assert "Confirmer et mettre en ligne" in page.text
    client.submit(page, follow=False)
    assert db.session.get_one(Offer, offer.id).status is OfferStatus.ONLINE
    online = mailbox.last(subject="En ligne")
    assert online.link != letter.link
    whole = dump()
    assert token not in whole
    assert online.link.rpartition("/")[2] not in whole


def test_dates_leave_as_a_calendar(mailbox: Mailbox) -> None:
    make_offer(OfferStatus.ONLINE)
    db.session.commit()
    mailbox.deliver()
    sent = next(mail for mail in mailbox.sink.mails if mail.subject.startswith("En ligne"))
    (dates,) = sent.message.iter_attachments()
    assert dates.get_content_type() == "text/calendar"
    assert "Dernier jour en ligne" in dates.get_content()


def test_headers_of_a_refusable_mail_and_of_another(mailbox: Mailbox) -> None:
    record_contact(opco_by_code("06"), "suivi@ep.example")
    make_offer(OfferStatus.ONLINE)
    db.session.commit()
    mailbox.deliver()
    by_address = {mail.recipients[0]: mail.message for mail in mailbox.sink.mails}
    told = by_address["suivi@ep.example"]
    assert re.fullmatch(r"<http://127\.0\.0\.1:5000/desinscription/[\w.\-]+>", told["List-Unsubscribe"])
    assert told["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    others = [mail for address, mail in by_address.items() if address != "suivi@ep.example"]
    assert others and all("List-Unsubscribe" not in mail for mail in others)


def test_an_agent_signs_in_from_another_device_with_the_code(client: CheckedClient, mailbox: Mailbox) -> None:
    db.session.add(
        Account(
            email="agent@portail.example", name="Agent", staff_role=StaffRole.OPERATOR, created_at=clock.now()
        )
    )
    db.session.commit()
    asked = client.submit(client.get("/lien-perdu"), {"email": "Agent@Portail.example"})
    assert asked.status_code == 200
    mailbox.deliver()  # the request, which the worker answers
    letter = mailbox.last(to="agent@portail.example", subject="valable 10 minutes")
    code = re.search(r"^([2-9A-Z]{8})\r?$", letter.text, re.M)
    assert code
    assert code[1] not in dump()
    phone = client.application.test_client()
    assert isinstance(phone, CheckedClient)
    page = phone.get(letter.link)
    assert "Code reçu dans le message" in page.text
    home = phone.submit(page, {"code": code[1].lower()})
    # An agent sees others' data: the link leads to the second factor.
    assert home.request.path == "/connexion/second-facteur/activer"
    assert "Protégez votre espace" in home.text


def test_an_unknown_address_receives_nothing(mailbox: Mailbox) -> None:
    queue(AccessRequest("inconnu@example.org"))
    db.session.commit()
    counts = mailbox.deliver()
    assert (counts.sent, counts.cancelled) == (0, 1)
