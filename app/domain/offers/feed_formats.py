"""The open feed as JSON and as RSS 2.0, written piece by piece."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from app.domain.offers.advert_html import advert_html
from app.domain.offers.feed import VERSION
from app.domain.offers.visits import tagged
from app.domain.offers.xml_text import element, escaped

Batches = Iterable[list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the offers. `offer_base` + public id is an offer's page; addresses are absolute.

    `origin`: what the links to it carry, by which visits are counted.
    """

    title: str
    description: str
    home_url: str
    feed_url: str
    documentation_url: str
    offer_base: str
    changed_at: datetime
    origin: str = ""


def json_feed(batches: Batches, frame: Frame) -> Iterator[str]:
    """One object; `count` comes last, so that a reader knows that nothing is missing."""
    head = {
        "version": VERSION,
        "title": frame.title,
        "documentation_url": frame.documentation_url,
        "feed_url": frame.feed_url,
        "updated_at": frame.changed_at.isoformat(),
    }
    yield _json(head)[:-1] + ',"offers":[\n'
    count = 0
    for batch in batches:
        lines = ",\n".join(_json(addressed(facts, frame)) for facts in batch)
        yield (",\n" if count else "") + lines
        count += len(batch)
    yield f'\n],"count":{count}}}\n'


def rss_feed(batches: Batches, frame: Frame) -> Iterator[str]:
    """A channel whose descriptions are HTML, as RSS readers expect: what people typed is escaped twice."""
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">\n<channel>\n'
        f"{element('title', frame.title)}{element('link', frame.home_url)}"
        f"{element('description', frame.description)}"
        f"<language>fr-FR</language>{element('docs', frame.documentation_url)}"
        f"{element('lastBuildDate', format_datetime(frame.changed_at))}<ttl>60</ttl>\n"
        f'<atom:link rel="self" type="application/rss+xml" href="{escaped(frame.feed_url)}"/>\n'
    )
    for batch in batches:
        yield "".join(_item(addressed(facts, frame), frame.offer_base) for facts in batch)
    yield "</channel>\n</rss>\n"


def addressed(facts: dict[str, Any], frame: Frame) -> dict[str, Any]:
    """With the address of its page, where people also apply."""
    url = tagged(frame.offer_base + facts["id"], frame.origin)
    return {**facts, "url": url, "apply_url": url}


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _item(facts: dict[str, Any], offer_base: str) -> str:
    published = datetime.fromisoformat(facts["published_at"])
    return (
        f"<item>{element('title', _headline(facts))}{element('link', facts['url'])}"
        f'<guid isPermaLink="true">{escaped(offer_base + facts["id"])}</guid>'
        f"{element('pubDate', format_datetime(published))}{element('dc:creator', facts['company']['name'])}"
        f'<category domain="rome">{escaped(facts["rome_code"])}</category>'
        f"{element('description', html_of(facts))}</item>\n"
    )


def _headline(facts: dict[str, Any]) -> str:
    return f"{facts['title']} – {facts['location'].get('city', '')}".removesuffix(" – ")


def html_of(facts: dict[str, Any]) -> str:
    """The whole text, in the few tags that readers accept."""
    return advert_html(facts["description"], tasks=facts.get("tasks", ()), skills=facts.get("skills", ()))
