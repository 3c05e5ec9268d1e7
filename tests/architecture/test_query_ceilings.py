"""Every page read: it writes nothing, and asks as much of the database for ten rows as for many."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, url_for
from flask.testing import FlaskClient

from app.core import clock
from app.core.database import db
from app.domain.offers.feed import BATCH
from tests.access import world as worlds
from tests.access.actors import ACTORS, browser
from tests.access.routes import ROWS, objects_of
from tests.access.world import World
from tests.support.many import many_rows
from tests.support.queries import statements

CEILING = 15
FEW, MANY, VERY_MANY = 10, 300, 10_000
Record = Callable[[str, object], None]
# Who may enter, for each right that a route needs.
WHO = {
    "": "employeur A prouvé",
    "manage": "employeur A prouvé",
    "draft": "brouillon A par cookie",
    "follow_up": "OPCO 1, suivi",
    "held": "OPCO 1, offre retenue",
    "cfa": "CFA 1",
    "proposed": "candidat proposé 1",
    "account": "responsable 1",
    "space": "responsable 1",
    "members": "responsable 1",
    "offers": "responsable 1",
    "opco_space": "agent OPCO 1",
    "follow": "agent OPCO 1",
    "export": "agent OPCO 1",
    "batch": "agent OPCO 1",
    "listed": "OPCO 1, liste",
    "staff": "administrateur du portail",
    "administrator": "administrateur du portail",
    "relay": "relais de courriel",
    "nobody": "anonyme",
}
# A session's « last seen », at most every five minutes, is the only thing that reading writes; the sessions
# of these tests are fresh, so that there is none at all.
# A feed gives everything in one answer: one statement more for each batch of offers that it writes.
STREAMED = ("feeds.json_feed ", "feeds.rss_feed ", "feeds.xml_feed ")
# … and notes which machine has read it, and when: « dernière lecture par Indeed ».
NOTED = "feed_reading"
WRITES = ("INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER", "TRUNCATE")


@pytest.fixture
def pages(app: Flask) -> Iterator[dict[str, tuple[FlaskClient, str]]]:
    """For each page read, as « endpoint address »: who reads it, and its address."""
    # The clock stands still: the pages of a long run would note that people were seen again.
    with app.app_context(), clock.set_to(clock.now()):
        world = worlds.build()
        clients = {name: browser(app, ACTORS[name].come(world)) for name in set(WHO.values())}
        db.session.commit()
        yield _pages(app, world, clients)
        db.session.remove()


def _pages(
    app: Flask, world: World, clients: dict[str, FlaskClient]
) -> dict[str, tuple[FlaskClient, str]]:
    found = {}
    rules = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    with app.test_request_context():
        for endpoint in sorted(rules):
            row = ROWS[endpoint]
            for owner, parameters in objects_of(row, world):
                if owner in {"", "A", "1", "o1"}:
                    address = url_for(endpoint, **parameters)
                    found[f"{endpoint} {address}"] = (clients[WHO[row.needs]], address)
    return found


def _sent(pages: dict[str, tuple[FlaskClient, str]]) -> dict[str, list[str]]:
    """The statements of each page, read a second time: what a process keeps for ever is then known."""
    sent = {}
    for name, (client, address) in pages.items():
        for _ in range(2):
            db.session.rollback()
            with statements() as seen:
                answer = client.get(address)
                answer.get_data()
            assert answer.status_code in {200, 302, 303, 503}, f"{name}: {answer.status_code}"
        sent[name] = list(seen)
    return sent


def test_reading_a_page_writes_nothing(pages: dict[str, tuple[FlaskClient, str]]) -> None:
    assert len(pages) > 50
    writing: dict[str, Any] = {
        name: [
            text
            for text in sent
            if text.lstrip().upper().startswith(WRITES)
            and not (name.startswith("feeds.") and NOTED in text.partition(" SET ")[0])
        ]
        for name, sent in _sent(pages).items()
    }
    assert {name: found for name, found in writing.items() if found} == {}


@pytest.mark.parametrize(
    "number",
    [MANY, pytest.param(VERY_MANY, marks=[pytest.mark.assurance, pytest.mark.timeout(1800)])],
)
def test_a_page_asks_as_much_for_ten_rows_as_for_many(
    pages: dict[str, tuple[FlaskClient, str]], number: int, record_property: Record
) -> None:
    many_rows(FEW)
    few = _sent(pages)
    many_rows(number - FEW)
    many = _sent(pages)
    batches = number // BATCH
    due = {name: len(few[name]) + (batches if name.startswith(STREAMED) else 0) for name in pages}
    growing = {
        name: f"{len(few[name])} → {len(many[name])}" for name in pages if len(many[name]) != due[name]
    }
    record_property("lignes derrière les pages, au plus", number)
    record_property("pages lues", len(many))
    whole = {name: len(sent) for name, sent in many.items() if not (batches and name.startswith(STREAMED))}
    record_property("ordres par page, au plus", max(whole.values()))
    record_property("ordres d’un flux, au plus", max(map(len, many.values())))
    record_property("pages dont le nombre d’ordres change", len(growing))
    assert growing == {}
    heavy = {name: count for name, count in whole.items() if count > CEILING}
    assert heavy == {}


def test_the_rows_really_stand_behind_the_pages(pages: dict[str, tuple[FlaskClient, str]]) -> None:
    """Without this the check above would hold on empty pages."""
    many_rows(MANY)
    for table in (
        "offer", "hold", "establishment", "outbox_message", "journal_entry", "follow_up", "diffusion",
        "submission", "submission_attempt", "file_delivery", "feed_reading", "batch_item", "series_line",
    ):  # fmt: skip
        number = db.session.scalar(sa.select(sa.func.count()).select_from(sa.table(table))) or 0
        assert number >= MANY, table
