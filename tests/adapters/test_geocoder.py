"""The geocoder: only hits that can be believed, and trouble said as such."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from app.adapters.geocoder import HttpGeocoder
from app.core import clock
from app.core.geo import Point
from app.domain.employers.geocoding import GeocoderUnavailable
from tests.support.standins import Partner, closed_port


def geocoder(partner: Partner, *, timeout: float = 2.0) -> HttpGeocoder:
    return HttpGeocoder(f"{partner.url}/geocodage", timeout=timeout)


def test_an_address_is_placed_latitude_first(annuaire: Partner) -> None:
    located = geocoder(annuaire).locate("12 rue du Touat, 12000 Rodez", postcode="12000")
    assert located is not None
    assert located.point == Point(44.351, 2.573)
    assert (located.postcode, located.city, located.commune_code) == ("12000", "Rodez", "12202")
    assert located.score >= 0.6


def test_a_wrong_hit_is_not_believed(annuaire: Partner) -> None:
    assert geocoder(annuaire).locate("rue introuvable, Rodez") is None


def test_overseas_the_postcode_filter_is_given_up(annuaire: Partner) -> None:
    located = geocoder(annuaire).locate("31 rue de Paris 97400 Saint-Denis", postcode="97400")
    assert located is not None
    assert located.commune_code == "97411"
    asked = [entry["query"].get("postcode") for entry in annuaire.journal("/geocodage/search")]
    assert asked == [["97400"], None]


def test_overseas_an_answer_of_the_mainland_is_refused(annuaire: Partner) -> None:
    assert geocoder(annuaire).locate("12 rue du Touat 12000 Rodez", postcode="97400") is None


@pytest.mark.parametrize(
    "address",
    [
        "« 12 rue du Touat 12000 Rodez »",
        "  -- 12 rue du Touat 12000 Rodez",
        "\x00\u202e12 rue du Touat 12000 Rodez",
    ],
)
def test_what_stands_before_the_address_is_taken_off(annuaire: Partner, address: str) -> None:
    assert geocoder(annuaire).locate(address) is not None


@pytest.mark.parametrize("address", ["", "  ", "«»", "ab", "!!!", "\u202e\u200b12"])
def test_too_short_an_address_asks_nothing(annuaire: Partner, address: str) -> None:
    assert geocoder(annuaire).locate(address) is None
    assert annuaire.journal() == []


@pytest.mark.parametrize(
    "address", ["a" * 100_000, "🥐 12 rue du Pain", "%%%12 rue", "12 rue\r\ndu Touat", "مخبز السلام"]
)
def test_any_text_may_be_placed(annuaire: Partner, address: str) -> None:
    geocoder(annuaire).locate(address, postcode="n'importe quoi", commune_code="<script>")
    (entry,) = annuaire.journal("/geocodage/search")
    assert set(entry["query"]) == {"q", "limit", "autocomplete"}
    assert len(entry["query"]["q"][0]) <= 200


FAULTS = [
    "down",
    "slow",
    "429",
    "500",
    "garbage",
    "html",
    "empty",
    "drift",
    "huge",
    "truncated",
    "drip",
    "redirect",
]


@pytest.mark.parametrize("kind", FAULTS)
def test_trouble_is_said_and_bounded(annuaire: Partner, kind: str) -> None:
    annuaire.fails(kind, path="/geocodage")
    start = time.monotonic()
    with pytest.raises(GeocoderUnavailable):
        geocoder(annuaire, timeout=0.5).locate("12 rue du Touat 12000 Rodez")
    assert time.monotonic() - start < 1.2


def test_a_closed_port_is_trouble() -> None:
    with pytest.raises(GeocoderUnavailable):
        HttpGeocoder(closed_port()).locate("12 rue du Touat")
    assert not HttpGeocoder(closed_port()).probe(1.0)


def test_a_place_found_is_kept_a_day(annuaire: Partner) -> None:
    places = geocoder(annuaire)
    moment = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    with clock.set_to(moment):
        first = places.locate("12 rue du Touat 12000 Rodez")
        assert places.locate("12 RUE du touat 12000 rodez") == first
    assert len(annuaire.journal()) == 1
    with clock.set_to(moment + timedelta(hours=25)):
        places.locate("12 rue du Touat 12000 Rodez")
    assert len(annuaire.journal()) == 2


def test_the_circuit_spares_the_geocoder(annuaire: Partner) -> None:
    annuaire.fails("500")
    places = geocoder(annuaire)
    for _ in range(8):
        with pytest.raises(GeocoderUnavailable):
            places.locate("12 rue du Touat 12000 Rodez")
    assert len(annuaire.journal()) == 5


def test_a_probe_says_whether_the_service_answers(annuaire: Partner) -> None:
    assert geocoder(annuaire).probe(1.0)
    annuaire.fails("html")
    assert not geocoder(annuaire).probe(1.0)
