"""Readings of an offer's page: counted in memory, written together, by the link that people came by."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.database import db
from app.domain.diffusion.lines import Whereabouts
from app.domain.diffusion.registry import turn
from app.domain.diffusion.whereabouts import where_is
from app.domain.offers.expiry import expire_overdue
from app.domain.offers.life import renew_offer
from app.domain.offers.models import Offer
from app.domain.offers.visits import OfferVisits, VisitCounter, total_visits, visits_of
from app.web.public.visits import is_somebody
from tests.factories.offers import AGENT, given, make_offer
from tests.support.client import CheckedClient
from tests.support.queries import statements

FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def public_id(app: Flask) -> Iterator[str]:
    """An offer online, which goes to Indeed."""
    with given(app):
        turn("indeed", on=True)
        address = make_offer().public_id
    yield address


def counted(app: Flask) -> dict[str, int]:
    """By origin, once written."""
    with app.app_context():
        app.extensions["visits"].write()
        rows = db.session.execute(sa.select(OfferVisits.origin, OfferVisits.visits))
        return {row.origin: row.visits for row in rows}


def test_visits_are_counted_by_the_link_they_came_by(
    app: Flask, client: CheckedClient, public_id: str
) -> None:
    path = f"/offres/{public_id}"
    client.get(path, headers=FIREFOX)
    with statements() as sent:
        for tail in ("", "?via=indeed", "?via=indeed", "?via=rss", "?via=ailleurs"):
            assert "Set-Cookie" not in client.get(path + tail, headers=FIREFOX).headers
    assert len(sent) == 5, "the kept page stays one statement, whatever its link"
    client.get(path, headers={"User-Agent": "Indeedbot/2.0"})
    client.get(path, headers={**FIREFOX, "Sec-Purpose": "prefetch"})
    client.head(path, headers=FIREFOX)
    client.get("/offres/inconnue", headers=FIREFOX)
    assert counted(app) == {"site": 3, "indeed": 2, "rss": 1}
    client.get(f"{path}?via=indeed", headers=FIREFOX)
    assert counted(app)["indeed"] == 3


def test_they_are_read_on_the_page_of_the_offer(app: Flask, client: CheckedClient, public_id: str) -> None:
    for tail in ("", "?via=indeed", "?via=indeed"):
        client.get(f"/offres/{public_id}{tail}", headers=FIREFOX)
    counted(app)
    with app.app_context(), clock.moved_by(timedelta(minutes=2)):
        offer = db.session.scalars(sa.select(Offer)).one()
        lines: dict[str, Whereabouts] = {line.site: line for line in where_is(offer)}
        assert lines["Ce site"].arrivals.startswith("Page vue 3")
        assert lines["Indeed"].arrivals == "Par Indeed : 2 visites de l’offre sur notre site."
        assert lines["Flux ouvert RSS"].arrivals == "", "nothing counted isn't zero"
        assert total_visits([offer.id]) == {offer.id: 3}


def test_an_offer_that_comes_back_keeps_what_was_counted(
    app: Flask, client: CheckedClient, public_id: str
) -> None:
    client.get(f"/offres/{public_id}", headers=FIREFOX)
    counted(app)
    with app.app_context(), clock.moved_by(timedelta(days=30)):
        offer = db.session.scalars(sa.select(Offer)).one()
        assert expire_overdue(limit=10) == 1
        db.session.commit()
        renew_offer(offer, by=AGENT)
        assert offer.published_at is not None and offer.published_at >= clock.now() - timedelta(seconds=5)
        assert visits_of(offer) == {"site": 1}


def test_what_cannot_be_written_waits_and_an_erased_offer_is_left_out(app: Flask, public_id: str) -> None:
    away = VisitCounter(sa.create_engine("sqlite:////nulle/part/base.sqlite3"))
    away.count(public_id, "indeed")
    away.write()
    with app.app_context():
        here = VisitCounter(db.engine, kept_for=0.01)
        away.engine = here.engine
        away.count("effacée", "indeed")
        away.write()
        here.count(public_id, "site")
        timer = here._timer
        assert timer is not None
        timer.join(5)
        rows = {row.origin: row.visits for row in db.session.scalars(sa.select(OfferVisits))}
    assert rows == {"indeed": 1, "site": 1}


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (FIREFOX["User-Agent"], True),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1", True),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", False),
        ("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2)", False),
        ("Mozilla/5.0 (X11) AppleWebKit/537.36 HeadlessChrome/130.0", False),
        ("Mozilla/5.0 (Linux; Android 10; CUBOT X30) Chrome/140.0 Mobile Safari/537.36", True),
        ("facebookexternalhit/1.1", False),
        ("", False),
    ],
)
def test_programmes_that_say_their_name_are_not_people(user_agent: str, expected: bool) -> None:
    assert is_somebody(user_agent) is expected
