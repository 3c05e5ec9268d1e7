"""The page where a held offer is decided: read, see the message, save; « Annuler » for ten minutes.

An OPCO comes by its link, portal staff by their account: each gives a `Desk`, the rest is the same.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app, flash, render_template, request
from werkzeug.wrappers import Response

from app.audit.actor import Actor
from app.core.database import db
from app.core.errors import Conflict, DomainError, Refused
from app.core.french import time_fr
from app.domain.offers.deposit import duplicates_of
from app.domain.offers.holding import (
    CAUSE_LABELS,
    DECISION_LABELS,
    MOTIVES,
    already_decided,
    answer_due,
    decide_hold,
)
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.mailing import job_and_town
from app.domain.offers.models import Hold, HoldDecision, Offer
from app.domain.offers.undo import undo_act, undoable_act
from app.domain.opco.determination import current_match
from app.domain.opco.emails import LEVELS
from app.domain.opco.follow_up import company_of
from app.domain.opco.hand_overs import hand_over_hold
from app.domain.opco.register import opco_entry
from app.domain.opco.services import former_offers
from app.outbox.message import MAILS
from app.outbox.models import OutboxMessage
from app.outbox.rendering import JinjaRenderer
from app.web.forms.decision import DecisionForm
from app.web.forms.once import answered_before, run_once

_LINK_IN_PREVIEW = "…"
_ALIKE = (OfferStatus.ONLINE, OfferStatus.HELD, OfferStatus.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who decides and from where. `opco_code` is None for portal staff; `undo_url` is a POST address."""

    decider: str
    by: Actor
    url: str
    undo_url: str
    opco_code: str | None = None
    said_not_ours: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """The e-mail as the company will read it, but for its link."""

    recipient: str
    subject: str
    text: str


def last_hold(offer: Offer) -> Hold | None:
    """The check that waits for a decision, else the last one that was decided."""
    return offer.holds[-1] if offer.holds else None


def serve(hold: Hold, *, desk: Desk) -> str | Response | tuple[str, int]:
    """GET shows the page; POST with `act` = voir, modifier or enregistrer."""
    form = DecisionForm(own_code=desk.opco_code)
    act = request.form.get("act", "voir")
    if request.method != "POST":
        return _page(hold, form, desk)
    if former := answered_before():
        return former
    if not _awaits(hold, desk):
        return _too_late(hold, desk)
    if act == "modifier":
        return _page(hold, form, desk)
    if not form.validate():
        return _page(hold, form, desk), 422
    if act == "enregistrer":
        return _save(hold, form, desk)
    return _preview(hold, form, desk)


def undo(hold: Hold, *, desk: Desk) -> str | Response | tuple[str, int]:
    """Take the decision back, while ten minutes last."""
    if former := answered_before():
        return former
    act = undoable_act(hold.offer)
    if act is None or act.act != "decision":
        return _page(hold, None, desk, problem="Il n’est plus possible d’annuler cette décision."), 409

    def take_back() -> str:
        undo_act(hold.offer, act, by=desk.by)
        flash("Décision annulée : l’offre attend de nouveau une réponse.", "success")
        return desk.url

    return run_once(take_back)


def _save(hold: Hold, form: DecisionForm, desk: Desk) -> str | Response | tuple[str, int]:
    def decide() -> str:
        _act(hold, form, desk)
        flash(_done(hold, form), "success")
        return desk.url

    try:
        return run_once(decide)
    except Conflict:
        db.session.rollback()
        return _too_late(hold, desk)
    except DomainError as refusal:
        db.session.rollback()
        form.add_error(form.decision, refusal.message)
        return _page(hold, form, desk), 422


def _act(hold: Hold, form: DecisionForm, desk: Desk) -> None:
    if form.hands_over and desk.opco_code:
        hand_over_hold(hold, opco_code=desk.opco_code, to_code=form.handed_to, by=desk.by)
        return
    decision = form.wanted
    if decision is None:
        raise Refused("Choisissez une décision.")
    told = decision is not HoldDecision.PUBLISH
    decide_hold(
        hold,
        decision=decision,
        motive=form.motive.chosen if told else None,
        text=(form.text.data or None) if told else None,
        by=desk.by,
        decider=desk.decider,
    )


