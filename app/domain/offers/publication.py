"""Putting an offer online, for 28 days."""

from datetime import date, timedelta

from app.audit import journal
from app.audit.actor import Actor
from app.core import clock, events
from app.core.failpoints import failpoint
from app.domain.offers.events import OfferPublished
from app.domain.offers.lifecycle import OFFER_LIFECYCLE
from app.domain.offers.models import Offer

DAYS_ONLINE = 28
LONGEST_LIFE = 168


def put_online(offer: Offer, *, by: Actor) -> None:
    """Online at once, until 23 h 59 in Paris of the day of publication + 28."""
    first = offer.first_published_on is None
    today = clock.today()
    OFFER_LIFECYCLE.apply(offer, "publish")
    offer.published_at = clock.now()
    if offer.first_published_on is None:
        offer.first_published_on = today
    offer.last_day = last_day_from(today, first_published_on=offer.first_published_on)
    offer.end_reason = offer.ended_at = None
    offer.changed_at = clock.now()
    journal.record("offer_published", offer, by=by, facts={"last_day": offer.last_day.isoformat()})
    failpoint("offers.published_before_mail")
    events.emit(OfferPublished(offer, first=first, by=by))


def last_day_from(day: date, *, first_published_on: date | None) -> date:
    """`day` + 28, never later than 168 days after the first publication."""
    end = day + timedelta(days=DAYS_ONLINE)
    return min(end, longest_day(first_published_on)) if first_published_on else end


def longest_day(first_published_on: date) -> date:
    """The last day that renewing can reach."""
    return first_published_on + timedelta(days=LONGEST_LIFE)
