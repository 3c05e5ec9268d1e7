"""G8: a thousand openings without a press consume nothing; a link pressed by twenty people opens for one."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from app.audit.models import JournalEntry
from app.core.database import db
from app.domain.accounts import magic_links
from app.domain.accounts.models import Purpose, session_link
from tests.concurrency.crowd import all_at_once
from tests.links.conftest import Given, row_of
from tests.links.test_clicks import KINDS, SCANNERS
from tests.support.browser import PageMaker
from tests.support.client import CheckedClient

Give = Callable[..., Given]
Record = Callable[[str, object], None]
pytestmark = [pytest.mark.assurance, pytest.mark.timeout(1800)]
# For each kind, each scanner and each method: 6 × 5 × 2 × 17 is more than a thousand.
TURNS = 17
WITH_SCRIPT = 6
CROWD = 20
LINKS_OF_A_KIND = 100
# What a browser does that runs scripts and follows every link of the page, as some scanners of e-mail do.
FOLLOW_ALL = """() => Promise.all([...document.links]
    .filter(link => link.origin === location.origin)
    .map(link => fetch(link.href).catch(() => null)))"""


def _opened(given: Given) -> int:
    """How often a link was used, by its row, its sessions or the journal."""
    link = row_of(given.token)
    sessions = db.session.scalar(
        sa.select(sa.func.count()).select_from(session_link).where(session_link.c.link_id == link.id)
    )
    told = db.session.scalar(
        sa.select(sa.func.count()).where(
            JournalEntry.object_type == "link",
            JournalEntry.object_id == link.id,
            JournalEntry.action == "link_opened",
        )
    )
    return max(link.uses, sessions or 0, told or 0, int(link.used_at is not None))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_scanners_consume_nothing(
    client: CheckedClient, give: Give, kind: Purpose, record_property: Record
) -> None:
    given, openings = give(kind), 0
    for headers in SCANNERS.values():
        for method in ("GET", "HEAD"):
            for _ in range(TURNS):
                assert client.open(given.path, method=method, headers=headers).status_code == 200
                openings += 1
    consumed = _opened(given)
    record_property("ouvertures sans appui", openings)
    record_property("liens consommés sans appui", consumed)
    assert consumed == 0
    assert magic_links.read(given.token).state is magic_links.LinkState.LIVE


@pytest.mark.browser
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_a_scanner_that_runs_scripts_consumes_nothing(
    site: str, give: Give, new_page: PageMaker, kind: Purpose, record_property: Record
) -> None:
    given = give(kind)
    page = new_page()
    for _ in range(WITH_SCRIPT):
        answer = page.goto(site + given.path, wait_until="networkidle")
        assert answer is not None and answer.status == 200
        page.evaluate("() => window.scrollTo(0, document.body.scrollHeight)")
        page.evaluate(FOLLOW_ALL)
    consumed = _opened(given)
    record_property("ouvertures sans appui", WITH_SCRIPT)
    record_property("ouvertures sans appui, avec script", WITH_SCRIPT)
    record_property("liens consommés sans appui", consumed)
    assert consumed == 0


def _person(app: Flask, number: int) -> tuple[FlaskClient, str]:
    """A browser that has seen a page of ours, and its form token."""
    secret = f"navigateur-numero-{number:04d}-" + "0" * 24
    client = FlaskClient(app, app.response_class)
    client.set_cookie("pre", app.session_interface.signer.dumps({"csrf_token": secret}))  # type: ignore[attr-defined]
    return client, str(URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(secret))


def _press(app: Flask, path: str, number: int) -> Callable[[], int]:
    def act() -> int:
        client, token = _person(app, number)
        return client.post(path, data={"csrf_token": token}).status_code

    return act


@pytest.mark.parametrize("kind", sorted(magic_links.SINGLE_USE, key=lambda kind: kind.value))
def test_a_link_pressed_by_twenty_people_opens_for_one(
    app: Flask, give: Give, kind: Purpose, record_property: Record
) -> None:
    used: list[int] = []
    for _ in range(LINKS_OF_A_KIND):
        given = give(kind)
        db.session.remove()
        answers = all_at_once([_press(app, given.path, number) for number in range(CROWD)])
        # One comes in, the others read that the link has served.
        assert answers == {303: 1, 200: CROWD - 1}
        used.append(_opened(given))
    record_property("liens pressés par vingt personnes", len(used))
    record_property("doubles usages", sum(number - 1 for number in used if number > 1))
    assert used == [1] * LINKS_OF_A_KIND


def test_twenty_presses_of_one_person_all_arrive(app: Flask, give: Give) -> None:
    """A double click, ten times over: the session is open, whichever press was first."""
    for _ in range(10):
        given = give(Purpose.LOGIN)
        db.session.remove()
        answers = all_at_once([_press(app, given.path, 0) for _ in range(CROWD)])
        assert answers == {303: CROWD}
        assert _opened(given) == 1
