"""The OPCO of a draft: what was chosen, what is known, what is suggested, and what is recorded at deposit."""

from dataclasses import dataclass

from app.audit.actor import Actor, ActorKind
from app.domain.employers.models import Establishment
from app.domain.offers.composing import DraftCompany
from app.domain.offers.models import Draft
from app.domain.opco.determination import (
    Claim,
    Evidence,
    current_match,
    determine,
    employer_says,
    suggest,
)
from app.domain.opco.models import Confidence, Source
from app.domain.opco.register import opco_entry

UNKNOWN_OPCO = "inconnu"
TO_BE_FOUND = "OPCO à déterminer : nous nous en occupons."


@dataclass(frozen=True, slots=True)
class ShownOpco:
    """What the company card says; `code` is None while the OPCO isn't known."""

    code: str | None
    label: str
    note: str = ""


def shown_opco(draft: Draft, company: DraftCompany, establishment: Establishment | None) -> ShownOpco:
    """The choice made in this draft, else what we hold, else what the agreement or the activity suggests.

    What the company has chosen before is shown to its own contact alone: it would tell that it has come here.
    """
    chosen = draft.answers.get("opco")
    if chosen == UNKNOWN_OPCO:
        return ShownOpco(None, TO_BE_FOUND)
    if chosen is not None and (entry := opco_entry(str(chosen))):
        return ShownOpco(entry.code, entry.short_name, "choix de l’entreprise")
    match = current_match(establishment) if establishment else None
    is_fact = match is not None and match.confidence is Confidence.ANSWER
    if match is not None and match.opco is not None and (is_fact or draft.contact_id is not None):
        return ShownOpco(match.opco.code, match.opco.short_name, match.source.label if match.source else "")
    suggestion = suggest(company.idcc, company.naf)
    entry = opco_entry(suggestion.opco_code) if suggestion else None
    if entry is None or suggestion is None:
        return ShownOpco(None, TO_BE_FOUND)
    return ShownOpco(entry.code, entry.short_name, suggestion.source.label)


def record_opco(establishment: Establishment, *, chosen: str | None, by: Actor) -> None:
    """Determine the OPCO of an establishment that deposits, with the employer's choice if there is one."""
    claims: tuple[Claim, ...] = ()
    if chosen is not None and _may_claim(establishment, by=by):
        claims = (employer_says(None if chosen == UNKNOWN_OPCO else chosen),)
    determine(establishment, evidence=Evidence(claims=claims), by=by)


def _may_claim(establishment: Establishment, *, by: Actor) -> bool:
    """An anonymous deposit doesn't overrule what the company itself has already chosen."""
    if by.kind is not ActorKind.ANONYMOUS:
        return True
    former = current_match(establishment)
    return former is None or former.source is not Source.EMPLOYER
