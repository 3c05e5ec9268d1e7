"""Whatever the directory does, the answer is UNAVAILABLE, within the time given, and nothing is raised."""

import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.adapters.company_directory import HttpCompanyDirectory
from app.adapters.sirene import SireneClient
from app.core import clock
from app.core.identifiers import Siren, Siret
from app.domain.employers.directory import DirectoryUnavailable, Outcome
from standins.annuaire.register import companies
from standins.annuaire.server import SIRENE_KEY
from tests.support.standins import Partner, closed_port

BAKERY = Siret("99100001900018")
TIME = 0.5
# What may be added to the time given: the machine is shared.
MARGIN = 0.7

FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("down", {}),
    ("reset", {}),
    ("slow", {"seconds": 8}),
    ("429", {}),
    ("429", {"retry_after": 60}),
    ("429", {"retry_after": 0}),
    ("500", {}),
    ("502", {}),
    ("503", {}),
    ("401", {}),
    ("403", {}),
    ("404", {}),
    ("garbage", {}),
    ("html", {}),
    ("empty", {}),
    ("drift", {}),
    ("deep", {}),
    ("huge", {}),
    ("truncated", {}),
    ("drip", {}),
    ("drip_headers", {}),
    ("redirect", {}),
]


@pytest.mark.parametrize(("kind", "details"), FAULTS, ids=[f"{k}-{d}" for k, d in FAULTS])
def test_a_fault_is_an_outcome_and_never_a_long_wait(
    annuaire: Partner, kind: str, details: dict[str, Any]
) -> None:
    annuaire.fails(kind, path="/search", **details)
    register = HttpCompanyDirectory(annuaire.url, timeout=TIME)
    start = time.monotonic()
    look_up = register.by_siret(BAKERY)
    assert time.monotonic() - start < TIME + MARGIN
    assert (look_up.outcome, look_up.company) == (Outcome.UNAVAILABLE, None)
    with pytest.raises(DirectoryUnavailable):
        register.by_name("boulangerie")
    with pytest.raises(DirectoryUnavailable):
        register.by_siren(Siren("991000019"))


def test_a_closed_port_or_an_unknown_host_is_an_outcome_too() -> None:
    for address in (closed_port(), "http://hote-qui-n-existe-pas.invalid"):
        start = time.monotonic()
        look_up = HttpCompanyDirectory(address, timeout=TIME).by_siret(BAKERY)
        assert look_up.outcome is Outcome.UNAVAILABLE
        assert time.monotonic() - start < TIME + MARGIN


@pytest.mark.parametrize(
    "siret",
    [
        place.siret
        for company in companies()
        for place in company.establishments
        if company.fault and company.fault.seconds != 1.5
    ],
)
def test_the_establishments_that_fail_are_unavailable(annuaire: Partner, siret: str) -> None:
    register = HttpCompanyDirectory(annuaire.url, timeout=TIME)
    assert register.by_siret(Siret(siret)).outcome is Outcome.UNAVAILABLE


def test_a_directory_a_little_slow_is_waited_for(annuaire: Partner) -> None:
    register = HttpCompanyDirectory(annuaire.url, timeout=4.0)
    assert register.by_siret(Siret("99100034000018")).outcome is Outcome.FOUND


def test_a_failure_is_not_kept(annuaire: Partner) -> None:
    annuaire.fails("500", times=1)
    register = HttpCompanyDirectory(annuaire.url)
    assert register.by_siret(BAKERY).outcome is Outcome.UNAVAILABLE
    assert register.by_siret(BAKERY).outcome is Outcome.FOUND


def test_a_short_retry_after_is_obeyed_once(annuaire: Partner) -> None:
    annuaire.fails("429", times=1, retry_after=1)
    start = time.monotonic()
    assert HttpCompanyDirectory(annuaire.url).by_siret(BAKERY).outcome is Outcome.FOUND
    assert time.monotonic() - start >= 1.0
    assert len(annuaire.journal("/search")) == 2


