"""The OPCO of a company changes: a person with the right corrects it, or the registers say otherwise."""

import sqlalchemy as sa

from app.audit.actor import SYSTEM, Actor
from app.core.database import db, take_turns
from app.core.errors import Refused
from app.core.failpoints import failpoint
from app.domain.employers.models import Establishment
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Hold, Offer
from app.domain.opco import passing_on
from app.domain.opco.contacts import recipients_of
from app.domain.opco.decision import Evidence, person_says
from app.domain.opco.determination import current_match, determine, opco_by_code
from app.domain.opco.follow_up import deny, follow_up_of, online_offers_of, open_follow_up
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.lookup import Findings
from app.domain.opco.models import FollowUp, Opco, OpcoMatch, Source
from app.domain.opco.services import tell_need, tell_opco_of_hold

NOT_OURS = "Pas notre champ"


def correct_opco(
    establishment: Establishment, *, opco_code: str | None, source: Source, by: Actor, reason: str
) -> OpcoMatch:
    """A person with the right says which OPCO it is, and why; both OPCOs are told."""
    if not reason.strip():
        raise Refused("Dites pourquoi vous corrigez cet OPCO.")
    evidence = Evidence(claims=(person_says(source, opco_code),))
    return _change(establishment, evidence, by=by, reason=reason.strip())


def take_findings(establishment: Establishment, findings: Findings) -> OpcoMatch:
    """What the registers say now; when it changes the OPCO, the former one and the new one are told."""
    # A deposit for the same firm may be deciding as well.
    take_turns(f"employer:{establishment.siret.siren}")
    return _change(establishment, Evidence(findings=findings), by=SYSTEM, reason="")


def hand_over(follow_up: FollowUp, *, to_code: str | None, by: Actor) -> OpcoMatch:
    """« Pas notre champ »: to another OPCO, or None for « Je ne sais pas » (portal staff look for it)."""
    if follow_up.status is FollowUpStatus.NOT_OURS:
        raise Refused("Cette entreprise a déjà été transmise.")
    if to_code == follow_up.opco.code:
        raise Refused("Choisissez un autre OPCO que le vôtre, ou « Je ne sais pas ».")
    deny(follow_up, by=by)
    failpoint("opco.denied_before_hand_over")
    evidence = Evidence(claims=(person_says(Source.OPCO, to_code),))
    return _change(follow_up.establishment, evidence, by=by, reason=NOT_OURS, given=follow_up)


def hand_over_hold(hold: Hold, *, opco_code: str, to_code: str | None, by: Actor) -> OpcoMatch:
    """The OPCO asked to check an offer says that the company isn't of its field; the right one is asked."""
    establishment, opco = hold.offer.establishment, opco_by_code(opco_code)
    follow_up = follow_up_of(establishment, opco) or open_follow_up(establishment, opco)
    return hand_over(follow_up, to_code=to_code, by=by)


def _change(
    establishment: Establishment,
    evidence: Evidence,
    *,
    by: Actor,
    reason: str,
    given: FollowUp | None = None,
) -> OpcoMatch:
    before = current_match(establishment)
    former = before.opco if before is not None else None
    match = determine(establishment, evidence=evidence, by=by, reason=reason)
    present = follow_up_of(establishment, former) if former is not None else None
    leaving = [given] if given is not None else []
    if present is not None and present is not given and present.status is not FollowUpStatus.NOT_OURS:
        leaving.append(present)
    leaving = [one for one in leaving if match.opco is None or match.opco.id != one.opco_id]
    for follow_up in leaving:
        passing_on.end(follow_up, taker=match.opco, source=match.source, by=by)
    if match.opco is not None and (former is None or former.id != match.opco.id):
        _receive(establishment, match.opco, source=match.source, is_handed_over=bool(leaving))
    return match


def _receive(
    establishment: Establishment, taker: Opco, *, source: Source | None, is_handed_over: bool
) -> None:
    """The new OPCO is told: once of the company when another one had it, of each need otherwise."""
    for hold in _open_holds(establishment):
        tell_opco_of_hold(hold)
    existing = follow_up_of(establishment, taker)
    needs = online_offers_of(establishment)
    if not needs or (existing is not None and existing.status is not FollowUpStatus.NOT_OURS):
        return
    follow_up = open_follow_up(establishment, taker)
    if is_handed_over or existing is not None:
        passing_on.tell(follow_up, taker=taker, source=source)
        return
    found = recipients_of(taker, department=follow_up.department)
    for need in needs:
        tell_need(follow_up, need, found)


def _open_holds(establishment: Establishment) -> list[Hold]:
    query = (
        sa.select(Hold)
        .join(Offer)
        .where(
            Offer.establishment_id == establishment.id,
            Offer.status == OfferStatus.HELD,
            Hold.decided_at.is_(None),
        )
    )
    return list(db.session.scalars(query))
