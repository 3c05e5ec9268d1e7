"""G9: the same bytes in the same time, whether an address, an offer or a link is known or not."""

import os
import re
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from app.core.database import database_now, db
from app.domain.accounts import magic_links
from app.domain.accounts.models import Account, Attempt, StaffRole
from app.domain.offers.lifecycle import OfferStatus
from tests.access.world import management
from tests.concurrency.crowd import browser
from tests.factories.offers import make_contact, make_offer

Record = Callable[[str, object], None]
NUMBER = int(os.environ.get("N", "500"))
MEDIAN_WITHIN = 0.005
REFERENCE = re.compile(rb"(?<=<strong>)[0-9a-f]{10}(?=</strong>)")
SECRET = "navigateur-qui-compare-0123456789abcdef"


@pytest.fixture(autouse=True)
def _without_limits(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    limiters = app.extensions["limiter"]
    for one in limiters if isinstance(limiters, set) else {limiters}:
        monkeypatch.setattr(one, "enabled", False)
    yield


def _browser(app: Flask) -> tuple[FlaskClient, str]:
    client = FlaskClient(app, app.response_class)
    interface = app.session_interface
    client.set_cookie("pre", interface.signer.dumps({"csrf_token": SECRET, "mark": "m"}))  # type: ignore[attr-defined]
    token = str(URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(SECRET))
    return client, token


def _content(answer: TestResponse) -> tuple[int, bytes]:
    """The bytes, but for the reference that each error page draws at random."""
    return answer.status_code, REFERENCE.sub(b"", answer.data)


def _lost(client: FlaskClient, token: str, email: str, number: int) -> tuple[int, str, bytes]:
    form = {"csrf_token": token, "submission_id": f"demande-{number:06d}", "email": email}
    answer = client.post("/lien-perdu", data=form)
    return answer.status_code, answer.headers.get("Location", ""), answer.data


def _compare(
    app: Flask, known: Callable[[int], object], unknown: Callable[[int], object], number: int
) -> tuple[float, int]:
    """(difference of the medians in seconds, answers that differ), one of each in turn, in both orders.

    The limits of addresses are forgotten before each: beyond them, neither would do its work.
    """
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    different = 0
    for rank in range(number):
        answers = []
        pairs = [("known", known), ("unknown", unknown)]
        for name, ask in pairs if rank % 2 else reversed(pairs):
            _forget_limits(app)
            start = time.perf_counter()
            answers.append(ask(rank * 2 + (name == "known")))
            times[name].append(time.perf_counter() - start)
        different += answers[0] != answers[1]
    return abs(statistics.median(times["known"]) - statistics.median(times["unknown"])), different


def _forget_limits(app: Flask) -> None:
    with app.app_context():
        db.session.execute(sa.delete(Attempt))
        db.session.commit()


def _people(app: Flask) -> tuple[str, str]:
    """(address of a contact with an offer, address of a portal agent)."""
    with app.app_context():
        contact = make_contact(email="connue@boulangerie.example")
        make_offer(OfferStatus.ONLINE, contact=contact)
        agent = Account(
            email="agent@portail.example",
            name="Agent",
            staff_role=StaffRole.OPERATOR,
            created_at=database_now(),
        )
        db.session.add(agent)
        db.session.commit()
        return contact.email, agent.email


@pytest.mark.parametrize("whose", ["contact", "agent"])
def test_the_lost_link_form_answers_the_same_bytes(app: Flask, whose: str) -> None:
    contact, agent = _people(app)
    client, token = _browser(app)
    known = contact if whose == "contact" else agent
    answers = [
        _lost(client, token, email, number) for number, email in enumerate((known, "inconnue@exemple.fr"))
    ]
    assert answers[0] == answers[1]
    pages = [client.get(location).data for _, location, _ in answers]
    assert pages[0] == pages[1]


@pytest.mark.assurance
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("whose", ["contact", "agent"])
def test_the_lost_link_form_answers_in_the_same_time(
    app: Flask, whose: str, record_property: Record
) -> None:
    contact, agent = _people(app)
    client, token = _browser(app)
    known = contact if whose == "contact" else agent

    def ask(email: str) -> Callable[[int], object]:
        return lambda number: _lost(client, token, email, number)

    difference, different = _compare(app, ask(known), ask("inconnue@exemple.fr"), NUMBER)
    record_property(f"écart médian (ms), lien perdu, {whose}", round(difference * 1000, 3))
    record_property("réponses comparées", NUMBER)
    record_property("réponses différentes", different)
    assert different == 0
    assert difference < MEDIAN_WITHIN


@pytest.mark.assurance
@pytest.mark.timeout(1800)
def test_reissuing_a_dead_link_takes_the_same_time_whether_its_right_lives(
    app: Flask, record_property: Record
) -> None:
    with app.app_context():
        paths = []
        for living in (True, False):
            # Of both addresses the page shows the same thing: « c•••@boulangerie.example ».
            contact = make_contact(email=f"c{int(living)}@boulangerie.example")
            offer = make_offer(OfferStatus.ONLINE if living else OfferStatus.ENDED, contact=contact)
            if not living:
                offer.ended_at = database_now() - timedelta(days=200)
                offer.start_on = None
            link = management(contact)
            link.expires_at = database_now() - timedelta(minutes=1)
            token = magic_links.new_token()
            link.token_hash = magic_links.hash_token("management", token)
            paths.append(f"/l/{token}")
        db.session.commit()
    client, token = _browser(app)

    def ask(path: str) -> Callable[[int], object]:
        return lambda _: _content(client.post(path, data={"csrf_token": token, "act": "new"}))

    difference, different = _compare(app, ask(paths[0]), ask(paths[1]), NUMBER)
    record_property("écart médian (ms), nouveau lien", round(difference * 1000, 3))
    record_property("réponses comparées", NUMBER)
    record_property("réponses différentes", different)
    assert different == 0
    assert difference < MEDIAN_WITHIN


@pytest.mark.assurance
@pytest.mark.timeout(1800)
def test_another_s_offer_and_no_offer_take_the_same_time(app: Flask, record_property: Record) -> None:
    """404 for what is another's as for what doesn't exist: the same page."""

    with app.app_context():
        mine, other = make_offer(OfferStatus.ONLINE), make_offer(OfferStatus.ONLINE)
        client, _ = browser(app, [management(mine.contact)])
        path = f"/gestion/offres/{other.public_id}"
        db.session.commit()

    def ask(address: str) -> Callable[[int], object]:
        return lambda _: _content(client.get(address))

    assert client.get(path).status_code == 404
    difference, different = _compare(app, ask(path), ask("/gestion/offres/AAAAAAAAAAAA"), NUMBER)
    record_property("écart médian (ms), offre d’un autre", round(difference * 1000, 3))
    record_property("réponses comparées", NUMBER)
    record_property("réponses différentes", different)
    assert different == 0
    assert difference < MEDIAN_WITHIN
