"""The open feeds: what they hold, how they are asked again, how they are written."""

import gzip
import json
import tracemalloc
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import given as for_any
from hypothesis import strategies as st
from lxml import etree, html

from app.audit.actor import ANONYMOUS
from app.core import clock
from app.core.database import db
from app.core.identifiers import RomeCode
from app.domain.offers import feed_formats
from app.domain.offers.deposit import Workplace
from app.domain.offers.feed import Selection, batches
from app.domain.offers.life import close_offer
from app.domain.offers.lifecycle import EndReason
from app.domain.offers.models import Offer
from app.domain.offers.queries import offer_by_public_id
from app.domain.offers.training import OfferTraining
from app.domain.offers.xml_text import NOT_XML
from tests.factories.offers import given, make_offer, make_offers
from tests.support.client import CheckedClient
from tests.support.queries import statements

FEEDS = ("/flux/offres.json", "/flux/offres.rss", "/flux/offres.xml")
FRAME = feed_formats.Frame("t", "d", "http://h", "http://f", "http://doc", "http://h/offres/", clock.now())


def _ids(client: CheckedClient, query: str = "") -> list[str]:
    return [offer["id"] for offer in client.get(f"/flux/offres.json{query}").get_json()["offers"]]


def test_the_json_feed_gives_public_facts_and_leaves_out_what_is_not_known(
    app: Flask, client: CheckedClient
) -> None:
    with given(app):
        offer = make_offer(start_on=None, rhythm=None)
        public_id, reference, siret = offer.public_id, offer.reference, offer.establishment.siret
    body = client.get("/flux/offres.json").get_json()
    assert (body["version"], body["count"]) == (1, 1)
    (found,) = body["offers"]
    page = f"http://127.0.0.1:5000/offres/{public_id}?via=json"
    assert (found["url"], found["apply_url"], found["reference"]) == (page, page, reference)
    assert found["company"] == {"name": "BOULANGERIE DE L'ÉGLISE", "siret": siret, "naf": "10.71C"}
    assert found["location"]["street"] == "12 rue de l’Embergue"
    assert not {"start_on", "rhythm", "pay", "contact", "questions"} & set(found)


def test_every_documented_field_is_given_and_every_given_field_documented(
    app: Flask, client: CheckedClient
) -> None:
    with given(app):
        offer = make_offer(rhythm="r", duration_months=12, about_company="a")
        course = OfferTraining(
            "cle", "CAP Boulanger", "CFA du pain", "Rodez", 3, offer.rome_code, "https://x.fr"
        )
        offer.training = course.pack()
    found = client.get("/flux/offres.json").get_json()["offers"][0]
    given_names = {
        f"{name}.{inner}" if inner else name
        for name, value in found.items()
        for inner in (value if isinstance(value, dict) else [""])
    }
    cells = html.fromstring(client.get("/flux").text).xpath("//table//th[@scope='row']/text()")
    assert {name.strip() for cell in cells for name in cell.split(",")} == given_names


def test_the_rss_feed_is_well_formed_and_complete(app: Flask, client: CheckedClient) -> None:
    with given(app):
        public_ids = [offer.public_id for offer in make_offers(3)]
    response = client.get("/flux/offres.rss")
    assert response.mimetype == "application/rss+xml"
    channel = etree.fromstring(response.data).find("channel")
    assert channel is not None
    assert [channel.findtext(name) is not None for name in ("title", "link", "description")] == [True] * 3
    links = [item.findtext("link") for item in channel.iter("item")]
    assert links == [
        f"http://127.0.0.1:5000/offres/{public_id}?via=rss" for public_id in reversed(public_ids)
    ]
    guids = [item.findtext("guid") for item in channel.iter("item")]
    assert guids == [link.removesuffix("?via=rss") for link in links if link]


@pytest.mark.parametrize("path", FEEDS)
@pytest.mark.parametrize("zipped", [True, False])
def test_an_unchanged_feed_is_not_sent_again(
    app: Flask, client: CheckedClient, path: str, zipped: bool
) -> None:
    with given(app):
        public_id = make_offer(published=clock.now() - timedelta(minutes=5)).public_id
    headers = {"Accept-Encoding": "gzip" if zipped else "identity"}
    first = client.get(path, headers=headers)
    assert first.headers["Cache-Control"] == "public, max-age=0"
    for condition in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-Modified-Since": first.headers["Last-Modified"]},
    ):
        again = client.get(path, headers={**headers, **condition})
        assert (again.status_code, again.data) == (304, b"")
    with given(app):
        offer = offer_by_public_id(public_id)
        assert offer
        close_offer(offer, by=ANONYMOUS, reason=EndReason.FILLED_HERE)
    for condition in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-Modified-Since": first.headers["Last-Modified"]},
    ):
        after = client.get(path, headers={**headers, **condition})
        assert after.status_code == 200
        assert public_id.encode() not in (gzip.decompress(after.data) if zipped else after.data)


def test_the_feed_changes_when_a_day_ends(app: Flask, client: CheckedClient) -> None:
    with given(app):
        offer = make_offer(published=clock.now() - timedelta(days=3))
        last_day, public_id = offer.last_day, offer.public_id
    assert last_day
    with clock.set_to(clock.paris(last_day, 23, 59)):
        tag = client.get(FEEDS[0]).headers["ETag"]
        assert _ids(client) == [public_id]
    with clock.set_to(clock.paris(last_day + timedelta(days=1), 0, 1)):
        assert client.get(FEEDS[0], headers={"If-None-Match": tag}).status_code == 200
        assert _ids(client) == []


