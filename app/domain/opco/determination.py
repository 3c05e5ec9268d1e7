"""The row that keeps the OPCO of an establishment: what was decided, who says it, when to ask again."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import SYSTEM, Actor
from app.core import clock
from app.core.database import db
from app.core.identifiers import Siret
from app.domain.employers.models import Establishment
from app.domain.opco.decision import PEOPLE, REGISTERS, Claim, Evidence, Verdict, decide
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.lookup import Findings, Said, merged, pack, unpack
from app.domain.opco.models import Confidence, FollowUp, Opco, OpcoMatch, Source

_COMPUTED = frozenset({Source.IDCC, Source.NAF})
# When the registers are asked again: one was silent; nothing official is known; an answer may have changed.
SILENT, UNSETTLED, SETTLED = timedelta(minutes=30), timedelta(days=1), timedelta(days=90)


def current_match(establishment: Establishment) -> OpcoMatch | None:
    """What is held to be true now, if anything was determined."""
    query = sa.select(OpcoMatch).where(OpcoMatch.establishment_id == establishment.id, OpcoMatch.current)
    return db.session.scalar(query)


def match_of_siret(siret: Siret) -> OpcoMatch | None:
    """The same, of an establishment that nothing else is asked of."""
    query = sa.select(OpcoMatch).join(OpcoMatch.establishment)
    return db.session.scalar(query.where(Establishment.siret == siret, OpcoMatch.current))


def determine(
    establishment: Establishment, *, evidence: Evidence, by: Actor = SYSTEM, reason: str = ""
) -> OpcoMatch:
    """Decide with what was known before, keep the result, write it in the journal when it changes."""
    former = current_match(establishment)
    asked = evidence.findings
    findings = merged(unpack(former.findings) if former else (), asked)
    whole = Evidence(
        idcc=evidence.idcc or tuple(establishment.employer.idcc or ()),
        naf=evidence.naf or establishment.naf,
        claims=(*evidence.claims, *still_said(former, evidence.claims, findings)),
        findings=findings,
    )
    verdict = decide(whole)
    if former is None or not _same(former, verdict):
        # The OPCO of the present match hasn't denied: denying replaces the match at once.
        verdict = decide(whole, denied=_denied_by(establishment))
    match = _keep(establishment, verdict, former=former, by=by, reason=reason)
    if match is former and _says_nothing_new(match, evidence, findings):
        return match
    match.read_at = _read_at(verdict, findings)
    match.findings = pack(findings)
    match.ask_again_at = _ask_again_at(verdict, asked, former=former)
    if evidence.claims:
        match.contested_by = _contested_by(verdict, evidence.claims)
    return match


def _says_nothing_new(match: OpcoMatch, evidence: Evidence, findings: Findings) -> bool:
    """Is all of it in the row already? Then it was read when the row says, and is asked again then."""
    is_due = match.ask_again_at is not None and match.ask_again_at <= clock.now()
    if evidence.claims or (evidence.findings and is_due):
        return False
    return match.findings == pack(findings)


def _contested_by(verdict: Verdict, claims: tuple[Claim, ...]) -> str | None:
    """The OPCO that the company names against a register: portal staff look into it."""
    if verdict.source not in REGISTERS.values():
        return None
    named = (claim.opco_code for claim in claims if claim.source is Source.EMPLOYER)
    return next((code for code in named if code not in {None, verdict.opco_code}), None)


def still_said(former: OpcoMatch | None, claims: tuple[Claim, ...], findings: Findings) -> list[Claim]:
    """What the present match still says beside new claims and findings.

    What tables suggest is computed again, and what a source says anew replaces what it said.
    """
    if former is None or former.source is None or former.source in _COMPUTED:
        return []
    said = {claim.source for claim in claims} | {REGISTERS.get(finding.service) for finding in findings}
    # Of people with the right, the last one has spoken.
    if former.source in said or (former.source in PEOPLE and said & PEOPLE):
        return []
    return [Claim(former.source, former.opco.code if former.opco else None, former.confidence)]


def _read_at(verdict: Verdict, findings: Findings) -> datetime:
    """When the source said it: a register that is silent today doesn't say again what it said."""
    dates = {REGISTERS.get(finding.service): finding.read_at for finding in findings}
    return dates.get(verdict.source, clock.now()) if verdict.source else clock.now()


def _ask_again_at(verdict: Verdict, asked: Findings, *, former: OpcoMatch | None) -> datetime | None:
    if verdict.source in PEOPLE and verdict.opco_code:
        # A register doesn't overrule a person with the right.
        return None
    if not asked:
        return former.ask_again_at if former is not None else clock.now()
    is_official = verdict.confidence is Confidence.ANSWER
    if is_silent(asked):
        return clock.now() + (UNSETTLED if is_official else SILENT)
    is_settled = is_official or verdict.confidence is Confidence.CHOSEN
    return clock.now() + (SETTLED if is_settled else UNSETTLED)


def is_silent(findings: Findings) -> bool:
    """Has a register kept silent, without any other giving an official answer?"""
    return any(finding.said is Said.UNAVAILABLE for finding in findings) and not any(
        finding.names_opco for finding in findings
    )


def _denied_by(establishment: Establishment) -> frozenset[str]:
    query = (
        sa.select(Opco.code)
        .join(FollowUp, FollowUp.opco_id == Opco.id)
        .where(
            FollowUp.establishment_id == establishment.id,
            FollowUp.status == FollowUpStatus.NOT_OURS,
            FollowUp.denied_at.is_not(None),
        )
    )
    return frozenset(db.session.scalars(query))


def _keep(
    establishment: Establishment, verdict: Verdict, *, former: OpcoMatch | None, by: Actor, reason: str
) -> OpcoMatch:
    if former is not None and _same(former, verdict):
        return former
    if former is not None:
        former.current = False
        # The partial unique index allows one current row: the former leaves first.
        db.session.flush()
    match = OpcoMatch(
        establishment=establishment,
        opco=opco_by_code(verdict.opco_code) if verdict.opco_code else None,
        source=verdict.source,
        confidence=verdict.confidence,
        read_at=clock.now(),
        current=True,
    )
    db.session.add(match)
    _record(establishment, verdict, former=former, by=by, reason=reason)
    return match


def _record(
    establishment: Establishment, verdict: Verdict, *, former: OpcoMatch | None, by: Actor, reason: str
) -> None:
    before = former.opco.code if former is not None and former.opco is not None else None
    facts: dict[str, object] = {
        "opco": verdict.opco_code,
        "source": verdict.source.value if verdict.source else None,
        "confidence": verdict.confidence.value,
    }
    more = {"former": before, "reason": reason}
    facts |= {name: value for name, value in more.items() if value}
    journal.record("opco_corrected" if before else "opco_determined", establishment, by=by, facts=facts)


def _same(match: OpcoMatch, verdict: Verdict) -> bool:
    code = match.opco.code if match.opco is not None else None
    return Verdict(code, match.source, match.confidence) == verdict


def opco_by_code(code: str) -> Opco:
    """The row of an OPCO; the eleven are seeded before anything else."""
    return db.session.scalars(sa.select(Opco).where(Opco.code == code)).one()
