"""The registers of OPCOs over HTTP: every answer they document, every way they fail, and their order."""

import logging

import pytest

from app.adapters.cfadock import CfadockClient
from app.adapters.demonstration import DemonstrationOpcoLookup
from app.adapters.opco_lookup import HttpOpcoLookup
from app.adapters.opco_reading import agreement, lower_keys, named_opco
from app.adapters.payload import SchemaDrift
from app.adapters.siret2idcc import Siret2idccClient
from app.adapters.siro import SiroClient
from app.core import clock
from app.core.identifiers import Siret
from app.domain.opco.lookup import Finding, Findings, Said, Service
from tests.support.standins import Partner, closed_port

KEY = "cle-du-simulateur"
# Claimed at SIRO, answered by CFA-dock.
BOTH = "99100017500018"
SIRO, DOCK, AGREEMENTS = "/siro", "/cfadock", "/siret2idcc"
FAULTS = (
    "down", "reset", "500", "502", "503", "401", "403", "404", "429",
    "garbage", "html", "empty", "drift", "deep", "huge", "truncated", "redirect",
)  # fmt: skip


def made(base: str, *, key: str = KEY, timeout: float = 2.0) -> HttpOpcoLookup:
    return HttpOpcoLookup(
        siro=SiroClient(f"{base}/siro/v1/public", key=key, timeout=timeout) if key else None,
        cfadock=CfadockClient(f"{base}/cfadock/api/opcos", timeout=timeout),
        siret2idcc=Siret2idccClient(f"{base}/siret2idcc/api/v2", timeout=timeout),
        timeout=timeout,
    )


@pytest.fixture
def lookup(annuaire: Partner) -> HttpOpcoLookup:
    return made(annuaire.url)


def brief(findings: Findings) -> list[tuple[str, str, str | None, int | None]]:
    return [(one.service.value, one.said.value, one.opco_code, one.idcc) for one in findings]


# Each documented answer, with what is made of it: (register, what it said, OPCO, agreement).
DOCUMENTED = [
    ("SIRO 01", "99100015900012", [("siro", "answered", "03", 1486)]),
    (
        "an agreement alone",
        "99100001900018",
        [
            ("siro", "none", None, None),
            ("cfadock", "none", None, None),
            ("siret2idcc", "answered", None, 843),
        ],
    ),
    ("SIRO 01 without agreement", "99100013400015", [("siro", "answered", "06", None)]),
    ("SIRO 01 with an OPCO of management of its own", "99100019100015", [("siro", "answered", "07", 1090)]),
    (
        "SIRO 02, unknown to CFA-dock",
        "99100022500011",
        [
            ("siro", "claimed", "06", None),
            ("cfadock", "none", None, None),
            ("siret2idcc", "answered", None, 1978),
        ],
    ),
    (
        "SIRO 02, CFA-dock confirms",
        "99100017500018",
        [("siro", "claimed", "06", 843), ("cfadock", "answered", "06", 843)],
    ),
    (
        "SIRO 02, CFA-dock says otherwise",
        "99100026600015",
        [("siro", "claimed", "01", 184), ("cfadock", "answered", "06", 184)],
    ),
    (
        "SIRO 03",
        "99100012600011",
        [
            ("siro", "claimed", "05", None),
            ("cfadock", "none", None, None),
            ("siret2idcc", "answered", None, 7012),
        ],
    ),
    (
        "SIRO 99, CFA-dock OK",
        "99100018300012",
        [("siro", "none", None, None), ("cfadock", "answered", "02", 1979)],
    ),
    (
        "SIRO 01 with N/C",
        "99100021700018",
        [
            ("siro", "none", None, None),
            ("cfadock", "none", None, None),
            ("siret2idcc", "none", None, None),
        ],
    ),
    (
        "keys of CFA-dock in capitals",
        "99100014200018",
        [("siro", "none", None, None), ("cfadock", "answered", "04", 1596)],
    ),
    (
        "MULTIPLE_OPCO, two agreements in force",
        "99100007600018",
        [
            ("siro", "none", None, None),
            ("cfadock", "several", None, None),
            ("siret2idcc", "several", None, None),
        ],
    ),
    (
        "CFA-dock OK with N/C, one agreement in force and one that isn't",
        "99100028200012",
        [
            ("siro", "none", None, None),
            ("cfadock", "none", None, None),
            ("siret2idcc", "answered", None, 1979),
        ],
    ),
    (
        "three agreements in force",
        "99100023300015",
        [
            ("siro", "none", None, None),
            ("cfadock", "none", None, None),
            ("siret2idcc", "several", None, None),
        ],
    ),
    (
        "a number that nobody bears",
        "73282932000074",
        [
            ("siro", "none", None, None),
            ("cfadock", "none", None, None),
            ("siret2idcc", "none", None, None),
        ],
    ),
]


