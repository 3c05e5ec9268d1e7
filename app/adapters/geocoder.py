"""The geocoder of the Géoplateforme."""

import logging
import re
from datetime import timedelta
from typing import Any

from app.adapters.circuit import Circuit
from app.adapters.deadline import Deadline
from app.adapters.directory_reading import commune, french_postcode
from app.adapters.http import HttpClient, HttpFault
from app.adapters.lookup_cache import LookupCache
from app.adapters.payload import SchemaDrift, clean, mapping, number, required_list, text
from app.core.geo import Point
from app.domain.employers.geocoding import GeocoderUnavailable, Located

_log = logging.getLogger(__name__)
# Wrong hits were seen at 0.52: under this score, the person places the address herself.
_ENOUGH = 0.6
_SHORTEST, _LONGEST = 3, 200
_OVERSEAS = ("97", "98")
_Key = tuple[str, str | None, str | None]


class HttpGeocoder:
    """The port Geocoder over HTTP. `timeout` (seconds) covers both questions, when there are two."""

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float = 3.0,
        cache_for: timedelta = timedelta(hours=24),
        cache_size: int = 1000,
    ) -> None:
        self._client = HttpClient(base_url, timeout=timeout)
        self._timeout = timeout
        self._circuit = Circuit()
        self._found = LookupCache[_Key, Located](size=cache_size, age=cache_for)

    def __repr__(self) -> str:
        return f"HttpGeocoder({self._client.base_url!r})"

    def probe(self, timeout: float) -> bool:
        """Does the geocoder answer as it should, within `timeout` seconds?"""
        try:
            answer = self._client.get("/search", params={"q": "paris", "limit": 1}, timeout=timeout)
            return answer.status == 200 and bool(required_list(answer.json(), "features"))
        except (HttpFault, SchemaDrift):
            return False

    def locate(
        self, address: str, *, postcode: str | None = None, commune_code: str | None = None
    ) -> Located | None:
        """The place of an address, sure enough to be believed, or None."""
        query = _query(address)
        if len(query) < _SHORTEST:
            return None
        key = (query.casefold(), postcode, commune_code)
        kept = self._found.get(key)
        if kept is not None:
            return kept
        deadline = Deadline(self._timeout)
        located = self._best(query, postcode=postcode, commune_code=commune_code, deadline=deadline)
        if located is None and postcode and postcode.startswith(_OVERSEAS):
            # Overseas the filter can hide what exists; the answer must then be of the same territory.
            again = self._best(query, postcode=None, commune_code=commune_code, deadline=deadline)
            located = again if again and again.postcode[:3] == postcode[:3] else None
        if located is not None:
            self._found.put(key, located)
        return located

    def _best(
        self, query: str, *, postcode: str | None, commune_code: str | None, deadline: Deadline
    ) -> Located | None:
        params: dict[str, str | int | float] = {"q": query, "limit": 1, "autocomplete": 0}
        if postcode and french_postcode(postcode):
            params["postcode"] = postcode
        if commune(commune_code) and commune_code:
            params["citycode"] = commune_code
        features = self._ask(params, deadline)
        return _located(features[0]) if features else None

    def _ask(self, params: dict[str, str | int | float], deadline: Deadline) -> list[Any]:
        if not self._circuit.allows():
            raise GeocoderUnavailable("circuit")
        wait: float | None = None
        try:
            answer = self._client.get("/search", params=params, timeout=deadline.left)
            wait = answer.retry_after
            if answer.status == 400:
                # The address itself is refused: there is no place to show, and nothing is out of order.
                self._circuit.succeeded()
                return []
            if answer.status != 200:
                raise SchemaDrift(f"status_{answer.status}")
            features = required_list(answer.json(), "features")
        except (HttpFault, SchemaDrift) as trouble:
            self._circuit.failed(retry_after=wait)
            _log.warning("geocoder.unavailable reason=%s", trouble)
            raise GeocoderUnavailable(str(trouble)) from None
        self._circuit.succeeded()
        return features


def _query(address: str) -> str:
    """The service refuses a text that doesn't begin with a letter or a digit."""
    return re.sub(r"^[\W_]+", "", clean(address, limit=_LONGEST))


def _located(feature: Any) -> Located | None:
    properties = mapping(feature, "properties")
    coordinates = mapping(feature, "geometry").get("coordinates")
    score = number(properties, "score")
    if score is None or not isinstance(coordinates, list) or len(coordinates) < 2:
        _log.warning("geocoder.drift")
        raise GeocoderUnavailable("drift")
    lon, lat = (number({"value": value}, "value") for value in coordinates[:2])
    if lon is None or lat is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise GeocoderUnavailable("drift")
    if score < _ENOUGH:
        return None
    return Located(
        point=Point(lat, lon),
        label=text(properties, "label") or "",
        postcode=french_postcode(text(properties, "postcode")),
        city=text(properties, "city", limit=80) or "",
        commune_code=commune(text(properties, "citycode")),
        score=score,
    )
