"""An offer as schema.org's JobPosting, for search engines. No pay: only a legal minimum is known."""

from datetime import timedelta
from typing import Any

from app.core import clock
from app.domain.offers.advert_html import advert_html
from app.domain.offers.models import Offer, Remote

COUNTRY = "FR"


def job_posting(offer: Offer, *, url: str, publisher: str) -> dict[str, Any]:
    """The mapping to write as JSON-LD; `url` is absolute, `publisher` names who gives the identifier.

    The street is told only when a register shows the establishment; contact data never.
    """
    posting: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": offer.title,
        "description": advert_html(offer.description, tasks=offer.tasks, skills=offer.skills),
        "identifier": {"@type": "PropertyValue", "name": publisher, "value": offer.reference},
        "url": url,
        # Work-study is none of the kinds that search engines name.
        "employmentType": "OTHER",
        "hiringOrganization": {"@type": "Organization", "name": offer.company},
        "jobLocation": {"@type": "Place", "address": _address(offer)},
        "occupationalCategory": {
            "@type": "CategoryCode",
            "inCodeSet": {"@type": "CategoryCodeSet", "name": "ROME"},
            "codeValue": str(offer.rome_code),
            "name": offer.job_name,
        },
        "totalJobOpenings": offer.openings,
        "directApply": False,
    }
    if offer.published_at is not None:
        posting["datePosted"] = clock.day_of(offer.published_at).isoformat()
    if offer.last_day is not None:
        # Online until the end of that day in Paris.
        end = clock.paris(offer.last_day + timedelta(days=1)) - timedelta(seconds=1)
        posting["validThrough"] = clock.local(end).isoformat()
    if offer.start_on is not None:
        posting["jobStartDate"] = offer.start_on.isoformat()
    if offer.remote is Remote.REMOTE:
        posting["jobLocationType"] = "TELECOMMUTE"
        posting["applicantLocationRequirements"] = {"@type": "Country", "name": "France"}
    return posting


def _address(offer: Offer) -> dict[str, str]:
    address = {
        "@type": "PostalAddress",
        "addressLocality": offer.city,
        "postalCode": offer.postcode,
        "addressCountry": COUNTRY,
    }
    if offer.establishment.is_publishable and offer.address_line:
        address["streetAddress"] = offer.address_line
    return address
