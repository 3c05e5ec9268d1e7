"""Which OPCO an establishment has: a pure decision over what is known, and the row that keeps it.

Order: a person with the right, then an official answer (SIRO, CFA-dock), then the employer's choice,
« je ne sais pas », then what suggests: a look-up that only claims, the collective agreement, the activity.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import SYSTEM, Actor
from app.core import clock
from app.core.database import db
from app.core.identifiers import InvalidIdentifier, Naf
from app.domain.employers.models import Establishment
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import Confidence, FollowUp, Opco, OpcoMatch, Source
from app.domain.opco.register import idcc_table, naf_hints, opco_entry

# « Sans convention collective », and statutes that stand for one: they say nothing of the OPCO.
_NO_AGREEMENT = frozenset({0, 9998, 9999})
_PEOPLE = frozenset({Source.OPCO, Source.AGENT})
_COMPUTED = frozenset({Source.IDCC, Source.NAF})
_ORDER = (Source.OPCO, Source.AGENT, Source.SIRO, Source.CFADOCK, Source.EMPLOYER, Source.IDCC, Source.NAF)


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
            return 3
        if self.source in _PEOPLE:
            return 0
        if self.confidence is Confidence.ANSWER:
            return 1
        return 2 if self.source is Source.EMPLOYER else 4


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known. `claims` hold what people and look-ups say."""

    idcc: tuple[int, ...] = ()
    naf: str | None = None
    claims: tuple[Claim, ...] = ()


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
    numbers = {number for number in idcc if number not in _NO_AGREEMENT}
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
    claims = list(evidence.claims)
    suggestion = suggest(evidence.idcc, evidence.naf)
    if suggestion is not None:
        claims.append(Claim(suggestion.source, suggestion.opco_code, Confidence.SUGGESTION))
    standing = [claim for claim in claims if claim.opco_code not in denied or claim.source in _PEOPLE]
    if not standing:
        return UNDETERMINED
    best = min(standing, key=lambda claim: claim.rank)
    return Verdict(best.opco_code, best.source, best.confidence)


def current_match(establishment: Establishment) -> OpcoMatch | None:
    """What is held to be true now, if anything was determined."""
    query = sa.select(OpcoMatch).where(OpcoMatch.establishment_id == establishment.id, OpcoMatch.current)
    return db.session.scalar(query)


def determine(establishment: Establishment, *, evidence: Evidence, by: Actor = SYSTEM) -> OpcoMatch:
    """Decide with what was known before, keep the result, write it in the journal when it changes."""
    former = current_match(establishment)
    evidence = Evidence(
        idcc=evidence.idcc or tuple(establishment.employer.idcc or ()),
        naf=evidence.naf or establishment.naf,
        claims=(*evidence.claims, *_still_said(former, evidence.claims)),
    )
    return _keep(establishment, decide(evidence, denied=_denied_by(establishment)), former=former, by=by)


def _still_said(former: OpcoMatch | None, claims: tuple[Claim, ...]) -> list[Claim]:
    # What the tables suggest is computed again; what the same source says anew replaces what it said.
    if former is None or former.source is None or former.source in _COMPUTED:
        return []
    if former.source in {claim.source for claim in claims}:
        return []
    return [Claim(former.source, former.opco.code if former.opco else None, former.confidence)]


def _denied_by(establishment: Establishment) -> frozenset[str]:
    query = (
        sa.select(Opco.code)
        .join(FollowUp, FollowUp.opco_id == Opco.id)
        .where(FollowUp.establishment_id == establishment.id, FollowUp.status == FollowUpStatus.NOT_OURS)
    )
    return frozenset(db.session.scalars(query))


def _keep(
    establishment: Establishment, verdict: Verdict, *, former: OpcoMatch | None, by: Actor
) -> OpcoMatch:
    opco = opco_by_code(verdict.opco_code) if verdict.opco_code else None
    if former is not None and _same(former, verdict, opco):
        former.read_at = clock.now()
        return former
    if former is not None:
        former.current = False
        # The partial unique index allows one current row: the former leaves first.
        db.session.flush()
    match = OpcoMatch(
        establishment=establishment,
        opco=opco,
        source=verdict.source,
        confidence=verdict.confidence,
        read_at=clock.now(),
        current=True,
    )
    db.session.add(match)
    had_opco = former is not None and former.opco_id is not None
    journal.record(
        "opco_corrected" if had_opco else "opco_determined",
        establishment,
        by=by,
        facts={
            "opco": verdict.opco_code,
            "source": verdict.source.value if verdict.source else None,
            "confidence": verdict.confidence.value,
        },
    )
    return match


def _same(match: OpcoMatch, verdict: Verdict, opco: Opco | None) -> bool:
    return (match.opco, match.source, match.confidence) == (opco, verdict.source, verdict.confidence)


def opco_by_code(code: str) -> Opco:
    """The row of an OPCO; the eleven are seeded before anything else."""
    return db.session.scalars(sa.select(Opco).where(Opco.code == code)).one()
