"""Key dates of an offer as an iCalendar file; an update replaces what was imported before."""

from datetime import date, timedelta

from icalendar import Calendar, Event

from app.domain.offers.models import Offer


def offer_calendar(offer: Offer) -> bytes:
    """The end of publication, and the start of the contract when it is known. UTF-8 bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//Depot Alternance//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    job = offer.job_name.split(" ou ")[0]
    if offer.last_day is not None:
        calendar.add_component(
            _event(offer, "fin", offer.last_day, f"Dernier jour en ligne : offre {job} à {offer.city}")
        )
    if offer.start_on is not None:
        calendar.add_component(_event(offer, "debut", offer.start_on, f"Début du contrat : {job}"))
    return bytes(calendar.to_ical())


def _event(offer: Offer, kind: str, day: date, summary: str) -> Event:
    event = Event()
    event.add("uid", f"{offer.reference}-{kind}@depot-alternance")
    event.add("dtstamp", offer.changed_at)
    event.add("sequence", offer.version)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", summary)
    event.add("description", f"Référence {offer.reference}")
    return event
