"""No live token at rest, in a log, or in an address that leaves; atomic use; the database's clock decides."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.database import begin_write, db
from app.domain.accounts import magic_links
from app.domain.accounts.models import Purpose
from app.domain.offers.lifecycle import OfferStatus
from app.logs import redact
from tests.factories.offers import make_offer
from tests.links.conftest import Given
from tests.support.client import CheckedClient
from tests.support.mailbox import Mailbox

Give = Callable[..., Given]


def test_a_dump_of_the_database_holds_no_live_token(
    db_session: object, mailbox: Mailbox, record_property: Callable[[str, object], None]
) -> None:
    make_offer(OfferStatus.TO_CONFIRM)
    make_offer(OfferStatus.ONLINE)
    db.session.commit()
    mailbox.deliver()
    tokens = [letter.link.rpartition("/")[2] for letter in mailbox.letters if "/l/" in letter.text]
    assert tokens
    dump = "\n".join(
        repr(row) for table in db.metadata.sorted_tables for row in db.session.execute(sa.select(table)).all()
    )
    record_property("jetons vifs dans une copie de la base", sum(token in dump for token in tokens))
    for token in tokens:
        assert magic_links.read(token).state is magic_links.LinkState.LIVE
        assert token not in dump


@pytest.mark.parametrize(
    "text",
    [
        "GET /l/AbC_-123 HTTP/1.1",
        'referer "https://depot.exemple.fr/l/AbC_-123"',
        "error at http://127.0.0.1:5000/prefixe/l/AbC_-123?x=1",
    ],
)
def test_logs_hold_no_token(text: str) -> None:
    assert "AbC_-123" not in redact(text)
    assert "/l/[redacted]" in redact(text)


def test_a_link_is_used_once_under_twenty_threads(app: Flask, give: Give) -> None:
    given = give(Purpose.LOGIN)
    barrier = threading.Barrier(20)
    wins: list[int] = []
    troubles: list[BaseException] = []

    def press() -> None:
        try:
            barrier.wait()
            with app.app_context():
                begin_write()
                link = magic_links.consume(given.token, purpose=Purpose.LOGIN, consumed_by="x")
                db.session.commit()
                if link is not None:
                    wins.append(link.id)
        except BaseException as trouble:
            troubles.append(trouble)

    threads = [threading.Thread(target=press) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not troubles
    assert len(wins) == 1


@pytest.mark.parametrize("minutes", [-5, 5])
def test_the_database_s_clock_decides_of_the_end(give: Give, minutes: int) -> None:
    given = give(Purpose.LOGIN)
    with clock.moved_by(timedelta(minutes=minutes * 4)):
        assert magic_links.read(given.token).state is magic_links.LinkState.LIVE


def test_a_known_address_is_given_the_same_answer_as_an_unknown_one(
    app: Flask, client: CheckedClient, db_session: object
) -> None:
    known = make_offer(OfferStatus.ONLINE).contact.email
    db.session.commit()
    pages = []
    for email in (known, "inconnu@exemple.fr"):
        browser = app.test_client()
        assert isinstance(browser, CheckedClient)
        answer = browser.submit(browser.get("/lien-perdu"), {"email": email})
        pages.append((answer.status_code, answer.text))
    assert pages[0] == pages[1]


def test_a_lost_link_is_sent_to_who_has_offers_and_to_nobody_else(
    client: CheckedClient, mailbox: Mailbox, db_session: object
) -> None:
    known = make_offer(OfferStatus.ONLINE).contact.email
    db.session.commit()
    mailbox.deliver()
    mailbox.sink.clear()
    for email in ("inconnu@exemple.fr", known.upper()):
        client.submit(client.get("/lien-perdu"), {"email": email})
    letter = mailbox.last(subject="lien d’accès")
    assert letter.to == known
    assert len(mailbox.letters) == 1
    assert client.submit(client.get(letter.link)).request.path == "/gestion"


def test_asking_often_sends_nothing_more_and_ends_no_link(
    app: Flask, mailbox: Mailbox, db_session: object
) -> None:
    known = make_offer(OfferStatus.ONLINE).contact.email
    db.session.commit()
    mailbox.deliver()
    letter = mailbox.letters[-1]
    for _ in range(8):
        attacker = app.test_client()
        assert isinstance(attacker, CheckedClient)
        assert attacker.submit(attacker.get("/lien-perdu"), {"email": known}).status_code == 200
    mailbox.deliver()
    mailbox.deliver()
    assert sum("lien d’accès" in one.subject for one in mailbox.letters) <= 5
    victim = app.test_client()
    assert isinstance(victim, CheckedClient)
    assert "n’est plus valable" not in victim.get(letter.link).text


def test_guessing_is_slowed_down_before_25_tries(client: CheckedClient, app: Flask) -> None:
    codes = [client.get(f"/l/{'g' * 40}{number:03d}").status_code for number in range(25)]
    assert 429 in codes
    assert set(codes) <= {200, 429}
