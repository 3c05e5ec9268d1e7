"""Which OPCO is suggested, and which one is decided: a table of cases, without database."""

import pytest

from app.domain.opco.decision import (
    UNDETERMINED,
    Claim,
    Evidence,
    Suggestion,
    Verdict,
    decide,
    employer_says,
    person_says,
    suggest,
)
from app.domain.opco.models import Confidence, Source
from app.domain.opco.register import all_opcos, idcc_table, naf_controls, naf_hints, opco_choices, opco_entry

AKTO, ATLAS, EP, MOBILITIES, TWO_I = "02", "03", "06", "07", "09"
IDCC, NAF = Source.IDCC, Source.NAF

SUGGESTIONS = [
    # one known agreement, with or without an activity
    ("bakery", (843,), "10.71C", (EP, IDCC)),
    ("bakery without activity", (843,), None, (EP, IDCC)),
    ("software firm", (1486,), "62.01Z", (ATLAS, IDCC)),
    ("metal works since 2024", (3248,), "25.62B", (TWO_I, IDCC)),
    ("farm agreement of a range", (7012,), "10.51C", ("05", IDCC)),
    ("haulage", (16,), "49.41A", (MOBILITIES, IDCC)),
    ("agreement against activity: the agreement is stronger", (843,), "62.01Z", (EP, IDCC)),
    ("restaurant", (1979,), "56.10A", (AKTO, IDCC)),
    ("first of the table", (3,), None, (MOBILITIES, IDCC)),
    # several agreements
    ("two agreements of two OPCOs", (1486, 1979), "62.01Z", None),
    ("two agreements of two OPCOs, activity silent", (843, 16), None, None),
    ("three agreements, two OPCOs", (843, 1267, 16), "10.71C", None),
    ("two agreements of the same OPCO", (843, 1267), "10.71D", (EP, IDCC)),
    ("the same agreement twice", (843, 843), None, (EP, IDCC)),
    ("one known, one unknown, activity agrees", (843, 6999), "10.71C", (EP, IDCC)),
    ("one known, one unknown, activity silent", (843, 6999), None, None),
    ("one known, one unknown, activity says otherwise", (843, 6999), "62.01Z", None),
    # agreements that say nothing
    ("no agreement, activity known", (), "10.71C", (EP, NAF)),
    ("unknown agreement, activity known", (6999,), "10.71C", (EP, NAF)),
    ("unknown agreement, activity unknown", (6999,), "99.00Z", None),
    ("« sans convention » is no agreement", (9999,), "10.71C", (EP, NAF)),
    ("« sans convention » beside a known one", (9999, 843), None, (EP, IDCC)),
    ("zero is no agreement", (0,), None, None),
    ("a negative number", (-843,), None, None),
    ("nothing at all", (), None, None),
    ("empty activity", (), "", None),
    # activity alone: only where one OPCO is very likely
    ("garage", (), "45.20A", (MOBILITIES, NAF)),
    ("garage, code without dot", (), "4520A", (MOBILITIES, NAF)),
    ("hairdresser in small letters", (), "96.02a", (EP, NAF)),
    ("plumber", (), "43.22A", ("04", NAF)),
    ("road haulage", (), "49.41B", (MOBILITIES, NAF)),
    ("taxi: another agreement than coaches, no hint", (), "49.32Z", None),
    ("accountant", (), "69.20Z", (ATLAS, NAF)),
    ("farm", (), "01.13Z", ("05", NAF)),
    ("property development isn't building", (), "41.10A", None),
    ("school", (), "85.31Z", None),
    ("town hall", (), "84.11Z", None),
    ("hospital", (), "86.10Z", None),
    ("holding", (), "64.20Z", None),
    ("garbage instead of an activity", (), "boulangerie", None),
    ("activity with a newline", (), "10.71C\n", (EP, NAF)),
    ("activity of another nomenclature", (), "10.7", None),
]


@pytest.mark.parametrize(
    ("idcc", "naf", "expected"), [case[1:] for case in SUGGESTIONS], ids=[case[0] for case in SUGGESTIONS]
)
def test_suggestion(idcc: tuple[int, ...], naf: str | None, expected: tuple[str, Source] | None) -> None:
    assert suggest(idcc, naf) == (Suggestion(*expected) if expected else None)


BAKERY = {"idcc": (843,), "naf": "10.71C"}
SIRO = Claim(Source.SIRO, ATLAS, Confidence.ANSWER)
SIRO_CLAIMED = Claim(Source.SIRO, ATLAS, Confidence.SUGGESTION)
DOCK = Claim(Source.CFADOCK, AKTO, Confidence.ANSWER)
CHOSEN, SUGGESTED, ANSWER = Confidence.CHOSEN, Confidence.SUGGESTION, Confidence.ANSWER

