"""Opening a link: nothing happens before the button, and only what the link is for happens after."""

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.database import database_now, db
from app.domain.accounts import magic_links
from app.domain.accounts.models import Link, Purpose, WebSession
from app.domain.offers.lifecycle import OfferStatus
from tests.links.conftest import Given, row_of
from tests.support.client import CheckedClient

Give = Callable[..., Given]
Record = Callable[[str, object], None]
KINDS = list(Purpose)
# What mail scanners and browsers do with an address before anybody clicks: data, since they change.
SCANNERS = {
    "plain": {"User-Agent": "Mozilla/5.0"},
    "prefetch": {"Purpose": "prefetch", "Sec-Purpose": "prefetch"},
    "safelinks": {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) SafeLinks"},
    "barracuda": {"User-Agent": "BarracudaCentral/1.0"},
    "preview": {"User-Agent": "Slackbot-LinkExpanding 1.0"},
}


def _all_rows() -> list[str]:
    db.session.expire_all()
    tables = [table for table in db.metadata.sorted_tables if table.name != "attempt"]
    return [repr(row) for table in tables for row in db.session.execute(sa.select(table)).all()]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
@pytest.mark.parametrize("scanner", SCANNERS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_get_never_consumes(
    client: CheckedClient, give: Give, kind: Purpose, scanner: str, method: str
) -> None:
    given = give(kind)
    before = _all_rows()
    for _ in range(3):
        response = client.open(given.path, method=method, headers=SCANNERS[scanner])
        assert response.status_code == 200
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["X-Robots-Tag"] == "noindex"
        assert response.headers["Cache-Control"] == "no-store"
    assert _all_rows() == before


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_a_scanner_that_posts_without_cookie_changes_nothing(
    app: Flask, give: Give, kind: Purpose
) -> None:
    given = give(kind)
    before = _all_rows()
    for data in ({}, {"csrf_token": "abc"}, {"act": "new"}):
        stranger = app.test_client()
        assert stranger.post(given.path, data=data).status_code == 400
    assert _all_rows() == before


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_the_button_opens_what_the_link_is_for(client: CheckedClient, give: Give, kind: Purpose) -> None:
    given = give(kind)
    opened = client.submit(client.get(given.path), follow=False)
    assert opened.status_code == 303
    assert "/l/" not in opened.headers["Location"]
    assert row_of(given.token).uses == 1
    assert client.get(opened.headers["Location"], follow_redirects=True).status_code == 200


@pytest.mark.parametrize("kind", sorted(magic_links.SINGLE_USE, key=lambda kind: kind.value))
def test_a_single_use_link_opens_once(app: Flask, client: CheckedClient, give: Give, kind: Purpose) -> None:
    given = give(kind)
    page = client.get(given.path)
    client.submit(page)
    twice = client.submit(page, follow=False)
    assert twice.status_code in {303, 200, 400}
    other = app.test_client()
    assert isinstance(other, CheckedClient)
    dead = other.get(given.path)
    assert dead.status_code == 200
    assert "n’est plus valable" in dead.text
    assert "Recevoir un nouveau lien" in dead.text
    assert row_of(given.token).uses == 1


def test_a_repeatable_link_works_to_its_end(app: Flask, give: Give) -> None:
    given = give(Purpose.MANAGEMENT)
    for _ in range(3):
        browser = app.test_client()
        assert isinstance(browser, CheckedClient)
        assert browser.submit(browser.get(given.path)).status_code == 200


def test_a_later_link_ends_no_former_one(
    client: CheckedClient, give: Give, record_property: Record
) -> None:
    first = give(Purpose.MANAGEMENT)
    second = give(Purpose.MANAGEMENT, offer=first.offer)
    client.submit(client.get(second.path))
    ended = magic_links.read(first.token).state is not magic_links.LinkState.LIVE
    record_property("liens éteints par un courriel suivant", int(ended))
    assert "Ouvrir" in client.get(first.path).text
    assert magic_links.read(first.token).state is magic_links.LinkState.LIVE


@pytest.mark.parametrize(
    ("mine", "other"), list(permutations(KINDS, 2)), ids=lambda kind: kind.value
)
def test_a_link_of_one_purpose_is_worth_nothing_for_another(
    give: Give, mine: Purpose, other: Purpose, record_property: Record
) -> None:
    given = give(mine)
    opened = magic_links.consume(given.token, purpose=other, consumed_by="x")
    record_property("usages essayés pour un autre", 1)
    record_property("confusions d’usage", int(opened is not None))
    assert opened is None
    assert row_of(given.token).uses == 0


def test_a_link_for_one_offer_opens_no_other(client: CheckedClient, give: Give) -> None:
    mine, other = give(Purpose.MANAGEMENT), give(Purpose.MANAGEMENT)
    client.submit(client.get(mine.path))
    assert client.get(f"/gestion/offres/{mine.offer.public_id}").status_code == 200
    assert client.get(f"/gestion/offres/{other.offer.public_id}").status_code == 404


def test_opening_a_second_link_keeps_the_first_one_open(client: CheckedClient, give: Give) -> None:
    mine, other = give(Purpose.MANAGEMENT), give(Purpose.MANAGEMENT)
    client.submit(client.get(mine.path))
    client.submit(client.get(other.path))
    for given in (mine, other):
        assert client.get(f"/gestion/offres/{given.offer.public_id}").status_code == 200


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
@pytest.mark.parametrize("end", ["expired", "revoked"])
def test_a_dead_link_says_what_it_served_for_and_offers_a_new_one(
    client: CheckedClient, give: Give, kind: Purpose, end: str
) -> None:
    given = give(kind)
    link = row_of(given.token)
    if end == "expired":
        link.expires_at = database_now() - timedelta(minutes=1)
    else:
        magic_links.revoke(link, reason="test")
    db.session.commit()
    page = client.get(given.path)
    assert page.status_code == 200
    assert "Il servait à" in page.text
    assert "•••@" in page.text
    assert link.subject_email not in page.text
    answer = client.submit(page)
    assert answer.status_code == 200
    assert row_of(given.token).uses == 0


def test_an_unknown_link_shows_the_lost_link_form_with_status_200(client: CheckedClient, app: Flask) -> None:
    page = client.get("/l/" + "x" * 43)
    assert page.status_code == 200
    assert "Lien inconnu" in page.text
    assert client.submit(page, {"email": "quelquun@exemple.fr"}).status_code == 200


def test_revoking_a_link_ends_the_sessions_it_opened(client: CheckedClient, give: Give) -> None:
    given = give(Purpose.MANAGEMENT)
    client.submit(client.get(given.path))
    address = f"/gestion/offres/{given.offer.public_id}"
    assert client.get(address).status_code == 200
    magic_links.revoke(row_of(given.token), reason="reported")
    db.session.commit()
    assert client.get(address).status_code == 302


def test_the_session_changes_its_identifier_at_each_opening(client: CheckedClient, give: Give) -> None:
    given = give(Purpose.MANAGEMENT)
    client.submit(client.get(given.path))
    first = client.get_cookie("session")
    client.submit(client.get(given.path))
    second = client.get_cookie("session")
    assert first is not None
    assert second is not None
    assert first.value != second.value
    assert db.session.scalar(sa.select(sa.func.count()).select_from(WebSession)) == 1


def test_a_cookie_kept_after_logging_out_opens_nothing(client: CheckedClient, give: Give) -> None:
    given = give(Purpose.MANAGEMENT)
    page = client.submit(client.get(given.path))
    kept = client.get_cookie("session")
    assert kept is not None
    client.get("/gestion")
    out = client.submit(client.get("/gestion"), form="deconnexion")
    assert out.headers["Clear-Site-Data"] == '"cache","storage"'
    client.set_cookie("session", kept.value)
    assert client.get(f"/gestion/offres/{given.offer.public_id}").status_code == 302
    assert page.status_code == 200


def test_confirming_publishes_once_whoever_clicks_twice(app: Flask, give: Give) -> None:
    given = give(Purpose.MANAGEMENT, status=OfferStatus.TO_CONFIRM)
    for _ in range(2):
        browser = app.test_client()
        assert isinstance(browser, CheckedClient)
        page = browser.get(given.path)
        browser.submit(page)
    db.session.expire_all()
    assert given.offer.status is OfferStatus.ONLINE
    links = sa.select(Link).where(Link.object_id == given.offer.contact_id)
    assert all(link.revoked_at is None for link in db.session.scalars(links))
