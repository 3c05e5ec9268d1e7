"""API Apprentissage as the portal sees it: bearer token, courses, search of a centre, offers."""

import re
import time
from math import asin, cos, radians, sin, sqrt
from typing import Any

from standins.apprentissage import catalogue
from standins.apprentissage.offer_pages import Pages
from standins.apprentissage.offers import OFFER, Offers
from standins.exchange import Refusal, Reply, Request, json_reply
from standins.server import StandIn

# The token that the simulated catalogue accepts; it opens nothing else.
TOKEN = "jeton-du-simulateur"  # noqa: S105  # opens only this stand-in

_COURSES = "/api/formation/v1/search"
_PLACES = "/api/organisme/v1/recherche"
_SEARCH = {
    "page_size", "page_index", "latitude", "longitude", "radius", "target_diploma_level", "romes", "rncp",
    "include_archived",
}  # fmt: skip
_ROMES = re.compile(r"[A-N][0-9]{4}(?:,[A-N][0-9]{4})*")
_NO_KEY = "Vous devez fournir une clé d'API valide pour accéder à cette ressource"
_BAD_KEY = "Impossible de déchiffrer la clé d'API"


def _error(status: int, name: str, message: str) -> Refusal:
    return Refusal(status, {"statusCode": status, "name": name, "message": message})


class _Partner:
    """What it remembers: courses taken out of the catalogue by a test."""

    def __init__(self, token: str) -> None:
        self._token = token
        self.removed: set[str] = set()

    def forget(self) -> None:
        self.removed.clear()

    def _admit(self, request: Request, *, known: set[str]) -> None:
        header = request.headers.get("authorization", "")
        if not header:
            raise _error(401, "Unauthorized", _NO_KEY)
        if header != f"Bearer {self._token}":
            raise _error(401, "Unauthorized", _BAD_KEY)
        unknown = sorted(set(request.query) - known)
        if unknown:
            raise _error(400, "Bad Request", f"Request validation failed: {', '.join(unknown)}")

    def search(self, request: Request) -> Reply:
        self._admit(request, known=_SEARCH)
        size = _whole(request, "page_size", default=100, low=1, high=1000)
        index = _whole(request, "page_index", default=0, low=0, high=100_000)
        found = [course for course in _courses() if _key(course) not in self.removed]
        found = [course for course in found if _matches(course, request)]
        pages = {"page_count": -(-len(found) // size), "page_size": size, "page_index": index}
        return json_reply({"data": found[index * size : (index + 1) * size], "pagination": pages})

    def identify(self, request: Request) -> Reply:
        self._admit(request, known={"siret", "uai"})
        siret, uai = request.first("siret"), request.first("uai")
        if not re.fullmatch(r"(?:\d{14})?", siret) or not re.fullmatch(r"(?:\d{7}[A-Z])?", uai):
            raise _error(400, "Bad Request", "Request validation failed")
        found = [
            centre
            for centre in catalogue.centres()
            if centre.siret and (centre.siret == siret or (not siret and centre.uai == uai))
        ]
        results = [_result(centre) for centre in found]
        status = {"status": "ok" if found else "inconnu"}
        content: dict[str, Any] = {
            "metadata": {"uai": status if uai else None, "siret": status if siret else None},
            "resultat": results[0] if len(results) == 1 else None,
            "candidats": results,
        }
        return json_reply(content)

    def remove(self, request: Request) -> Reply:
        """For tests: these courses are no longer in the catalogue."""
        keys = request.json().get("cles")
        self.removed |= set(keys) if isinstance(keys, list) else set()
        return json_reply({"fait": True})


def _courses() -> tuple[dict[str, Any], ...]:
    return catalogue.courses(time.localtime().tm_year + 1)


def _key(course: dict[str, Any]) -> str:
    return str(course["identifiant"]["cle_ministere_educatif"])


def _matches(course: dict[str, Any], request: Request) -> bool:
    valued = course["certification"]["valeur"]
    romes, rncp = request.first("romes"), request.first("rncp")
    if romes and not _ROMES.fullmatch(romes):
        raise _error(400, "Bad Request", "Request validation failed: romes")
    codes = {row["code"] for row in valued["domaines"]["rome"]["rncp"]}
    if romes and not codes & set(romes.split(",")):
        return False
    if rncp and valued["identifiant"]["rncp"] != rncp:
        return False
    level = request.first("target_diploma_level")
    if level and valued["intitule"]["niveau"]["rncp"]["europeen"] != level:
        return False
    return _is_near(course, request)


def _is_near(course: dict[str, Any], request: Request) -> bool:
    if ("latitude" in request.query) != ("longitude" in request.query):
        missing = "longitude" if "latitude" in request.query else "latitude"
        raise _error(400, "Bad Request", f"Request validation failed: {missing}")
    if "latitude" not in request.query:
        return True
    try:
        lat, lon = float(request.first("latitude")), float(request.first("longitude"))
        radius = float(request.first("radius", "30"))
    except ValueError:
        raise _error(400, "Bad Request", "Request validation failed: latitude") from None
    east, north = course["lieu"]["geolocalisation"]["coordinates"]
    return _km(lat, lon, north, east) <= radius


def _km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    half = sin(radians(lat2 - lat1) / 2) ** 2
    half += cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * 6371.0 * asin(sqrt(half))


def _whole(request: Request, name: str, *, default: int, low: int, high: int) -> int:
    text = request.first(name, str(default))
    if not text.isdecimal() or not low <= int(text) <= high:
        raise _error(400, "Bad Request", f"Request validation failed: {name}")
    return int(text)


def _result(centre: catalogue.Centre) -> dict[str, Any]:
    return {
        "status": {"ouvert": True, "declaration_catalogue": True, "validation_uai": True},
        "correspondances": {"uai": None, "siret": None},
        "organisme": {"identifiant": {"siret": centre.siret, "uai": centre.uai}},
    }


def apprentissage(*, port: int = 0, token: str = TOKEN) -> StandIn:
    """The server, not started yet; port 0 takes a free one."""
    partner = _Partner(token)
    offers = Offers(token)
    pages = Pages(offers)

    def forget() -> None:
        partner.forget()
        offers.forget()

    routes = [
        ("POST", OFFER, offers.create),
        ("PUT", OFFER + "/[^/]+", offers.replace),
        ("GET", OFFER + "/[^/]+", offers.read),
        ("GET", OFFER + "/[^/]+/publishing-informations", offers.publishing),
        ("GET", "/api/job/v1/search", offers.search),
        ("GET", "/recherche", pages.page),
        ("GET", "/emploi/offres_emploi_partenaires/[^/]+/[^/]+", pages.one_page),
        ("POST", "/simulateur", offers.command),
        ("GET", _COURSES, partner.search),
        ("GET", _PLACES, partner.identify),
        ("POST", "/retraits", partner.remove),
    ]
    return StandIn("apprentissage", routes, port=port, forget=forget)
