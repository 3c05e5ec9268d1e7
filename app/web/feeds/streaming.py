"""Answering with a feed: conditional, compressed, written as it is read, and its readers noted."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask import Response as FlaskResponse
from flask import current_app, request
from werkzeug.wrappers import Response

from app.core import clock
from app.core.database import db
from app.domain.diffusion.feed_readings import note_reading, reader_named
from app.domain.offers.feed import FeedState, Selection, batches, state_of
from app.domain.offers.feed_formats import Batches, Frame
from app.web.addresses import absolute
from app.web.feeds.compression import encoded, gzipped
from app.web.headers import cacheable

XML = "application/xml; charset=utf-8"
Writer = Callable[[Batches, Frame], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Feed:
    """One form of the offers; `kind` is also the name under which its readers are noted."""

    kind: str
    mimetype: str
    writer: Writer


def streamed(feed: Feed, selection: Selection, address: str) -> Response:
    """The whole feed, or 304 when its reader has it already."""
    state = state_of(selection)
    response = FlaskResponse(mimetype=feed.mimetype)
    response.headers["Content-Type"] = feed.mimetype
    press = request.accept_encodings["gzip"] > 0
    response.set_etag(f"{feed.kind}-{state.mark}-{'gz' if press else 'id'}", weak=True)
    # To the second only: a change of this very second would be missed by who asks by date alone.
    if clock.now() - state.changed_at > timedelta(seconds=1):
        response.last_modified = state.changed_at
    response.headers["Vary"] = "Accept-Encoding"
    # Always asked again, so that a closed offer leaves at once; unchanged, the answer is 304 without a body.
    cacheable(0, response)
    response.make_conditional(request)
    reader = reader_named(request.user_agent.string)
    if response.status_code == 304:
        note_reading(db.engine, feed.kind, reader)
        return response
    if request.method == "HEAD":
        return response
    # Counted while there was no body yet: a server would send nothing beyond it.
    response.headers.pop("Content-Length", None)
    parts = feed.writer(batches(db.engine, selection), _frame(feed, address, state))
    if press:
        response.headers["Content-Encoding"] = "gzip"
    written = gzipped(parts) if press else encoded(parts)
    response.response = _noted(written, db.engine, feed.kind, reader)
    return response


def _noted(parts: Iterable[bytes], engine: sa.Engine, feed: str, reader: str) -> Iterator[bytes]:
    """A reading counts once it has gone to its end."""
    yield from parts
    note_reading(engine, feed, reader)


def _frame(feed: Feed, address: str, state: FeedState) -> Frame:
    return Frame(
        title=f"{current_app.extensions['settings'].service_name} – offres en ligne",
        description="Offres d’apprentissage et d’alternance en ligne.",
        home_url=absolute("public.offers"),
        feed_url=address,
        documentation_url=absolute("feeds.documentation"),
        offer_base=absolute("public.offer", public_id="-")[:-1],
        changed_at=state.changed_at,
        origin=feed.kind,
    )
