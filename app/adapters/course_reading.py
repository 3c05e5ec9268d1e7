"""Reading what API Apprentissage writes of a course, of the centre that gives it, and of a place."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from email_validator import EmailNotValidError, validate_email

from app.adapters.payload import day, flag, mapping, mappings, number, text
from app.core import clock
from app.core.geo import Point
from app.core.identifiers import InvalidIdentifier, RomeCode, Siret, Uai
from app.domain.cfa_requests.source import Identity, SourceCfa, SourceCourse

Kind = TypeVar("Kind", bound=str)
_LEVELS = {"3": 3, "4": 4, "5": 5, "6": 6, "7": 7}


def course_of(row: Any) -> SourceCourse | None:
    """A published course; None when what is needed of it can't be read."""
    key = text(mapping(row, "identifiant"), "cle_ministere_educatif", limit=120)
    place = mapping(row, "lieu")
    point = _point(mapping(place, "geolocalisation"))
    certification = mapping(mapping(row, "certification"), "valeur")
    title = _title(mapping(certification, "intitule"))
    published = text(mapping(row, "statut"), "catalogue") == "publié"
    if key is None or point is None or title is None or not published:
        return None
    centre = mapping(mapping(row, "formateur"), "organisme")
    centre = centre or mapping(mapping(row, "responsable"), "organisme")
    return SourceCourse(
        key=key,
        title=title,
        rncp=text(mapping(certification, "identifiant"), "rncp", limit=12),
        level=_level(mapping(certification, "intitule")),
        rome_codes=_romes(certification),
        point=point,
        next_start=_next_start(row),
        cfa=_cfa(centre, own=text(mapping(row, "contact"), "email", limit=254)),
        place_siret=_code(Siret, place, "siret"),
        place_uai=_code(Uai, place, "uai"),
        url=_page(row),
    )


def identity_of(content: Any) -> Identity | None:
    """Who answers for a place: the one result, when it is open."""
    result = mapping(content, "resultat")
    numbers = mapping(mapping(result, "organisme"), "identifiant")
    siret = _code(Siret, numbers, "siret")
    if siret is None or not flag(mapping(result, "status"), "ouvert"):
        return None
    return Identity(siret, _code(Uai, numbers, "uai"))


def _cfa(row: dict[str, Any], *, own: str | None) -> SourceCfa | None:
    numbers, place = mapping(row, "identifiant"), mapping(row, "etablissement")
    siret, uai = _code(Siret, numbers, "siret"), _code(Uai, numbers, "uai")
    name = text(place, "enseigne", limit=200) or text(
        mapping(row, "unite_legale"), "raison_sociale", limit=200
    )
    if name is None or (siret is None and uai is None) or place.get("ouvert") is False:
        return None
    address = mapping(place, "adresse")
    return SourceCfa(
        siret=siret,
        uai=uai,
        name=name,
        certified=flag(mapping(row, "renseignements_specifiques"), "qualiopi"),
        postcode=(text(address, "code_postal") or "")[:5],
        city=text(mapping(address, "commune"), "nom", limit=80) or "",
        point=_point(mapping(place, "geopoint")),
        emails=_emails(row, own=own),
    )


def _emails(row: dict[str, Any], *, own: str | None) -> tuple[str, ...]:
    """The addresses that the register confirms, the others, then the one of the course itself."""
    contacts = sorted(mappings(row, "contacts"), key=lambda one: not flag(one, "confirmation_referentiel"))
    given = [text(one, "email", limit=254) for one in contacts] + [own]
    return tuple(dict.fromkeys(found for found in map(_address, given) if found))


def _address(value: str | None) -> str | None:
    try:
        return validate_email(value or "", check_deliverability=False).ascii_email
    except EmailNotValidError:
        return None


def _title(named: dict[str, Any]) -> str | None:
    return text(mapping(named, "cfd"), "long", limit=250) or text(named, "rncp", limit=250)


def _level(named: dict[str, Any]) -> int | None:
    levels = mapping(named, "niveau")
    europeen = text(mapping(levels, "cfd"), "europeen") or text(mapping(levels, "rncp"), "europeen")
    return _LEVELS.get(europeen or "")


def _romes(certification: dict[str, Any]) -> tuple[RomeCode, ...]:
    rows = mappings(mapping(mapping(certification, "domaines"), "rome"), "rncp")
    found = [_code(RomeCode, row, "code") for row in rows]
    return tuple(dict.fromkeys(code for code in found if code is not None))


def _next_start(row: dict[str, Any]) -> date | None:
    today = clock.today()
    starts = [_day(session) for session in mappings(row, "sessions")]
    return min((start for start in starts if start is not None and start >= today), default=None)


def _day(session: dict[str, Any]) -> date | None:
    value = session.get("debut")
    # A day is written with its hour and offset: « 2027-09-01T00:00:00.000+02:00 ».
    return day({"debut": value[:10]}, "debut") if isinstance(value, str) else None


def _page(row: dict[str, Any]) -> str | None:
    """The public page of the course at Onisep; anything but a web address is left out."""
    url = text(mapping(row, "onisep"), "url", limit=301) or ""
    return url if url.startswith("https://") and len(url) <= 300 else None


def _point(row: dict[str, Any]) -> Point | None:
    values = row.get("coordinates")
    if row.get("type") != "Point" or not isinstance(values, list) or len(values) != 2:
        return None
    lon, lat = number({"value": values[0]}, "value"), number({"value": values[1]}, "value")
    if lon is None or lat is None or not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return None
    return Point(lat, lon)


def _code(kind: Callable[[str], Kind], row: dict[str, Any], name: str) -> Kind | None:
    value = row.get(name)
    try:
        return kind(value) if isinstance(value, str) else None
    except InvalidIdentifier:
        return None