@pytest.mark.parametrize(
    ("siret", "expected"), [case[1:] for case in DOCUMENTED], ids=[case[0] for case in DOCUMENTED]
)
def test_a_documented_answer(lookup: HttpOpcoLookup, siret: str, expected: object) -> None:
    assert brief(lookup.ask(Siret(siret))) == expected


@pytest.mark.parametrize(
    ("siret", "expected"), [case[1:] for case in DOCUMENTED], ids=[case[0] for case in DOCUMENTED]
)
def test_the_same_answers_by_batch(lookup: HttpOpcoLookup, siret: str, expected: object) -> None:
    found = lookup.ask_many([Siret(siret), Siret("99100024100018")])
    assert brief(found[Siret(siret)]) == expected
    assert brief(found[Siret("99100024100018")]) == [("siro", "answered", "08", 2264)]


def test_a_batch_asks_cfadock_once(lookup: HttpOpcoLookup, annuaire: Partner) -> None:
    lookup.ask_many([Siret("99100018300012"), Siret("99100040700015"), Siret("99100049800014")])
    assert [entry["method"] for entry in annuaire.journal(DOCK)] == ["POST"]
    with pytest.raises(ValueError, match="101"):
        CfadockClient(annuaire.url, timeout=1.0).ask_many([Siret("99100018300012")] * 101, timeout=1.0)


def test_without_a_key_siro_isnt_asked(annuaire: Partner) -> None:
    found = made(annuaire.url, key="").ask(Siret(BOTH))
    assert brief(found) == [("cfadock", "answered", "06", 843)]
    assert annuaire.journal(SIRO) == []


def test_a_refused_key_is_silence_and_is_seen(annuaire: Partner, caplog: pytest.LogCaptureFixture) -> None:
    lookup = made(annuaire.url, key="cle-perimee")
    with caplog.at_level(logging.ERROR):
        found = lookup.ask(Siret(BOTH))
    assert brief(found) == [("siro", "unavailable", None, None), ("cfadock", "answered", "06", 843)]
    assert "service=siro reason=status_401" in caplog.text
    assert "cle-perimee" not in caplog.text + repr(lookup) + repr(lookup.__dict__)


@pytest.mark.parametrize("kind", FAULTS)
def test_a_register_in_trouble_leaves_the_place_to_the_next(annuaire: Partner, kind: str) -> None:
    annuaire.fails(kind, path=SIRO)
    found = made(annuaire.url).ask(Siret(BOTH))
    assert brief(found) == [("siro", "unavailable", None, None), ("cfadock", "answered", "06", 843)]


@pytest.mark.parametrize("kind", FAULTS)
def test_registers_all_in_trouble_are_silence(annuaire: Partner, kind: str) -> None:
    annuaire.fails(kind)
    lookup, siret = made(annuaire.url), Siret(BOTH)
    assert {finding.said for finding in lookup.ask(siret)} == {Said.UNAVAILABLE}
    assert {finding.said for finding in lookup.ask_many([siret])[siret]} == {Said.UNAVAILABLE}


def test_nobody_listens() -> None:
    assert {finding.said for finding in made(closed_port()).ask(Siret(BOTH))} == {
        Said.UNAVAILABLE
    }


def test_a_slow_register_leaves_time_to_the_next(annuaire: Partner) -> None:
    annuaire.fails("slow", path=SIRO, seconds=5)
    found = made(annuaire.url, timeout=1.0).ask(Siret(BOTH))
    assert brief(found) == [("siro", "unavailable", None, None), ("cfadock", "answered", "06", 843)]


@pytest.mark.parametrize("kind", ["slow", "drip", "drip_headers"])
def test_the_deadline_covers_them_all(annuaire: Partner, kind: str) -> None:
    annuaire.fails(kind, **({"seconds": 5} if kind == "slow" else {}))
    begun = clock.now()
    found = made(annuaire.url, timeout=5.0).ask(Siret(BOTH), timeout=0.8)
    assert (clock.now() - begun).total_seconds() < 1.6
    assert {finding.said for finding in found} == {Said.UNAVAILABLE}


