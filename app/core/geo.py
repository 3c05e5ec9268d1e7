"""Points on the Earth and distances, without any extension of the database."""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

_EARTH_RADIUS_KM = 6371.0088
_KM_PER_DEGREE = 111.195


@dataclass(frozen=True, slots=True)
class Point:
    """Latitude and longitude in degrees (WGS 84)."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in degrees, for an index on (lat, lon)."""

    south: float
    north: float
    west: float
    east: float


def distance_km(start: Point, end: Point) -> float:
    """Great-circle distance in kilometres (haversine)."""
    lat1, lat2 = radians(start.lat), radians(end.lat)
    half_lat = sin((lat2 - lat1) / 2)
    half_lon = sin(radians(end.lon - start.lon) / 2)
    return 2 * _EARTH_RADIUS_KM * asin(sqrt(half_lat**2 + cos(lat1) * cos(lat2) * half_lon**2))


def bounding_box(centre: Point, km: float) -> Box:
    """The smallest rectangle of degrees that holds the circle of `km` around `centre`."""
    lat_span = km / _KM_PER_DEGREE
    lon_span = km / (_KM_PER_DEGREE * max(cos(radians(centre.lat)), 0.01))
    return Box(centre.lat - lat_span, centre.lat + lat_span, centre.lon - lon_span, centre.lon + lon_span)
