"""What each combination of answers leads to: the OPCO, who says it, its worth, and what the company reads."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from app.core import clock
from app.domain.opco.decision import Claim, Evidence, decide, employer_says, person_says
from app.domain.opco.lookup import Finding, Findings, Said, Service
from app.domain.opco.models import Confidence, Source
from app.domain.opco.wording import SEVERAL, SILENT, TO_BE_FOUND, shown

AFDAS, AKTO, ATLAS, BUILDING, FOOD, EP, MOBILITIES = "01", "02", "03", "04", "05", "06", "07"
ANSWER, SUGGESTED, CHOSEN, UNKNOWN = (
    Confidence.ANSWER, Confidence.SUGGESTION, Confidence.CHOSEN, Confidence.UNKNOWN
)  # fmt: skip
S = Source
NOBODY = (None, None, UNKNOWN)


@dataclass(frozen=True)
class Case:
    """`siro`, `dock`, `agreement` as the registers say them; None when a register isn't asked."""

    name: str
    expected: tuple[str | None, Source | None, Confidence]
    sentence: str
    siro: str | None = None
    dock: str | None = None
    agreement: str | None = None
    idcc: tuple[int, ...] = ()
    naf: str | None = None
    people: tuple[Claim, ...] = ()
    denied: frozenset[str] = field(default_factory=frozenset)

    @property
    def evidence(self) -> Evidence:
        said = ((Service.SIRO, self.siro), (Service.CFADOCK, self.dock), (Service.SIRET2IDCC, self.agreement))
        return Evidence(self.idcc, self.naf, self.people, tuple(_findings(said)))


def _findings(said: Iterable[tuple[Service, str | None]]) -> Findings:
    """« 06 » answers, « 06? » is claimed, « * » is several, « - » unknown, « ! » silent,
        « =843 » an agreement.

    « -=843 »: no OPCO, but the agreement.
    """
    found = []
    for service, text in said:
        if text is None:
            continue
        word, _, number = text.partition("=")
        kinds = {"*": Said.SEVERAL, "-": Said.NONE, "!": Said.UNAVAILABLE, "": Said.ANSWERED}
        code = word.rstrip("?") if word not in kinds else None
        kind = kinds.get(word) or (Said.CLAIMED if word.endswith("?") else Said.ANSWERED)
        found.append(Finding(service, kind, clock.now(), code, int(number) if number else None))
    return tuple(found)


def official(name: str, code: str, label: str, source: Source = S.SIRO, **more: object) -> Case:
    said = {S.SIRO: "France compétences", S.CFADOCK: "CFA dock"}[source]
    return Case(name, (code, source, ANSWER), f"{label} ({said})", **more)  # type: ignore[arg-type]


def to_confirm(name: str, code: str, label: str, source: Source, **more: object) -> Case:
    said = {
        S.SIRO: "France compétences, à confirmer",
        S.IDCC: "convention collective, à confirmer",
        S.NAF: "activité de l’entreprise, à confirmer",
    }[source]
    return Case(name, (code, source, SUGGESTED), f"{label} ({said})", **more)  # type: ignore[arg-type]


def chosen(name: str, code: str, label: str, **more: object) -> Case:
    return Case(name, (code, S.EMPLOYER, CHOSEN), f"{label} (choix de l’entreprise)",
        **more)  # type: ignore[arg-type]


