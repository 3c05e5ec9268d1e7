"""Pages that are the same for everybody, kept by this process for as long as caches may keep them.

A page is kept under its address with a stamp: what the database said of its subject when it was written. A
change of the subject changes the stamp, so that nobody reads an old page of it; the rest of the page may be a
moment old, as it is in any browser's cache.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any

from flask import current_app, make_response, request
from werkzeug.wrappers import Response

from app.core import clock
from app.web.headers import cacheable

MOST_BYTES = 12 * 1024 * 1024
"""For each process; about 500 pages of offers."""

Stamp = tuple[object, ...]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """One page as it was sent, and until when it may be sent again."""

    stamp: Stamp
    body: bytes
    until: datetime
    day: date


class KeptPages:
    """The pages read last, up to MOST_BYTES of them."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.most = most
        self._pages: OrderedDict[Key, Kept] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def find(self, key: Key, stamp: Stamp) -> bytes | None:
        """The page, if it was written with this stamp, today, and not too long ago."""
        with self._lock:
            page = self._pages.get(key)
            if page is None:
                return None
            if page.stamp != stamp or page.until <= clock.now() or page.day != clock.today():
                self._forget(key)
                return None
            self._pages.move_to_end(key)
            return page.body

    def keep(self, key: Key, stamp: Stamp, body: bytes, *, seconds: int) -> None:
        """Keep it; those not read for the longest make room."""
        with self._lock:
            self._forget(key)
            self._pages[key] = Kept(stamp, body, clock.now() + timedelta(seconds=seconds), clock.today())
            self._bytes += len(body)
            while self._bytes > self.most:
                self._forget(next(iter(self._pages)))

    def _forget(self, key: Key) -> None:
        page = self._pages.pop(key, None)
        self._bytes -= len(page.body) if page else 0


def kept_page(stamp: Stamp, *, seconds: int, write: Callable[[], Response]) -> Response:
    """The page of this address if it is kept with this stamp, else `write()`, kept when it answers 200."""
    pages: KeptPages = current_app.extensions.setdefault("kept_pages", KeptPages())
    key = (request.script_root, request.path)
    body = pages.find(key, stamp)
    if body is not None:
        return cacheable(seconds, make_response(body))
    response = write()
    if response.status_code == 200:
        pages.keep(key, stamp, response.get_data(), seconds=seconds)
    return response


def kept_frame(name: str, write: Callable[[], Any]) -> Any:
    """Header or footer: they change with the page that is open, and with nothing else."""
    frames: dict[tuple[str, str, str | None, int], Any] = current_app.extensions.setdefault("kept_frames", {})
    # An address that no route knows has no endpoint: there are as many frames as there are pages.
    key = (name, request.script_root, request.endpoint, clock.today().year)
    if key not in frames:
        frames[key] = write()
    return frames[key]
