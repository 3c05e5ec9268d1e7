"""The measures of bench/ run, on a small database: what they measure and how fast is for `make bench`."""

import json
from collections.abc import Iterator

import pytest

from app.web.forms.job import choose_job
from bench import deposit, mail, queries, results
from bench.__main__ import main
from bench.bare_push import BODY
from bench.data import some_jobs
from bench.elsewhere import LES_EMPLOIS_STATEMENTS
from bench.processes import cpu_seconds
from bench.results import Row
from bench.scene import Scene, built, connect
from standins.sites.job_schema import problem_of
from tests.support.run_services import run_owner

SMALL = 200


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with built(SMALL) as small:
        yield small


def test_the_data_is_spread_over_jobs_and_places(scene: Scene) -> None:
    with scene.database() as url, connect(url) as connection:
        found = connection.execute(
            "SELECT count(*), count(DISTINCT rome_code), count(DISTINCT city), count(lat) FROM offer"
        ).fetchone()
    assert found is not None
    offers, jobs, cities, places = found
    assert (offers, places) == (SMALL, SMALL)
    assert jobs > SMALL // 4
    assert cities > 5


@pytest.mark.parametrize("measure", [queries.measure, mail.measure], ids=["ordres", "courriels"])
def test_a_measure_gives_rows_that_can_be_written(scene: Scene, measure: object) -> None:
    assert callable(measure)
    rows = measure(scene)
    assert rows
    assert all(isinstance(row, Row) and row.value > 0 for row in rows)
    assert results.table(rows).count("\n") == len(rows)


def test_a_deposit_sends_at_most_four_tenths_of_the_statements_of_the_reference(scene: Scene) -> None:
    known = [hit for hit in some_jobs() if choose_job(hit.appellation, key="", seen="").is_exact]
    sent, requests = deposit.statements_of(scene, known[:2])
    assert len(sent) == requests
    assert sum(map(len, sent)) <= 0.4 * LES_EMPLOIS_STATEMENTS


def test_the_bare_reference_of_pushes_sends_what_the_site_accepts() -> None:
    assert problem_of({**BODY, "externalId": "DA-1"}) is None


def test_an_unknown_measure_is_refused_before_anything_starts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["P99"]) == 2
    assert "P6" in capsys.readouterr().out


def test_a_row_holds_on_the_right_side_of_its_floor() -> None:
    assert Row.higher("débit", 60, "/s", 100, "nu", 0.5, 0.8).holds is True
    assert Row.higher("débit", 40, "/s", 100, "nu", 0.5, 0.8).holds is False
    assert Row.lower("temps", 3, "s", 2, "nu", 2.0, 1.3).holds is True
    assert Row.lower("temps", 5, "s", 2, "nu", 2.0, 1.3).holds is False
    assert Row.at_most("mémoire", 100, "Mo", 100).holds is True
    assert Row.told("charge", 1, "").holds is None


def test_the_report_has_the_keys_that_are_promised(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path_factory.mktemp("rapport") / "bench.json"
    monkeypatch.setattr(results, "REPORT", path)
    results.write([Row.higher("débit", 60, "/s", 100, "nu", 0.5, 0.8)])
    [row] = json.loads(path.read_text("utf-8"))
    promised = {"name", "value", "unit", "reference", "reference_value", "ratio", "floor", "aim", "holds"}
    assert set(row) == promised


def test_processor_time_of_a_process_only_grows() -> None:
    before = cpu_seconds(run_owner())
    sum(range(10**6))
    assert cpu_seconds(run_owner()) >= before > 0