def test_without_time_nothing_is_asked(lookup: HttpOpcoLookup, annuaire: Partner) -> None:
    found = lookup.ask(Siret(BOTH), timeout=0.0)
    assert [finding.said for finding in found] == [Said.UNAVAILABLE] * 3
    assert annuaire.journal() == []


def test_a_whole_answer_is_kept_and_silence_isnt(lookup: HttpOpcoLookup, annuaire: Partner) -> None:
    siret = Siret("99100015900012")
    lookup.ask(siret)
    lookup.ask(siret)
    assert len(annuaire.journal(SIRO)) == 1
    annuaire.fails("500", path=SIRO, times=1)
    other = Siret("99100024100018")
    assert lookup.ask(other)[0].said is Said.UNAVAILABLE
    assert lookup.ask(other)[0].said is Said.ANSWERED


def test_a_circuit_is_for_one_register(annuaire: Partner) -> None:
    annuaire.fails("500", path=SIRO)
    lookup = made(annuaire.url)
    for siret in (BOTH, "99100018300012", "99100040700015", "99100049800014", "99100014200018"):
        lookup.ask(Siret(siret))
    asked = len(annuaire.journal(SIRO))
    assert brief(lookup.ask(Siret("99100006800015"))[1:]) == [("cfadock", "answered", "02", 1979)]
    assert len(annuaire.journal(SIRO)) == asked == 5


def test_a_register_that_asks_to_wait_is_left_alone(annuaire: Partner) -> None:
    annuaire.fails("429", path=SIRO, retry_after=30, times=1)
    lookup = made(annuaire.url)
    lookup.ask(Siret(BOTH))
    lookup.ask(Siret("99100024100018"))
    assert len(annuaire.journal(SIRO)) == 1


@pytest.mark.parametrize(
    ("name", "code", "siren", "expected"),
    [
        ("ATLAS", "03", None, "03"),
        ("OPCO2I", "09", None, "09"),
        ("Opco 2i", None, None, "09"),
        ("L'OPCOMMERCE", None, "398522243", "10"),
        ("Un nouveau nom", None, "398522243", "10"),
        ("OPCO SANTE", None, None, "08"),
        ("N/C", "", None, None),
        ("n/c", "12", None, None),
        (None, None, None, None),
    ],
)
def test_which_opco_is_named(
    name: str | None, code: str | None, siren: str | None, expected: str | None
) -> None:
    assert named_opco(name=name, code=code, siren=siren) == expected


@pytest.mark.parametrize(
    ("name", "code", "siren"),
    [
        ("ATLAS", "02", None),
        ("AKTO", None, "851296632"),
        ("UN DOUZIEME", "12", None),
        ("ATLANTIS", None, None),
    ],
)
def test_an_opco_that_isnt_one_or_contradicts_itself_is_drift(
    name: str, code: str | None, siren: str | None
) -> None:
    with pytest.raises(SchemaDrift):
        named_opco(name=name, code=code, siren=siren)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(843, 843), ("0843", 843), ("", None), (None, None), (True, None), ("9999", None), (0, None),
     ("12 a", None), ("²", None), (4.5, None), ("123456", None)],
)  # fmt: skip
def test_the_number_of_an_agreement(value: object, expected: int | None) -> None:
    assert agreement(value) == expected


def test_keys_are_read_in_any_case() -> None:
    assert lower_keys({"OpcoName": [{"Siret": 1}]}) == {"opconame": [{"siret": 1}]}


def test_a_demonstration_asks_the_stand_in_for_what_is_invented() -> None:
    class One:
        def __init__(self, code: str) -> None:
            self.code = code

        def ask(self, siret: Siret, *, timeout: float | None = None) -> Findings:
            return (Finding(Service.SIRO, Said.ANSWERED, clock.now(), self.code),)

        def ask_many(self, sirets: list[Siret]) -> dict[Siret, Findings]:
            return {siret: self.ask(siret) for siret in sirets}

    both = DemonstrationOpcoLookup(One("01"), One("06"))
    invented, true = Siret("99100001900018"), Siret("73282932000074")
    assert [both.ask(siret)[0].opco_code for siret in (invented, true)] == ["06", "01"]
    found = both.ask_many([invented, true])
    assert (found[invented][0].opco_code, found[true][0].opco_code) == ("06", "01")
