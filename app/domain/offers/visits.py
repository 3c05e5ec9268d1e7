"""How often the page of an offer is read, and by which link people came: by day, never by person."""

import atexit
import logging
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from threading import Lock, Timer

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.database import Model, db
from app.domain.offers.models import Offer

log = logging.getLogger(__name__)
VIA = "via"
"""What our links to an offer carry wherever they are shown elsewhere: « ?via=indeed »."""
HERE = "site"
"""The origin of who came by itself: from our lists, a search engine, a copied address."""
KEPT_FOR = 60.0
"""Seconds during which a process keeps its counts: what a process that dies at once would lose."""
MOST = 20_000
Key = tuple[str, date, str]


class OfferVisits(Model):
    """Readings of one offer's page in one day (Paris) by one sort of link."""

    __tablename__ = "offer_visits"

    offer_id: Mapped[int] = mapped_column(sa.ForeignKey("offer.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    origin: Mapped[str] = mapped_column(sa.String(30), primary_key=True)
    visits: Mapped[int] = mapped_column(default=0)


def tagged(address: str, origin: str) -> str:
    """An offer's address, to be shown elsewhere: who comes by it is counted under this origin."""
    return f"{address}?{VIA}={origin}" if origin else address


class VisitCounter:
    """The counts of one process, written together a minute after the first: a page isn't slowed by them."""

    def __init__(self, engine: sa.Engine, *, kept_for: float = KEPT_FOR) -> None:
        self.engine = engine
        self.kept_for = kept_for
        self._counts: Counter[Key] = Counter()
        self._lock = Lock()
        self._timer: Timer | None = None
        atexit.register(self.write)

    def count(self, public_id: str, origin: str) -> None:
        """One more reading of the page of an offer that is online."""
        key = (public_id, clock.today(), origin)
        with self._lock:
            if key in self._counts or len(self._counts) < MOST:
                self._counts[key] += 1
            if self._timer is None:
                self._timer = Timer(self.kept_for, self.write)
                self._timer.daemon = True
                self._timer.start()

    def write(self) -> None:
        """Add them to the database; when it doesn't answer they wait for the next time."""
        with self._lock:
            counts, self._counts, self._timer = self._counts, Counter(), None
        if not counts:
            return
        try:
            with self.engine.begin() as connection:
                connection.execute(_adding(self.engine.dialect.name), _rows(counts))
        except SQLAlchemyError:
            log.warning("visits of %s offers couldn't be written yet", len(counts), exc_info=True)
            with self._lock:
                self._counts.update(counts)

    def forget(self) -> None:
        """Let go of what hasn't been written."""
        with self._lock:
            self._counts.clear()
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None


def _rows(counts: Mapping[Key, int]) -> list[dict[str, object]]:
    """In one order for every process, so that two never wait for one another."""
    return [
        {"of_offer": public_id, "on_day": day, "from_origin": origin, "number": number}
        for (public_id, day, origin), number in sorted(counts.items())
    ]


def _adding(dialect: str) -> sa.Insert:
    """An offer erased meanwhile is left out by the choice of its row."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    chosen = sa.select(
        Offer.id,
        sa.bindparam("on_day", type_=sa.Date),
        sa.bindparam("from_origin", type_=sa.String),
        sa.bindparam("number", type_=sa.Integer),
    ).where(Offer.public_id == sa.bindparam("of_offer"))
    adding = insert(OfferVisits).from_select(["offer_id", "day", "origin", "visits"], chosen)
    keys = [OfferVisits.offer_id, OfferVisits.day, OfferVisits.origin]
    return adding.on_conflict_do_update(
        index_elements=keys, set_={"visits": OfferVisits.visits + adding.excluded.visits}
    )


def visits_of(offer: Offer) -> dict[str, int]:
    """By origin, since the offer exists; an origin by which nobody came isn't there."""
    if offer.confirmed_at is None or clock.now() - offer.confirmed_at < timedelta(seconds=KEPT_FOR):
        # Counts are written a minute later: there is nothing to read of an offer as new as that.
        return {}
    query = sa.select(OfferVisits.origin, sa.func.sum(OfferVisits.visits))
    rows = db.session.execute(query.where(OfferVisits.offer_id == offer.id).group_by(OfferVisits.origin))
    return {origin: int(number) for origin, number in rows}


def total_visits(offer_ids: Collection[int]) -> dict[int, int]:
    """By offer, in one statement; an offer that nobody has read isn't there."""
    query = sa.select(OfferVisits.offer_id, sa.func.sum(OfferVisits.visits))
    rows = db.session.execute(query.where(OfferVisits.offer_id.in_(offer_ids)).group_by(OfferVisits.offer_id))
    return {offer_id: int(number) for offer_id, number in rows}


def all_visits() -> sa.ScalarSelect[int]:
    """Of the offer of the question in which this is a column; NULL when nobody has read it."""
    total = sa.select(sa.func.sum(OfferVisits.visits)).where(OfferVisits.offer_id == Offer.id)
    return total.correlate(Offer).scalar_subquery()