DECISIONS = [
    ("nothing is known", Evidence(), (), UNDETERMINED),
    ("a suggestion stays one", Evidence(**BAKERY), (), Verdict(EP, IDCC, SUGGESTED)),
    ("an activity is a suggestion", Evidence(naf="45.20A"), (), Verdict(MOBILITIES, NAF, SUGGESTED)),
    (
        "the employer wins over a suggestion",
        Evidence(**BAKERY, claims=(employer_says(AKTO),)),
        (),
        Verdict(AKTO, Source.EMPLOYER, CHOSEN),
    ),
    (
        "the employer confirms the suggestion: chosen, not an answer",
        Evidence(**BAKERY, claims=(employer_says(EP),)),
        (),
        Verdict(EP, Source.EMPLOYER, CHOSEN),
    ),
    (
        "« je ne sais pas » wins over a suggestion",
        Evidence(**BAKERY, claims=(employer_says(None),)),
        (),
        Verdict(None, Source.EMPLOYER, Confidence.UNKNOWN),
    ),
    (
        "an official answer wins over a suggestion",
        Evidence(**BAKERY, claims=(SIRO,)),
        (),
        Verdict(ATLAS, Source.SIRO, ANSWER),
    ),
    (
        "an official answer wins over the employer",
        Evidence(claims=(employer_says(AKTO), SIRO)),
        (),
        Verdict(ATLAS, Source.SIRO, ANSWER),
    ),
    (
        "an official answer wins over « je ne sais pas »",
        Evidence(claims=(employer_says(None), DOCK)),
        (),
        Verdict(AKTO, Source.CFADOCK, ANSWER),
    ),
    ("SIRO before CFA-dock", Evidence(claims=(DOCK, SIRO)), (), Verdict(ATLAS, Source.SIRO, ANSWER)),
    (
        "CFA-dock's answer before what SIRO only claims",
        Evidence(claims=(SIRO_CLAIMED, DOCK)),
        (),
        Verdict(AKTO, Source.CFADOCK, ANSWER),
    ),
    (
        "what SIRO only claims before the agreement",
        Evidence(**BAKERY, claims=(SIRO_CLAIMED,)),
        (),
        Verdict(ATLAS, Source.SIRO, SUGGESTED),
    ),
    (
        "the employer before what SIRO only claims",
        Evidence(claims=(SIRO_CLAIMED, employer_says(EP))),
        (),
        Verdict(EP, Source.EMPLOYER, CHOSEN),
    ),
    (
        "a portal agent wins over all",
        Evidence(**BAKERY, claims=(SIRO, DOCK, employer_says(AKTO), person_says(Source.AGENT, MOBILITIES))),
        (),
        Verdict(MOBILITIES, Source.AGENT, ANSWER),
    ),
    (
        "an OPCO's answer wins over all",
        Evidence(claims=(SIRO, person_says(Source.OPCO, EP))),
        (),
        Verdict(EP, Source.OPCO, ANSWER),
    ),
    (
        "an OPCO that doesn't know hides no official answer",
        Evidence(claims=(person_says(Source.OPCO, None), SIRO)),
        (),
        Verdict(ATLAS, Source.SIRO, ANSWER),
    ),
    ("a denied suggestion isn't made again", Evidence(**BAKERY), (EP,), UNDETERMINED),
    ("a denied choice isn't kept", Evidence(claims=(employer_says(EP),)), (EP,), UNDETERMINED),
    (
        "a denied official answer isn't kept",
        Evidence(**BAKERY, claims=(SIRO,)),
        (ATLAS,),
        Verdict(EP, IDCC, SUGGESTED),
    ),
    (
        "people with the right may name it again",
        Evidence(claims=(person_says(Source.AGENT, EP),)),
        (EP,),
        Verdict(EP, Source.AGENT, ANSWER),
    ),
    (
        "an OPCO that doesn't know stands above suggestions",
        Evidence(**BAKERY, claims=(person_says(Source.OPCO, None),)),
        (),
        Verdict(None, Source.OPCO, Confidence.UNKNOWN),
    ),
]


@pytest.mark.parametrize(
    ("evidence", "denied", "expected"), [case[1:] for case in DECISIONS], ids=[case[0] for case in DECISIONS]
)
def test_decision(evidence: Evidence, denied: tuple[str, ...], expected: Verdict) -> None:
    assert decide(evidence, denied=frozenset(denied)) == expected


@pytest.mark.parametrize("code", ["12", "", "6", "EP", "06 "])
def test_an_unknown_code_is_no_choice(code: str) -> None:
    with pytest.raises(LookupError):
        employer_says(code)


def test_the_eleven_are_eleven() -> None:
    entries = all_opcos()
    assert [entry.code for entry in entries] == [f"{number:02}" for number in range(1, 12)]
    assert len({entry.siren for entry in entries}) == 11
    assert len(opco_choices()) == 11
    assert opco_entry("99") is None


def test_tables_name_existing_opcos() -> None:
    codes = {entry.code for entry in all_opcos()}
    assert set(idcc_table().values()) == codes
    assert set(naf_hints().values()) <= codes
    assert len(idcc_table()) > 300


def test_activities_and_agreements_never_contradict_one_another() -> None:
    wrong = [row for row in naf_controls() if idcc_table().get(row[2]) != row[1]]
    assert wrong == []
