"""Communes: every one is there, found as people write it, in a few milliseconds and a few megabytes."""

import subprocess
import sys
import time

import pytest

from app.core.geo import Point, distance_km
from app.domain.reference.place_table import DATA, place_table
from app.domain.reference.places import (
    MAYOTTE,
    commune_by_code,
    communes_by_postcode,
    department_name,
    departments,
    region_name,
    search_communes,
)

CITIES = {"75056": 20, "69123": 9, "13055": 16}
AS_PEOPLE_WRITE = [
    ("rodez", "12202"),
    ("RODEZ", "12202"),
    ("Rodez cedex 9", "12202"),
    ("rodez 12000", "12202"),
    ("12000 Rodez", "12202"),
    ("12000", "12202"),
    ("120", "12202"),
    ("st denis", "97411"),
    ("Saint Denis 93", "93066"),
    ("SAINT-DENIS", "97411"),
    ("st. etienne", "42218"),
    ("St-Étienne", "42218"),
    ("ste foy les lyon", "69202"),
    ("chalon s/ saone", "71076"),
    ("Chalon-sur-Saône", "71076"),
    ("l’hay les roses", "94038"),
    ("l'hay-les-roses", "94038"),
    ("hay roses", "94038"),
    ("villeneuve ascq", "59009"),
    ("mans", "72181"),
    ("ajaccio 2A", "2A004"),
    ("2b", "2B033"),
    ("mamoudzou", "97611"),
    ("paris", "75056"),
    ("paris 11", "75111"),
    ("Paris 11ème arrondissement", "75111"),
    ("paris 1er", "75101"),
    ("75011", "75111"),
    ("75116", "75116"),
    ("69003 Lyon", "69383"),
    ("marseille 5", "13205"),
    ("ploemeur\u00a056", "56162"),
    ("oeting", "57521"),
]


@pytest.mark.parametrize(("text", "code"), AS_PEOPLE_WRITE)
def test_a_commune_is_found_as_people_write_it(text: str, code: str) -> None:
    assert search_communes(text)[0].code == code


def _rows() -> list[list[str]]:
    return [place_table().fields(row) for row in range(len(place_table()))]


def test_every_commune_is_there_and_nearly_all_have_a_point() -> None:
    communes = [row for row in _rows() if not row[8]]
    assert len(communes) == 34_969
    assert sum(1 for row in communes if row[6]) == 34_870
    assert len({row[0] for row in _rows()}) == len(_rows())


def test_points_of_mainland_france_lie_in_mainland_france() -> None:
    mainland = [row for row in _rows() if row[6] and not row[3].startswith(("97", "98"))]
    astray = [row for row in mainland if not (41 < float(row[6]) < 51.2 and -5.3 < float(row[7]) < 9.7)]
    assert astray == []


def test_no_commune_lies_far_from_its_department() -> None:
    by_department: dict[str, list[tuple[str, Point]]] = {}
    for row in _rows():
        if row[6] and row[3] != "973":
            by_department.setdefault(row[3], []).append((row[1], Point(float(row[6]), float(row[7]))))
    for places in by_department.values():
        lats, lons = (sorted(values) for values in zip(*((p.lat, p.lon) for _, p in places), strict=True))
        middle = Point(lats[len(lats) // 2], lons[len(lons) // 2])
        assert [name for name, point in places if distance_km(middle, point) > 150] == []


def test_every_department_and_region_has_a_name() -> None:
    assert all(department_name(row[3]) and region_name(row[4]) for row in _rows())
    assert (department_name("12"), region_name("76")) == ("Aveyron", "Occitanie")
    assert (department_name("99"), region_name("zz")) == (None, None)
    assert ("2A", "Corse-du-Sud") in departments()


def test_rows_run_from_the_most_to_the_least_populated() -> None:
    populations = [int(row[5]) for row in _rows()]
    assert populations == sorted(populations, reverse=True)


@pytest.mark.parametrize(("city", "arrondissements"), CITIES.items())
def test_a_postcode_of_a_large_city_gives_its_arrondissement(city: str, arrondissements: int) -> None:
    commune = commune_by_code(city)
    assert commune is not None
    found = {communes_by_postcode(postcode)[0].code for postcode in commune.postcodes}
    assert len(found) == arrondissements
    assert city not in found


def test_a_commune_says_what_it_is() -> None:
    rodez = commune_by_code("12202")
    assert rodez is not None and rodez.point is not None
    assert (rodez.name, rodez.postcodes, rodez.department, rodez.region) == ("Rodez", ("12000",), "12", "76")
    assert rodez.label == "Rodez (12000)"
    assert rodez.point.lat == pytest.approx(44.35, abs=0.01)
    assert rodez.point.lon == pytest.approx(2.576, abs=0.01)
    assert [commune.department for commune in communes_by_postcode("97600")] == [MAYOTTE] * 2


def test_several_communes_share_a_postcode() -> None:
    names = [commune.name for commune in communes_by_postcode(" 12 000 ")]
    assert names[0] == "Rodez" and "Le Monastère" in names


NONSENSE = ["", " ", "\u202f", "--", "zzzz", "x" * 5_000, "%", "'; DROP", "99999", "\n", "\0", "🥖"]


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_finds_nothing(text: str) -> None:
    assert search_communes(text) == []
    assert communes_by_postcode(text) == []
    assert commune_by_code(text) is None


def test_the_limit_is_kept() -> None:
    assert len(search_communes("saint", limit=3)) == 3
    assert search_communes("saint", limit=0) == []


HARD_TO_SCAN = ["saint", "s", "saint 97400", "la 59", "97", "zzz", "x y z", "75011 lyon", "de la les sur"]


def test_a_search_takes_less_than_twenty_milliseconds() -> None:
    place_table()
    for text in [*HARD_TO_SCAN, *dict(AS_PEOPLE_WRITE)]:
        took = []
        for _ in range(3):
            started = time.thread_time()
            search_communes(text)
            took.append(time.thread_time() - started)
        assert min(took) < 0.020, text


def test_the_table_weighs_little() -> None:
    program = (
        "from app.domain.reference import places\n"
        "resident = lambda: int(open('/proc/self/statm').read().split()[1]) * 4096\n"
        "before = resident(); places.search_communes('rodez'); print(resident() - before)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(run.stdout) < 25_000_000


def test_each_table_names_its_source_licence_and_date() -> None:
    for name in ("communes.tsv", "departements.tsv", "regions.tsv"):
        first = (DATA / name).read_text("utf-8").splitlines()[0]
        assert first.startswith("#") and "Licence Ouverte" in first and "2026" in first
