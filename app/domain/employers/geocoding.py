"""What the service asks of a geocoder (port)."""

from dataclasses import dataclass
from typing import Protocol

from app.core.geo import Point


@dataclass(frozen=True, slots=True)
class Located:
    """Where an address is. `score` goes from 0 to 1, and is always enough to be believed."""

    point: Point
    label: str
    postcode: str
    city: str
    commune_code: str | None
    score: float


class GeocoderUnavailable(Exception):
    """The geocoder didn't answer, or not in a form that can be trusted."""


class Geocoder(Protocol):
    """Finds addresses."""

    def locate(
        self, address: str, *, postcode: str | None = None, commune_code: str | None = None
    ) -> Located | None:
        """The place of an address, or None when no answer is sure enough; raises GeocoderUnavailable."""
        ...
