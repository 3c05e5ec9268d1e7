"""The OPCO of a draft: what was chosen, what is known, what is suggested, and what is recorded at deposit."""

from dataclasses import replace
from typing import Any

from app.audit.actor import Actor, ActorKind
from app.domain.employers.models import Establishment
from app.domain.offers.composing import DraftCompany
from app.domain.offers.models import Draft
from app.domain.opco.decision import Claim, Evidence, decide, employer_says
from app.domain.opco.determination import current_match, determine, match_of_siret, still_said
from app.domain.opco.lookup import Findings, merged, pack, unpack
from app.domain.opco.models import Confidence, OpcoMatch, Source
from app.domain.opco.register import opco_entry
from app.domain.opco.wording import ShownOpco, shown

UNKNOWN_OPCO = "inconnu"
_KEPT = "opco_findings"


def kept_findings(findings: Findings) -> dict[str, object]:
    """What a draft keeps of what the registers said while the company was looked up."""
    return {_KEPT: pack(findings)}


def findings_of(draft: Draft) -> Findings:
    """What the registers said when this draft was begun."""
    kept: Any = draft.answers.get(_KEPT)
    return unpack(kept) if isinstance(kept, list) else ()


def shown_opco(draft: Draft, company: DraftCompany) -> ShownOpco:
    """The choice made in this draft, else what we hold, else what registers, agreement or activity say.

    What the company has chosen before is shown to its own contact alone: it would tell that it has come here.
    """
    match = match_of_siret(company.siret)
    mine = _choice(draft)
    former = match if match is not None and _may_be_shown(match, draft) else None
    findings = merged(unpack(match.findings) if match else (), findings_of(draft))
    claims = (*mine, *still_said(former, mine, findings))
    evidence = Evidence(company.idcc, company.naf, claims, findings)
    said = shown(decide(evidence), evidence)
    choice = mine[0].opco_code if mine else None
    if choice is None or said.code in {None, choice}:
        return said
    other = opco_entry(choice)
    return replace(said, note=f"{said.note} ; vous indiquez {other.short_name if other else choice}")


def _choice(draft: Draft) -> tuple[Claim, ...]:
    """What was chosen in this draft."""
    chosen = draft.answers.get("opco")
    if chosen == UNKNOWN_OPCO:
        return (employer_says(None),)
    return (employer_says(str(chosen)),) if chosen and opco_entry(str(chosen)) else ()


def _may_be_shown(match: OpcoMatch, draft: Draft) -> bool:
    return match.confidence is Confidence.ANSWER or draft.contact_id is not None


def record_opco(establishment: Establishment, draft: Draft, *, by: Actor) -> None:
    """Determine the OPCO of an establishment that deposits, with the employer's choice if there is one."""
    claims = _choice(draft)
    if claims and not _may_claim(establishment, by=by):
        claims = ()
    determine(establishment, evidence=Evidence(claims=claims, findings=findings_of(draft)), by=by)


def _may_claim(establishment: Establishment, *, by: Actor) -> bool:
    """An anonymous deposit doesn't overrule what the company itself has already chosen."""
    if by.kind is not ActorKind.ANONYMOUS:
        return True
    former = current_match(establishment)
    return former is None or former.source is not Source.EMPLOYER
