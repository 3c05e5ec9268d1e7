"""An OPCO's follow-up of a company: opening it, moving it, noting an exchange."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.audit import journal
from app.audit.actor import SYSTEM, Actor
from app.core import clock
from app.core.database import db
from app.core.errors import Conflict, Refused
from app.domain.employers.models import Establishment
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer
from app.domain.opco.contacts import department_of
from app.domain.opco.exchanges import Means, Reached
from app.domain.opco.lifecycle import FOLLOW_UP_LIFECYCLE, MOVE_TO, FollowUpStatus
from app.domain.opco.models import ContactLogEntry, FollowUp, Opco

SHOWN = (OfferStatus.ONLINE, OfferStatus.HELD, OfferStatus.SUSPENDED, OfferStatus.ENDED)


def follow_up_of(establishment: Establishment, opco: Opco) -> FollowUp | None:
    """The follow-up of this company by this OPCO, if it is open."""
    query = sa.select(FollowUp).where(
        FollowUp.establishment_id == establishment.id, FollowUp.opco_id == opco.id
    )
    return db.session.scalar(query)


def open_follow_up(establishment: Establishment, opco: Opco) -> FollowUp:
    """Get or create it, « à contacter ». A new need brings back one that was left without effect."""
    follow_up = follow_up_of(establishment, opco) or _create(establishment, opco)
    if follow_up.status is FollowUpStatus.DROPPED:
        _move(follow_up, "reopen", by=SYSTEM)
    elif follow_up.status is FollowUpStatus.NOT_OURS:
        # It is told again only when a person with the right, or a register, has named this OPCO once more.
        _move(follow_up, "take_back", by=SYSTEM)
        follow_up.denied_at = None
    return follow_up


def _create(establishment: Establishment, opco: Opco) -> FollowUp:
    now = clock.now()
    follow_up = FollowUp(
        establishment=establishment,
        opco=opco,
        department=department_of(establishment),
        opened_at=now,
        moved_at=now,
    )
    FOLLOW_UP_LIFECYCLE.begin(follow_up, FollowUpStatus.TO_CONTACT)
    try:
        with db.session.begin_nested():
            db.session.add(follow_up)
    except IntegrityError:
        # Two offers published in the same instant: the other transaction has opened it.
        existing = follow_up_of(establishment, opco)
        if existing is None:
            raise
        return existing
    return follow_up


def move_follow_up(follow_up: FollowUp, *, to: FollowUpStatus, seen: FollowUpStatus, by: Actor) -> bool:
    """Change the step. `seen` is the one the person had on the screen; False when there is nothing to do."""
    if follow_up.status is to:
        return False
    if follow_up.status is not seen:
        raise Conflict(f"L’étape a changé entre-temps : « {follow_up.status.label} ». Choisissez de nouveau.")
    if to not in MOVE_TO:
        raise Refused("Pour transmettre cette entreprise, utilisez « Pas notre champ ».")
    _move(follow_up, MOVE_TO[to], by=by)
    return True


def _move(follow_up: FollowUp, move: str, *, by: Actor) -> None:
    former = follow_up.status
    FOLLOW_UP_LIFECYCLE.apply(follow_up, move)
    follow_up.moved_at = clock.now()
    journal.record(
        "follow_up_moved", follow_up, by=by, facts={"from": former.value, "to": follow_up.status.value}
    )


def deny(follow_up: FollowUp, *, by: Actor) -> None:
    """« Pas notre champ »: this OPCO no longer follows the company, and has said so itself."""
    end_follow_up(follow_up, by=by)
    follow_up.denied_at = clock.now()


def end_follow_up(follow_up: FollowUp, *, by: Actor) -> None:
    """Another OPCO follows the company, or somebody looks for the right one."""
    if follow_up.status is not FollowUpStatus.NOT_OURS:
        _move(follow_up, "hand_over", by=by)


def log_contact(
    follow_up: FollowUp,
    *,
    day: date,
    means: Means,
    outcome: str,
    author: str,
    by: Actor,
    reached: Reached | None = None,
) -> ContactLogEntry:
    """Note an exchange with the company; the first one moves it to « contactée »."""
    if day > clock.today():
        raise Refused("La date du contact est dans le futur. Indiquez le jour de l’échange.")
    if follow_up.status is FollowUpStatus.NOT_OURS:
        raise Refused("Vous avez transmis cette entreprise : son suivi n’est plus modifiable ici.")
    entry = ContactLogEntry(
        follow_up=follow_up,
        day=day,
        means=means,
        outcome=outcome,
        reached=reached,
        author=author,
        noted_at=clock.now(),
    )
    db.session.add(entry)
    _sum_up(follow_up, entry)
    facts: dict[str, object] = {"means": means.value, "day": day.isoformat()}
    if reached is not None:
        facts["reached"] = reached.value
    journal.record("contact_logged", follow_up, by=by, facts=facts)
    if follow_up.status is FollowUpStatus.TO_CONTACT:
        _move(follow_up, "contact", by=by)
    return entry


def _sum_up(follow_up: FollowUp, entry: ContactLogEntry) -> None:
    """What the board and its counters read of the exchanges."""
    follow_up.last_contact_on = max(follow_up.last_contact_on or entry.day, entry.day)
    follow_up.contacted_at = entry.noted_at
    if entry.reached is Reached.INTERVIEW:
        follow_up.interview_at = entry.noted_at
    elif entry.reached is Reached.CONTRACT:
        follow_up.contract_at = entry.noted_at


def keep_note(follow_up: FollowUp, *, note: str, assignee_id: int | None, by: Actor) -> None:
    """« Suivi par » and the OPCO's own note; the journal keeps their names, never their values."""
    if follow_up.status is FollowUpStatus.NOT_OURS:
        raise Refused("Vous avez transmis cette entreprise : son suivi n’est plus modifiable ici.")
    changed = [
        name
        for name, value in (("note", note), ("assignee_id", assignee_id))
        if getattr(follow_up, name) != value
    ]
    follow_up.note, follow_up.assignee_id = note, assignee_id
    if changed:
        journal.record("follow_up_annotated", follow_up, by=by, fields=changed)


def company_of(offer: Offer) -> str:
    """The company as its OPCO knows it: what isn't published isn't hidden from those who follow it."""
    return offer.brand or offer.establishment.shown_name


def offers_of(establishment: Establishment, *, limit: int = 20) -> list[Offer]:
    """What an OPCO may read of a company: its offers that were confirmed, newest first."""
    query = (
        sa.select(Offer)
        .where(
            Offer.establishment_id == establishment.id,
            Offer.status.in_(SHOWN),
            Offer.confirmed_at.is_not(None),
        )
        .order_by(Offer.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(query))


def online_offers_of(establishment: Establishment, *, limit: int = 20) -> list[Offer]:
    """Needs that are active now, newest first."""
    return [offer for offer in offers_of(establishment, limit=limit) if offer.status is OfferStatus.ONLINE]