@pytest.mark.parametrize(
    ("accepted", "zipped"), [("gzip, br", True), ("gzip;q=0", False), ("", False), ("*;q=0", False)]
)
def test_compression_is_what_the_reader_accepts(
    app: Flask, client: CheckedClient, accepted: str, zipped: bool
) -> None:
    with given(app):
        make_offers(3)
    response = client.get(FEEDS[0], headers={"Accept-Encoding": accepted})
    assert (response.headers.get("Content-Encoding") == "gzip") is zipped
    assert response.headers["Vary"] == "Accept-Encoding"
    body = gzip.decompress(response.data) if zipped else response.data
    assert json.loads(body)["count"] == 3


def test_filters_by_departement_and_job(app: Flask, client: CheckedClient) -> None:
    def at(postcode: str, commune: str | None, **need: Any) -> str:
        return make_offer(workplace=Workplace("", postcode, "Ville", commune), **need).public_id

    with given(app):
        rodez, cook = at("12000", "12202"), at("12000", "12202", rome_code=RomeCode("G1602"))
        # A commune delivered by the neighbour's post office belongs to its own département.
        border, ajaccio = at("48500", "12056"), at("20000", None)
        reunion = at("97400", "97411")
    assert set(_ids(client, "?departement=12")) == {rodez, cook, border}
    assert _ids(client, "?departement=48") == []
    assert _ids(client, "?departement=2a") == [ajaccio]
    assert _ids(client, "?departement=974") == [reunion]
    assert _ids(client, "?metier=g1602") == [cook]
    assert set(_ids(client, "?departement=12&metier=D1102")) == {rodez, border}


@pytest.mark.parametrize("query", ["departement=99", "departement=%25", "metier=boulanger", "metier=A0000"])
@pytest.mark.parametrize("path", FEEDS)
def test_an_unknown_filter_is_refused_with_its_reason(client: CheckedClient, path: str, query: str) -> None:
    response = client.get(f"{path}?{query}")
    assert response.status_code == 400
    assert response.get_json()["error"].startswith(query.split("=")[0])


def _facts(**over: Any) -> dict[str, Any]:
    facts = {
        "id": "x", "title": "t", "rome_code": "D1102", "company": {"name": "c"}, "location": {"city": "v"},
        "description": "d", "published_at": "2027-03-02T09:00:00+00:00",
    }  # fmt: skip
    return {**facts, **over}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@for_any(st.text(max_size=60).map(lambda text: f"]]> <b>{{{{7*7}}}} &amp; {text}"))
def test_any_text_goes_through_both_feeds_and_stays_text(text: str) -> None:
    facts = _facts(title=text, description=text, tasks=[text], company={"name": text})
    body = json.loads("".join(feed_formats.json_feed([[facts]], FRAME)))
    assert body["offers"][0]["title"] == text
    xml = "".join(feed_formats.rss_feed([[facts]], FRAME))
    item = etree.fromstring(xml.encode()).find("channel/item")
    assert item is not None
    kept = NOT_XML.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    assert (item.findtext("{*}creator") or "").replace("\r\n", "\n").replace("\r", "\n") == kept
    inside = html.fragment_fromstring(item.findtext("description") or "", create_parent="div")
    assert {node.tag for node in inside.iter()} <= {"div", "p", "br", "ul", "li"}


def test_statements_grow_with_batches_not_with_offers(app: Flask, client: CheckedClient) -> None:
    counts = []
    client.get(FEEDS[0])
    for number in (10, 50):
        with given(app):
            make_offers(number)
        with statements() as sent:
            client.get(FEEDS[0])
        counts.append(len(sent))
    # The state, one batch, and the reading noted.
    assert counts[0] == counts[1] == 3


def test_batches_give_each_offer_once_newest_first(app: Flask) -> None:
    with given(app):
        expected = [offer.public_id for offer in make_offers(25)][::-1]
        engine = db.engine
    for size in (1, 7, 25, 100):
        with app.app_context():
            pages = list(batches(engine, Selection(), size=size))
        assert [facts["id"] for page in pages for facts in page] == expected
        assert max(len(page) for page in pages) <= size


def test_memory_does_not_grow_with_the_offers(app: Flask) -> None:
    with given(app):
        make_offer()
        row = dict(db.session.execute(db.select(Offer.__table__)).mappings().one())
        for part in range(4):
            rows = [_copy(row, part * 1000 + rank) for rank in range(1000)]
            db.session.execute(Offer.__table__.insert(), rows)
        engine = db.engine
    with app.app_context():
        flow = feed_formats.json_feed(batches(engine, Selection()), FRAME)
        next(flow)
        tracemalloc.start()
        written = sum(len(part) for part in flow)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert written > 3_000_000
    assert peak < 8_000_000


def _copy(row: dict[str, Any], rank: int) -> dict[str, Any]:
    unique = {"public_id": f"p{rank}", "reference": f"R{rank}", "short_code": f"S{rank}"}
    return {**{name: value for name, value in row.items() if name != "id"}, **unique}
