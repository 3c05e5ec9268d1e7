"""Which OPCO an establishment has: a pure decision over what is known.

Order: a person with the right, then an official answer (SIRO, CFA-dock), then the employer's choice,
« je ne sais pas », then what suggests: a look-up that only claims, the collective agreement, the activity.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.identifiers import InvalidIdentifier, Naf
from app.domain.opco.lookup import Findings, Said, Service
from app.domain.opco.models import Confidence, Source
from app.domain.opco.register import idcc_table, naf_hints, opco_entry

# « Sans convention collective », and statutes that stand for one: they say nothing of the OPCO.
NO_AGREEMENT = frozenset({0, 9998, 9999})
PEOPLE = frozenset({Source.OPCO, Source.AGENT})
REGISTERS = {Service.SIRO: Source.SIRO, Service.CFADOCK: Source.CFADOCK}
_ORDER = (Source.OPCO, Source.AGENT, Source.SIRO, Source.CFADOCK, Source.EMPLOYER, Source.IDCC, Source.NAF)
_WORTH = {
    Said.ANSWERED: Confidence.ANSWER,
    Said.CLAIMED: Confidence.SUGGESTION,
    Said.SEVERAL: Confidence.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An OPCO to confirm, and what suggests it (IDCC or NAF)."""

    opco_code: str
    source: Source


@dataclass(frozen=True, slots=True)
class Claim:
    """One source names one OPCO, or says that it doesn't know (`opco_code` None)."""

    source: Source
    opco_code: str | None
    confidence: Confidence

    @property
    def rank(self) -> tuple[int, int]:
        """Smaller is stronger."""
        return self._tier, _ORDER.index(self.source)

    @property
    def _tier(self) -> int:
        if self.opco_code is None:
            # A register that names several stands above what tables suggest, below what people say.
            return 4 if self.source in REGISTERS.values() else 3
        if self.source in PEOPLE:
            return 0
        if self.confidence is Confidence.ANSWER:
            return 1
        return 2 if self.source is Source.EMPLOYER else 4


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known. `claims` hold what people say, `findings` what registers say."""

    idcc: tuple[int, ...] = ()
    naf: str | None = None
    claims: tuple[Claim, ...] = ()
    findings: Findings = ()

    @property
    def agreements(self) -> tuple[int, ...]:
        """The agreement that a register gives for this very place, else those of the firm."""
        named = tuple(finding.idcc for finding in self.findings if finding.idcc is not None)
        return named[:1] or self.idcc

    @property
    def has_several_agreements(self) -> bool:
        """Does the register of agreements hold several in force for this place?"""
        return any(
            finding.service is Service.SIRET2IDCC and finding.said is Said.SEVERAL
            for finding in self.findings
        )

    @property
    def suggestion(self) -> Suggestion | None:
        """What agreements and activity suggest; several agreements in force suggest nothing."""
        return None if self.has_several_agreements else suggest(self.agreements, self.naf)


NOTHING = Evidence()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision: an OPCO's code or None, who says it, and what that is worth."""

    opco_code: str | None
    source: Source | None
    confidence: Confidence


UNDETERMINED = Verdict(None, None, Confidence.UNKNOWN)


def employer_says(opco_code: str | None) -> Claim:
    """The employer's choice among the eleven; None is « Je ne sais pas »."""
    return _said(Source.EMPLOYER, opco_code, Confidence.CHOSEN)


def person_says(source: Source, opco_code: str | None) -> Claim:
    """What a portal agent (AGENT) or an OPCO (OPCO) answers."""
    return _said(source, opco_code, Confidence.ANSWER)


def _said(source: Source, opco_code: str | None, confidence: Confidence) -> Claim:
    if opco_code is not None and opco_entry(opco_code) is None:
        raise LookupError(f"unknown OPCO code {opco_code}")
    return Claim(source, opco_code, confidence if opco_code else Confidence.UNKNOWN)


def suggest(idcc: Iterable[int], naf: str | None) -> Suggestion | None:
    """The OPCO that agreements or activity suggest, to be confirmed; None when they can't tell."""
    numbers = {number for number in idcc if number not in NO_AGREEMENT}
    table = idcc_table()
    named = {table[number] for number in numbers if number in table}
    hint = _hint(naf)
    if len(named) > 1:
        return None
    if not named:
        return Suggestion(hint, Source.NAF) if hint else None
    code = named.pop()
    # Beside an agreement that the table doesn't know, the activity has to say the same.
    if numbers <= table.keys() or hint == code:
        return Suggestion(code, Source.IDCC)
    return None


def _hint(naf: str | None) -> str | None:
    if not naf:
        return None
    try:
        code = Naf(naf)
    except InvalidIdentifier:
        return None
    hints = naf_hints()
    starts = (code[:length] for length in range(len(code), 1, -1))
    return next((hints[start] for start in starts if start in hints), None)


def decide(evidence: Evidence, *, denied: frozenset[str] = frozenset()) -> Verdict:
    """The strongest of what is known. `denied`: OPCOs that said « pas notre champ ».

    An OPCO that has denied can be named again by people with the right alone.
    """
    claims = [*evidence.claims, *_claims_of(evidence.findings)]
    suggestion = evidence.suggestion
    if suggestion is not None:
        claims.append(Claim(suggestion.source, suggestion.opco_code, Confidence.SUGGESTION))
    standing = [claim for claim in claims if claim.opco_code not in denied or claim.source in PEOPLE]
    if not standing:
        return UNDETERMINED
    best = min(standing, key=lambda claim: claim.rank)
    return Verdict(best.opco_code, best.source, best.confidence)


def _claims_of(findings: Findings) -> list[Claim]:
    return [
        Claim(REGISTERS[finding.service], finding.opco_code, _WORTH[finding.said])
        for finding in findings
        if finding.service in REGISTERS and finding.said in _WORTH
    ]