def test_a_long_retry_after_is_obeyed_by_asking_nothing(annuaire: Partner) -> None:
    annuaire.fails("429", times=1, retry_after=30)
    register = HttpCompanyDirectory(annuaire.url)
    moment = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    with clock.set_to(moment):
        assert register.by_siret(BAKERY).outcome is Outcome.UNAVAILABLE
        assert register.by_siret(BAKERY).outcome is Outcome.UNAVAILABLE
    assert len(annuaire.journal("/search")) == 1
    with clock.set_to(moment + timedelta(seconds=31)):
        assert register.by_siret(BAKERY).outcome is Outcome.FOUND


def test_the_rate_limit_of_the_directory_costs_no_error(annuaire: Partner) -> None:
    annuaire.limits(2)
    register = HttpCompanyDirectory(annuaire.url)
    outcomes = [
        register.by_siret(Siret(siret)).outcome for siret in (BAKERY, "99100004300018", "99100005000013")
    ]
    assert outcomes == [Outcome.FOUND] * 3


def test_the_circuit_opens_after_five_failures_and_probes_each_minute(annuaire: Partner) -> None:
    annuaire.fails("500")
    register = HttpCompanyDirectory(annuaire.url)
    moment = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    with clock.set_to(moment):
        for _ in range(9):
            assert register.by_siret(BAKERY).outcome is Outcome.UNAVAILABLE
        assert len(annuaire.journal("/search")) == 5
    with clock.set_to(moment + timedelta(seconds=61)):
        for _ in range(3):
            assert register.by_siret(BAKERY).outcome is Outcome.UNAVAILABLE
        assert len(annuaire.journal("/search")) == 6
    annuaire.reset()
    with clock.set_to(moment + timedelta(seconds=100)):
        assert register.by_siret(BAKERY).outcome is Outcome.UNAVAILABLE
    with clock.set_to(moment + timedelta(seconds=125)):
        assert register.by_siret(BAKERY).outcome is Outcome.FOUND
        assert register.by_siret(Siret("99100004300018")).outcome is Outcome.FOUND


def test_an_open_circuit_answers_at_once(annuaire: Partner) -> None:
    annuaire.fails("slow", seconds=8)
    register = HttpCompanyDirectory(annuaire.url, timeout=0.2)
    for _ in range(5):
        register.by_siret(BAKERY)
    start = time.monotonic()
    assert register.by_siret(BAKERY).outcome is Outcome.UNAVAILABLE
    assert time.monotonic() - start < 0.1


def test_a_refusal_of_our_own_request_doesn_t_open_the_circuit(annuaire: Partner) -> None:
    annuaire.fails("404", times=7)
    register = HttpCompanyDirectory(annuaire.url)
    for _ in range(7):
        assert register.by_siret(BAKERY).outcome is Outcome.UNAVAILABLE
    assert register.by_siret(BAKERY).outcome is Outcome.FOUND


@pytest.mark.parametrize("kind", ["down", "500", "html", "drift", "truncated"])
def test_sirene_stands_in_for_a_directory_in_trouble(annuaire: Partner, kind: str) -> None:
    annuaire.fails(kind, path="/search")
    sirene = SireneClient(f"{annuaire.url}/api-sirene/3.11", key=SIRENE_KEY)
    look_up = HttpCompanyDirectory(annuaire.url, sirene=sirene).by_siret(BAKERY)
    assert (look_up.outcome, look_up.source) == (Outcome.FOUND, "sirene")


def test_both_registers_share_the_time_given(annuaire: Partner) -> None:
    annuaire.fails("drip")
    sirene = SireneClient(f"{annuaire.url}/api-sirene/3.11", key=SIRENE_KEY)
    start = time.monotonic()
    look_up = HttpCompanyDirectory(annuaire.url, sirene=sirene, timeout=TIME).by_siret(BAKERY)
    assert look_up.outcome is Outcome.UNAVAILABLE
    assert time.monotonic() - start < TIME + MARGIN


def test_logs_name_the_trouble_and_not_the_company(
    annuaire: Partner, caplog: pytest.LogCaptureFixture
) -> None:
    annuaire.fails("drift")
    with caplog.at_level(logging.DEBUG):
        HttpCompanyDirectory(annuaire.url).by_siret(BAKERY)
    assert "directory.unavailable reason=results" in caplog.text
    assert BAKERY not in caplog.text