CASES = [
    # An official answer, whatever the rest says.
    official("SIRO answers", EP, "OPCO EP", siro="06=843"),
    official("SIRO answers against the agreement", ATLAS, "Atlas", siro="03", idcc=(843,)),
    official("SIRO answers against the activity", ATLAS, "Atlas", siro="03", naf="10.71C"),
    official("SIRO answers against CFA-dock", ATLAS, "Atlas", siro="03", dock="02"),
    official("SIRO answers, CFA-dock silent", ATLAS, "Atlas", siro="03", dock="!"),
    official("SIRO answers, CFA-dock several", ATLAS, "Atlas", siro="03", dock="*"),
    official("SIRO answers, several agreements in force", ATLAS, "Atlas", siro="03", agreement="*"),
    official("SIRO answers against the company", EP, "OPCO EP", siro="06", people=(employer_says(AKTO),)),
    official("SIRO answers, the company doesn't know", EP, "OPCO EP", siro="06",
        people=(employer_says(None),)),
    official("CFA-dock answers, SIRO unknown", AKTO, "AKTO", S.CFADOCK, siro="-", dock="02"),
    official("CFA-dock answers, SIRO without key", AKTO, "AKTO", S.CFADOCK, dock="02"),
    official("CFA-dock answers, SIRO silent", AKTO, "AKTO", S.CFADOCK, siro="!", dock="02"),
    official("CFA-dock answers what SIRO only claims", EP, "OPCO EP", S.CFADOCK, siro="06?", dock="06"),
    official("CFA-dock answers against SIRO's claim", AKTO, "AKTO", S.CFADOCK, siro="01?", dock="02"),
    official("CFA-dock answers against agreement", AKTO, "AKTO", S.CFADOCK, dock="02", idcc=(843,)),
    official("CFA-dock answers against the company", AKTO, "AKTO", S.CFADOCK, dock="02",
        people=(employer_says(EP),)),
    # A claim (02 or 03) is to be confirmed.
    to_confirm("SIRO claims, CFA-dock unknown", EP, "OPCO EP", S.SIRO, siro="06?", dock="-"),
    to_confirm("SIRO claims, CFA-dock silent", EP, "OPCO EP", S.SIRO, siro="06?", dock="!"),
    to_confirm("SIRO claims, CFA-dock several", EP, "OPCO EP", S.SIRO, siro="06?", dock="*"),
    to_confirm("SIRO claims against the agreement", ATLAS, "Atlas", S.SIRO, siro="03?", dock="-",
        idcc=(843,)),
    to_confirm("SIRO claims against the activity", ATLAS, "Atlas", S.SIRO, siro="03?", naf="10.71C"),
    to_confirm("SIRO claims, several agreements", FOOD, "OCAPIAT", S.SIRO, siro="05?", agreement="*"),
    chosen("the company chooses against a claim", AKTO, "AKTO", siro="06?", people=(employer_says(AKTO),)),
    chosen("the company confirms a claim", EP, "OPCO EP", siro="06?", people=(employer_says(EP),)),
    # The agreement.
    to_confirm("agreement of the place", EP, "OPCO EP", S.IDCC, siro="-", dock="-", agreement="=843"),
    to_confirm("agreement of the firm", EP, "OPCO EP", S.IDCC, siro="-", dock="-", agreement="-",
        idcc=(843,)),
    to_confirm("agreement given by SIRO beside N/C", ATLAS, "Atlas", S.IDCC, siro="-=1486", dock="-"),
    to_confirm("agreement given by CFA-dock alone", ATLAS, "Atlas", S.IDCC, siro="-", dock="-=1486"),
    to_confirm("the place before the firm", EP, "OPCO EP", S.IDCC, agreement="=843", idcc=(1486,)),
    to_confirm("one in force of the three of the firm", AKTO, "AKTO", S.IDCC, agreement="=1979",
        idcc=(1979, 1486)),
    to_confirm("two of the same OPCO", EP, "OPCO EP", S.IDCC, idcc=(843, 1267)),
    to_confirm("registers silent, agreement of the firm", EP, "OPCO EP", S.IDCC, siro="!", dock="!",
        agreement="!", idcc=(843,)),
    to_confirm("agreement against activity", EP, "OPCO EP", S.IDCC, idcc=(843,), naf="62.01Z"),
    chosen("the company against its agreement", AKTO, "AKTO", agreement="=843",
        people=(employer_says(AKTO),)),
    # The activity.
    to_confirm("activity alone", MOBILITIES, "OPCO Mobilités", S.NAF, siro="-", dock="-", agreement="-",
        naf="45.20A"),
    to_confirm("activity, registers silent", MOBILITIES, "OPCO Mobilités", S.NAF, siro="!", dock="!",
        agreement="!", naf="45.20A"),
    to_confirm("activity beside an unknown agreement", BUILDING, "Constructys", S.NAF, agreement="=6999",
        naf="43.22A"),
    chosen("the company against its activity", EP, "OPCO EP", naf="45.20A", people=(employer_says(EP),)),
    # Several are possible: nothing is suggested.
    Case("CFA-dock several", (None, S.CFADOCK, UNKNOWN), SEVERAL, siro="-", dock="*"),
    Case("CFA-dock several, an agreement", (None, S.CFADOCK, UNKNOWN), SEVERAL, dock="*", agreement="=843"),
    Case("CFA-dock several, an activity", (None, S.CFADOCK, UNKNOWN), SEVERAL, dock="*", naf="45.20A"),
    Case("CFA-dock several, SIRO silent", (None, S.CFADOCK, UNKNOWN), SEVERAL, siro="!", dock="*"),
    Case("several agreements in force", NOBODY, SEVERAL, siro="-", dock="-", agreement="*"),
    Case("several in force, an activity", NOBODY, SEVERAL, agreement="*", naf="45.20A"),
    Case("several in force, one of the firm", NOBODY, SEVERAL, agreement="*", idcc=(843,)),
    Case("two agreements of two OPCOs", NOBODY, SEVERAL, idcc=(1486, 1979), naf="62.01Z"),
    Case("the same, registers silent", NOBODY, SEVERAL, siro="!", dock="!", agreement="!", idcc=(1486, 1979)),
    chosen("the company settles several", ATLAS, "Atlas", dock="*", people=(employer_says(ATLAS),)),
    chosen("the company settles two agreements", AKTO, "AKTO", agreement="*", people=(employer_says(AKTO),)),
    # Nobody knows, or nobody answers.
    Case("nothing is known", NOBODY, TO_BE_FOUND),
    Case("nobody knows", NOBODY, TO_BE_FOUND, siro="-", dock="-", agreement="-"),
    Case("nobody knows, activity without hint", NOBODY, TO_BE_FOUND, siro="-", dock="-", naf="84.11Z"),
    Case("N/C and nothing else", NOBODY, TO_BE_FOUND, siro="-", dock="-", agreement="-", naf="49.32Z"),
    Case("all silent", NOBODY, SILENT, siro="!", dock="!", agreement="!"),
    Case("SIRO silent, the others don't know", NOBODY, SILENT, siro="!", dock="-", agreement="-"),
    Case("CFA-dock silent", NOBODY, SILENT, siro="-", dock="!", agreement="-"),
    Case("agreements silent", NOBODY, SILENT, siro="-", dock="-", agreement="!", naf="84.11Z"),
    Case("« je ne sais pas »", (None, S.EMPLOYER, UNKNOWN), TO_BE_FOUND, people=(employer_says(None),)),
    Case("« je ne sais pas », all silent", (None, S.EMPLOYER, UNKNOWN), TO_BE_FOUND, siro="!", dock="!",
        people=(employer_says(None),)),
    Case("« je ne sais pas », an agreement", (None, S.EMPLOYER, UNKNOWN), TO_BE_FOUND, agreement="=843",
        people=(employer_says(None),)),
    # People with the right.
    Case("an agent against SIRO", (AKTO, S.AGENT, ANSWER), "AKTO (agent du portail)", siro="06",
        people=(person_says(S.AGENT, AKTO),)),
    Case("an agent against everybody", (AKTO, S.AGENT, ANSWER), "AKTO (agent du portail)", siro="06",
        dock="03", idcc=(16,), people=(employer_says(EP), person_says(S.AGENT, AKTO))),
    Case("an OPCO against SIRO", (AKTO, S.OPCO, ANSWER), "AKTO (réponse d’un OPCO)", siro="06",
        people=(person_says(S.OPCO, AKTO),)),
    official("an agent who doesn't know leaves the register's answer", EP, "OPCO EP", siro="06",
        people=(person_says(S.AGENT, None),)),
    # What an OPCO has denied.
    Case("SIRO names who has denied", NOBODY, TO_BE_FOUND, siro="06", denied=frozenset({EP})),
    official("SIRO names who has denied, CFA-dock another", AKTO, "AKTO", S.CFADOCK, siro="06", dock="02",
        denied=frozenset({EP})),
    to_confirm("the register names who has denied, the agreement another", ATLAS, "Atlas", S.IDCC,
        siro="06", idcc=(1486,), denied=frozenset({EP})),
    Case("an agent names who had denied", (EP, S.AGENT, ANSWER), "OPCO EP (agent du portail)",
        people=(person_says(S.AGENT, EP),), denied=frozenset({EP})),
    Case("claimed by who has denied", NOBODY, TO_BE_FOUND, siro="06?", dock="-", denied=frozenset({EP})),
]  # fmt: skip


def test_there_are_enough_cases_and_each_has_its_name() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_decision_and_its_sentence(case: Case) -> None:
    verdict = decide(case.evidence, denied=case.denied)
    assert (verdict.opco_code, verdict.source, verdict.confidence) == case.expected
    assert shown(verdict, case.evidence).sentence == case.sentence


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_suggestion_is_never_said_as_an_answer(case: Case) -> None:
    said = shown(decide(case.evidence, denied=case.denied), case.evidence)
    assert ("à confirmer" in said.note) == (case.expected[2] is SUGGESTED)
    assert (said.code is None) == said.label.startswith("OPCO à déterminer")
