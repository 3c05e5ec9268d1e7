"""The geocoder of the Géoplateforme, /geocodage/search and /reverse, over the towns of the register."""

import re
from dataclasses import dataclass
from functools import cache
from math import cos, hypot, radians
from typing import Any
from zlib import crc32

from standins.annuaire.register import companies, words
from standins.exchange import Refusal, Reply, Request, json_reply

_SEARCH = {"q", "limit", "postcode", "citycode", "type", "autocomplete", "lat", "lon", "index"}
_REVERSE = {"lon", "lat", "type", "limit", "index"}
_TYPES = {"housenumber", "street", "locality", "municipality"}
# A word which makes the best hit a wrong one, with the score that was seen for such hits.
_WRONG = "introuvable"
_DEGREE_KM = 111.2


@dataclass(frozen=True, slots=True)
class _Place:
    name: str
    kind: str
    postcode: str
    citycode: str
    city: str
    lat: float
    lon: float

    @property
    def label(self) -> str:
        return self.city if self.kind == "municipality" else f"{self.name} {self.postcode} {self.city}"

    def feature(self, score: float) -> dict[str, Any]:
        """A GeoJSON feature, longitude first."""
        properties: dict[str, Any] = {
            "label": self.label,
            "score": round(score, 4),
            "id": f"{self.citycode}_{crc32(self.label.encode()) % 10000:04d}",
            "name": self.name,
            "postcode": self.postcode,
            "citycode": self.citycode,
            "city": self.city,
            "context": self.postcode[:2],
            "type": self.kind,
            "importance": 0.6,
        }
        if self.kind == "housenumber":
            number, _, street = self.name.partition(" ")
            properties |= {"housenumber": number, "street": street}
        return {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [self.lon, self.lat]},
            "properties": properties,
        }


@cache
def _places() -> tuple[_Place, ...]:
    found: dict[str, _Place] = {}
    for company in companies():
        for place in company.establishments:
            postcode, city, code = (
                place.text(name) for name in ("code_postal", "libelle_commune", "commune")
            )
            lat, lon = place.text("latitude"), place.text("longitude")
            if not (postcode and city and code and lat and lon):
                continue
            town = city.title()
            where = (postcode, code, town, float(lat), float(lon))
            kind = "housenumber" if place.text("numero_voie") else "locality"
            if company.diffusion == "O":
                house = _Place(place.street.title(), kind, *where)
                found.setdefault(house.label, house)
            found.setdefault(code, _Place(town, "municipality", *where))
    return tuple(found.values())


def search(request: Request) -> Reply:
    """The best hits, or 400 in the service's own form."""
    _check(request, _SEARCH)
    query = request.first("q").strip()
    if not 3 <= len(query) <= 200 or not re.match(r"[^\W_]", query):
        raise _refusal("q must contain between 3 and 200 chars and start with a number or a letter")
    limit = int(request.first("limit", "10"))
    hits = sorted(_scored(request, query), key=lambda hit: -hit[0])[:limit]
    return _collection([place.feature(score) for score, place in hits])


def _scored(request: Request, query: str) -> list[tuple[float, _Place]]:
    asked = set(words(query))
    postcode, citycode, kind = (request.first(name) for name in ("postcode", "citycode", "type"))
    if postcode.startswith(("97", "98")):
        # Seen overseas: the filter by postcode leaves nothing.
        return []
    hits = []
    for place in _places():
        wanted = (not postcode or place.postcode == postcode) and (not citycode or place.citycode == citycode)
        if wanted and (not kind or place.kind == kind):
            score = _score(asked, place, query)
            if score > 0.3:
                hits.append((score, place))
    return hits


def _score(asked: set[str], place: _Place, query: str) -> float:
    if _WRONG in asked:
        return 0.52
    own = set(words(f"{place.name} {place.city} {place.postcode}"))
    if place.kind != "municipality":
        return 0.97 * len(asked & own) / max(len(asked | own), 1)
    rest = asked - own
    if len(rest) == len(asked) or not set(words(place.city)) <= asked:
        return 0.0
    # A street that the register doesn't hold is put in the middle of its town, with an ordinary score.
    return 0.93 if not rest else 0.66


def reverse(request: Request) -> Reply:
    """The nearest places of a point."""
    _check(request, _REVERSE)
    try:
        lon, lat = float(request.first("lon")), float(request.first("lat"))
    except ValueError:
        raise _refusal("lon and lat must be numbers") from None
    kind = request.first("type")
    near = [(_km(place, lat=lat, lon=lon), place) for place in _places() if not kind or place.kind == kind]
    hits = sorted(((km, place) for km, place in near if km < 5), key=lambda hit: hit[0])
    shown = hits[: int(request.first("limit", "1"))]
    return _collection([place.feature(max(0.0, 1 - km / 10)) for km, place in shown])


def _km(place: _Place, *, lat: float, lon: float) -> float:
    return _DEGREE_KM * hypot(place.lat - lat, (place.lon - lon) * cos(radians(lat)))


def _check(request: Request, known: set[str]) -> None:
    unknown = set(request.query) - known
    if unknown:
        raise _refusal(f"unknown parameter: {', '.join(sorted(unknown))}")
    if request.first("type") not in {"", *_TYPES} or request.first("autocomplete", "0") not in {"0", "1"}:
        raise _refusal("type or autocomplete: value not allowed")
    if not re.fullmatch(r"[1-9][0-9]?", request.first("limit", "10")):
        raise _refusal("limit must be an integer between 1 and 99")
    for name in ("postcode", "citycode"):
        if request.first(name) and not re.fullmatch(r"[0-9][0-9AB][0-9]{3}", request.first(name)):
            raise _refusal(f"{name} must contain 5 characters")


def _refusal(detail: str) -> Refusal:
    return Refusal(400, {"code": 400, "message": "Failed parsing query", "detail": [detail]})


def _collection(features: list[dict[str, Any]]) -> Reply:
    return json_reply({"type": "FeatureCollection", "features": features})
