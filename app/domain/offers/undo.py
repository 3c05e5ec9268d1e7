"""Undoing an act within ten minutes."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import Actor
from app.core import clock, events
from app.core.database import db
from app.core.errors import Refused
from app.core.failpoints import failpoint
from app.domain.offers.events import ActUndone
from app.domain.offers.lifecycle import OFFER_LIFECYCLE, EndReason, OfferStatus
from app.domain.offers.models import Offer, UndoableAct

UNDO_FOR = timedelta(minutes=10)
_JOURNAL = {"renew": "renewal_undone", "close": "closing_undone", "decision": "decision_undone"}


def remember(offer: Offer, *, act: str) -> UndoableAct:
    """Record what the offer is before an act that can be undone."""
    now = clock.now()
    row = UndoableAct(
        offer_id=offer.id,
        act=act,
        done_at=now,
        until=now + UNDO_FOR,
        before={
            "status": offer.status.value,
            "end_reason": offer.end_reason.value if offer.end_reason else None,
            "end_detail": offer.end_detail,
            "last_day": _iso(offer.last_day),
            "start_on": _iso(offer.start_on),
            "ended_at": _iso(offer.ended_at),
            "published_at": _iso(offer.published_at),
            "first_published_on": _iso(offer.first_published_on),
        },
    )
    db.session.add(row)
    db.session.flush()
    return row


def _iso(value: date | datetime | None) -> str | None:
    return value.isoformat() if value else None


def undoable_act(offer: Offer) -> UndoableAct | None:
    """The last act, while it can still be undone."""
    query = sa.select(UndoableAct).where(UndoableAct.offer_id == offer.id)
    act = db.session.scalar(query.order_by(UndoableAct.id.desc()).limit(1))
    if act is None or act.undone_at is not None or act.until <= clock.now():
        return None
    return act


def undo_act(offer: Offer, act: UndoableAct, *, by: Actor) -> None:
    """Put the offer back as it was; refused once the ten minutes are over or another act has followed."""
    if act.undone_at is not None:
        return
    current = undoable_act(offer)
    if current is None or current.id != act.id:
        limit = clock.local(act.until)
        raise Refused(f"Il n’est plus possible d’annuler : le délai s’est terminé à {limit:%H h %M}.")
    before = act.before
    OFFER_LIFECYCLE.put_back(offer, OfferStatus(before["status"]))
    reason = before["end_reason"]
    offer.end_reason = EndReason(reason) if reason else None
    detail = before["end_detail"]
    offer.end_detail = str(detail) if detail else None
    offer.last_day, offer.start_on = _day(before["last_day"]), _day(before["start_on"])
    offer.first_published_on = _day(before["first_published_on"])
    offer.ended_at, offer.published_at = _instant(before["ended_at"]), _instant(before["published_at"])
    offer.changed_at = clock.now()
    act.undone_at = clock.now()
    if act.act == "decision":
        _reopen_hold(offer)
    journal.record(_JOURNAL[act.act], offer, by=by)
    failpoint("offers.undone_before_cancel")
    events.emit(ActUndone(offer, act))


def _reopen_hold(offer: Offer) -> None:
    hold = offer.holds[-1]
    hold.decision = hold.decided_at = hold.decided_by = hold.motive = hold.text = None


def _day(value: object) -> date | None:
    return date.fromisoformat(str(value)) if value else None


def _instant(value: object) -> datetime | None:
    return datetime.fromisoformat(str(value)) if value else None