def _done(hold: Hold, form: DecisionForm) -> str:
    if form.hands_over:
        entry = opco_entry(form.handed_to) if form.handed_to else None
        return f"Entreprise transmise à {entry.short_name}." if entry else "Merci : nous cherchons son OPCO."
    act = undoable_act(hold.offer)
    until = f" Vous pouvez annuler jusqu’à {time_fr(act.until)}." if act else ""
    return f"Décision enregistrée.{until}"


def _awaits(hold: Hold, desk: Desk) -> bool:
    return hold.decided_at is None and hold.offer.status is OfferStatus.HELD and not desk.said_not_ours


def _too_late(hold: Hold, desk: Desk) -> tuple[str, int]:
    # When this OPCO has handed the company over, or the offer has ended, nothing was decided.
    problem = already_decided(hold) or "Cette offre n’attend plus de réponse de votre part."
    return _page(hold, None, desk, problem=problem), 409


def message_to_company(hold: Hold, form: DecisionForm, desk: Desk) -> Message | None:
    """The very e-mail that saving would queue, made in a savepoint that is rolled back; None if none is."""
    address = hold.offer.contact.email
    savepoint = db.session.begin_nested()
    try:
        newest = db.session.scalar(sa.select(sa.func.max(OutboxMessage.id))) or 0
        _act(hold, form, desk)
        db.session.flush()
        query = sa.select(OutboxMessage).where(
            OutboxMessage.id > newest,
            OutboxMessage.recipient == address,
        )
        row = db.session.scalar(query.order_by(OutboxMessage.id).limit(1))
        return _rendered(row) if row is not None else None
    finally:
        savepoint.rollback()


def _rendered(row: OutboxMessage) -> Message | None:
    mail = MAILS[row.template].restore({**row.refs, "to": row.recipient})
    if mail is None:
        return None
    render = JinjaRenderer(current_app.jinja_env, current_app.extensions["settings"])
    parts = render(mail, _LINK_IN_PREVIEW if mail.link() else None, None)
    return Message(row.recipient, parts.subject, parts.text)


def _preview(hold: Hold, form: DecisionForm, desk: Desk) -> str | tuple[str, int]:
    try:
        message = None if form.hands_over else message_to_company(hold, form, desk)
    except DomainError as refusal:
        form.add_error(form.decision, refusal.message)
        return _page(hold, form, desk), 422
    entry = opco_entry(form.handed_to) if form.hands_over and form.handed_to else None
    return render_template(
        "decision/preview.html",
        hold=hold,
        offer=hold.offer,
        form=form,
        desk=desk,
        company=company_of(hold.offer),
        job=_job(hold.offer),
        message=message,
        handed_to=entry.short_name if entry else "",
    )


def _page(hold: Hold, form: DecisionForm | None, desk: Desk, *, problem: str = "") -> str:
    offer = hold.offer
    match = current_match(offer.establishment)
    act = undoable_act(offer)
    return render_template(
        "decision/page.html",
        hold=hold,
        offer=offer,
        company=company_of(offer),
        job=_job(offer),
        desk=desk,
        form=form if _awaits(hold, desk) else None,
        problem=problem,
        cause=CAUSE_LABELS[hold.cause],
        due=answer_due(hold),
        match=match,
        levels=LEVELS,
        motive=MOTIVES.get(hold.motive or "", ""),
        decision=DECISION_LABELS[hold.decision] if hold.decision else "",
        act=act if act is not None and act.act == "decision" else None,
        **_context_of(offer),
    )


def _job(offer: Offer) -> str:
    job = job_and_town(offer)["job"]
    return job[:1].upper() + job[1:]


def _context_of(offer: Offer) -> dict[str, Any]:
    alike = duplicates_of(
        offer.establishment.siret, rome_code=offer.rome_code, start_on=offer.start_on, statuses=_ALIKE
    )
    duplicates = [other for other in alike if other.id != offer.id]
    known = {other.id for other in duplicates}
    former = [other for other in former_offers(offer) if other.id not in known]
    return {"duplicates": duplicates, "former": former}
