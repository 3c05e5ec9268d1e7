"""Counting the readings of an offer's page: people only as far as can be told, and nothing about them."""

import re

from flask import current_app, request

from app.core.database import db
from app.domain.diffusion.feed_readings import BROWSER, reader_named
from app.domain.diffusion.lines import OPEN_FEEDS
from app.domain.diffusion.registry import PLATFORMS
from app.domain.offers.visits import HERE, VIA, VisitCounter

# Programmes that say what they are in the middle of what a browser would say.
_PROGRAMME = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|preview|fetch|monitor|scan|headless|lighthouse|externalhit|validator",
    re.IGNORECASE,
)


def count_visit(public_id: str) -> None:
    """Note that somebody reads this offer, which is online."""
    if request.method == "GET" and is_somebody(request.user_agent.string) and not _is_ahead():
        counter().count(public_id, origin_of(request.args.get(VIA, "")))


def counter() -> VisitCounter:
    """This process's."""
    found = current_app.extensions.get("visits")
    if found is None:
        found = current_app.extensions.setdefault("visits", VisitCounter(db.engine))
    return found


def origin_of(said: str) -> str:
    """A closed list: anything else came by itself."""
    return said if said in PLATFORMS or said in OPEN_FEEDS else HERE


def is_somebody(user_agent: str) -> bool:
    """A browser, by its own word; programmes that read offers say their name."""
    return reader_named(user_agent) == BROWSER and _PROGRAMME.search(user_agent) is None


def _is_ahead() -> bool:
    """Fetched by a browser in case somebody clicks."""
    purpose = request.headers.get("Sec-Purpose", "") or request.headers.get("Purpose", "")
    return "prefetch" in purpose
