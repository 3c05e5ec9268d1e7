"""Who reads a feed, and when: the name of a programme, never an address nor a person."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.database import Model, UtcDateTime, db
from app.core.french import datetime_fr

log = logging.getLogger(__name__)
BROWSER, UNNAMED, OTHERS = "un navigateur", "un lecteur sans nom", "d’autres lecteurs"
READERS_AT_MOST = 100
# Followed by its version or nothing: the beginning of an e-mail address isn't a name of a programme.
_PRODUCT = re.compile(r"([A-Za-z][A-Za-z0-9._\-]{1,39})(?=$|[/\s;(])")
_COMPATIBLE = re.compile(r"\(compatible; ([A-Za-z][A-Za-z0-9._\-]{1,39})(?=[/\s;)])")
_BROWSERS = ("Mozilla", "Opera")


class FeedReading(Model):
    """One programme that reads one feed."""

    __tablename__ = "feed_reading"

    feed: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    reader: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    readings: Mapped[int] = mapped_column(default=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """The last reading of a feed."""

    feed: str
    reader: str
    at: datetime

    @property
    def sentence(self) -> str:
        """« Dernière lecture par Indeed le 22 novembre 2026 à 23 h 12. »."""
        return f"Dernière lecture par {self.reader} le {datetime_fr(self.at)}."


_KEPT_FOR = timedelta(minutes=1)
_kept: dict[tuple[str, ...], tuple[datetime, dict[str, Reading]]] = {}


def reader_named(user_agent: str) -> str:
    """The programme of a `User-Agent`: « Indeed », « curl », « un navigateur »."""
    text = user_agent[:300].strip()
    compatible = _COMPATIBLE.search(text)
    if compatible is not None:
        return compatible[1]
    found = _PRODUCT.match(text)
    if found is None:
        return UNNAMED
    return BROWSER if found[1] in _BROWSERS else found[1]


def note_reading(engine: sa.Engine, feed: str, reader: str) -> None:
    """A reading to its end, or one that was told that nothing has changed. Never fails a feed."""
    forget_last_readings()
    try:
        with engine.begin() as connection:
            now = clock.now()
            known = sa.update(FeedReading).where(FeedReading.feed == feed, FeedReading.reader == reader)
            done = connection.execute(known.values(last_at=now, readings=FeedReading.readings + 1))
            if done.rowcount:
                return
            counted = sa.select(sa.func.count()).where(FeedReading.feed == feed)
            many = (connection.scalar(counted) or 0) >= READERS_AT_MOST
            insert = sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert
            row = insert(FeedReading).values(
                feed=feed, reader=OTHERS if many else reader, first_at=now, last_at=now, readings=1
            )
            again = {"last_at": now, "readings": FeedReading.readings + 1}
            connection.execute(
                row.on_conflict_do_update(index_elements=[FeedReading.feed, FeedReading.reader], set_=again)
            )
    except SQLAlchemyError:
        log.warning("feed %s: a reading couldn't be noted", feed, exc_info=True)


def readings() -> list[FeedReading]:
    """Every reader of every feed, the most recent first."""
    return list(db.session.scalars(sa.select(FeedReading).order_by(FeedReading.last_at.desc())))


def last_readings(feeds: Sequence[str]) -> dict[str, Reading]:
    """The same for several feeds, in one question; kept a minute by each process, or until it notes one."""
    key, now = (str(db.engine.url), *feeds), clock.now()
    kept = _kept.get(key)
    if kept is None or not timedelta(0) <= now - kept[0] < _KEPT_FOR:
        kept = _kept[key] = (now, _read(feeds))
    return kept[1]


def forget_last_readings() -> None:
    """Ask again next time."""
    _kept.clear()


def _read(feeds: Sequence[str]) -> dict[str, Reading]:
    query = (
        sa.select(FeedReading)
        .where(FeedReading.feed.in_(feeds))
        .order_by((FeedReading.reader == BROWSER).desc(), FeedReading.last_at)
    )
    # The last of each feed stays.
    return {row.feed: Reading(row.feed, row.reader, row.last_at) for row in db.session.scalars(query)}


def last_reading(feed: str) -> Reading | None:
    """Who read a feed last; browsers, which are people trying it, only when nobody else has."""
    return last_readings([feed]).get(feed)
