"""The feed as XML: our own form, Indeed's, and the one that HelloWork is seen to write. Piece by piece."""

from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from app.core import clock
from app.domain.offers.feed_formats import Batches, Frame, addressed, html_of
from app.domain.offers.xml_text import cdata, element
from app.domain.reference.places import commune_by_code, department_name, region_name

Facts = dict[str, Any]
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_INDEED_REMOTE = {"hybrid": "Hybrid remote", "remote": "Fully remote"}
_REMOTE = {"onsite": "Pas_teletravail", "hybrid": "Partiel", "remote": "Complet"}
_HELLOWORK_LEVELS = {
    3: "RJ/Qualif/BEP_CAP",
    4: "RJ/Qualif/Bac",
    5: "RJ/Qualif/Technicien_B2",
    6: "RJ/Qualif/Agent_maitrise_B3",
    7: "RJ/Qualif/Ingenieur_B5",
}


def generic_xml(batches: Batches, frame: Frame) -> Iterator[str]:
    """One `<jobs>`, one `<job>` an offer; the number of offers comes last, so that a cut is seen."""
    yield (
        f"{_HEAD}<jobs>\n{element('title', frame.title)}{element('url', frame.feed_url)}"
        f"{element('updated_at', frame.changed_at.isoformat())}\n"
    )
    count = 0
    for batch in batches:
        yield "".join(_generic(addressed(facts, frame)) for facts in batch)
        count += len(batch)
    yield f"<count>{count}</count>\n</jobs>\n"


def indeed_xml(batches: Batches, frame: Frame) -> Iterator[str]:
    """`<source>`: everything in CDATA, no entity; an offer without a field that is required is left out."""
    yield (
        f"{_HEAD}<source>\n{cdata('publisher', frame.title)}{cdata('publisherurl', frame.home_url)}"
        f"{cdata('lastBuildDate', format_datetime(frame.changed_at))}\n"
    )
    yield from _each(batches, frame, _indeed)
    yield "</source>\n"


def hellowork_xml(batches: Batches, frame: Frame) -> Iterator[str]:
    """`<root>`: the fields that HelloWork itself writes to others; that it reads them isn't established."""
    yield f"{_HEAD}<root>\n"
    yield from _each(batches, frame, _hellowork)
    yield "</root>\n"


def _each(batches: Batches, frame: Frame, written: Callable[[Facts], str]) -> Iterator[str]:
    for batch in batches:
        yield "".join(written(addressed(facts, frame)) for facts in batch)


def _generic(facts: Facts) -> str:
    company, place = facts["company"], facts["location"]
    contracts = ", ".join(facts.get("contract_types", ()))
    return _job(
        {
            "reference": facts["reference"],
            "url": facts["url"],
            "apply_url": facts["apply_url"],
            "title": facts["title"],
            "description": html_of(facts),
            "created_at": facts["published_at"],
            "updated_at": facts["updated_at"],
            "expires_at": facts["last_day"],
            "company": company["name"],
            "siret": company.get("siret"),
            "siren": company.get("siret", "")[:9],
            "naf": company.get("naf"),
            "address": place.get("street"),
            "postcode": place.get("postcode"),
            "city": place.get("city"),
            "commune_code": place.get("commune_code"),
            "latitude": place.get("latitude"),
            "longitude": place.get("longitude"),
            "contract": contracts,
            "duration_months": facts.get("duration_months"),
            "start_date": facts.get("start_on"),
            "education_level": facts.get("level"),
            "rome_codes": facts["rome_code"],
            "remote": facts.get("remote"),
            "openings": facts.get("openings"),
        }
    )


def _indeed(facts: Facts) -> str:
    place = facts["location"]
    commune = commune_by_code(place.get("commune_code", ""))
    state = region_name(commune.region) if commune else None
    if not (state and place.get("city") and facts["title"].strip()):
        return ""
    level = facts.get("level")
    return _job(
        {
            "title": facts["title"],
            "date": facts["published_at"],
            "referencenumber": facts["reference"],
            "requisitionid": facts["reference"],
            "url": facts["url"],
            "company": facts["company"]["name"],
            "sourcename": facts["company"]["name"],
            "city": place["city"],
            "state": state,
            "country": "FR",
            "postalcode": place.get("postcode"),
            "streetaddress": place.get("street"),
            "description": html_of(facts),
            "jobtype": "Apprentissage / Alternance",
            "category": facts["job"],
            "education": f"Diplôme préparé : niveau {level}" if level else None,
            "remotetype": _INDEED_REMOTE.get(facts.get("remote", "")),
            "expirationdate": facts["last_day"],
        }
    )


def _hellowork(facts: Facts) -> str:
    company, place = facts["company"], facts["location"]
    commune = commune_by_code(place.get("commune_code", ""))
    has_point = "latitude" in place and "longitude" in place
    return _job(
        {
            "job_id": facts["reference"],
            "guid": facts["id"],
            "title": facts["title"],
            "url": facts["url"],
            "description": html_of({**facts, "skills": ()}),
            "profile": ", ".join(facts.get("skills", ())),
            "address": place.get("street"),
            "city": place.get("city"),
            "geoloc": f"{place['latitude']},{place['longitude']}" if has_point else None,
            "region": region_name(commune.region) if commune else None,
            "department": department_name(commune.department) if commune else None,
            "postal_code": place.get("postcode"),
            "country": "France",
            "publication_date": _moment(facts["published_at"]),
            "updated_date": _moment(facts["updated_at"]),
            "contract": "Alternance",
            "contract_start_date": facts.get("start_on"),
            "contract_period_value": facts.get("duration_months"),
            "contract_period_unit": "Mois" if facts.get("duration_months") else None,
            "function": facts["job"],
            "code_rome": facts["rome_code"],
            "education": _HELLOWORK_LEVELS.get(facts.get("level", 0)),
            "remote": _REMOTE.get(facts.get("remote", "")),
            "company_title": company["name"],
            "company_description": company.get("about"),
            "siret": company.get("siret"),
            "naf_code": company.get("naf"),
        }
    )


def _job(fields: Facts) -> str:
    return f"<job>{''.join(cdata(name, value) for name, value in fields.items())}</job>\n"


def _moment(iso: str) -> str:
    """« 2027-03-02 09:00:00 », in Paris."""
    return f"{clock.local(datetime.fromisoformat(iso)):%Y-%m-%d %H:%M:%S}"
