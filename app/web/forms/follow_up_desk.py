"""What an OPCO does about one company, the same by a link and in its own space."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from app.audit.actor import Actor
from app.core import clock
from app.core.database import db
from app.core.errors import DomainError
from app.core.french import date_short_fr
from app.domain.employers.headcount import HEADCOUNT_LABELS
from app.domain.employers.models import Contact
from app.domain.offers.models import Offer
from app.domain.offers.queries import is_visible
from app.domain.opco.determination import current_match
from app.domain.opco.emails import LEVELS
from app.domain.opco.exchanges import Means
from app.domain.opco.follow_up import company_of, log_contact, move_follow_up, offers_of
from app.domain.opco.hand_overs import hand_over
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import FollowUp
from app.domain.organisations.models import Organisation
from app.web.forms.base import PostForm
from app.web.forms.follow_up import ContactLogForm, HandOverForm, StepForm
from app.web.forms.once import run_once

Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Desk:
    """One company's follow-up, who acts and how the page names them; `space` when they are signed in."""

    follow_up: FollowUp
    actor: Actor
    author: str
    back_url: str
    space: Organisation | None = None

    @property
    def is_handed_over(self) -> bool:
        return self.follow_up.status is FollowUpStatus.NOT_OURS


def shown(follow_up: FollowUp) -> dict[str, Any]:
    """What the page of a company shows."""
    establishment = follow_up.establishment
    offers = offers_of(establishment)
    online = [offer for offer in offers if is_visible(offer)]
    return {
        "follow_up": follow_up,
        "establishment": establishment,
        "headcount": HEADCOUNT_LABELS.get(establishment.headcount_code or "", ""),
        "match": current_match(establishment),
        "offers": offers,
        "latest": online[0] if online else None,
        "company": company_of(online[0]) if online else establishment.shown_name,
        "people": people_of(online or offers[:1]),
        "levels": LEVELS,
    }


def people_of(offers: list[Offer]) -> list[Contact]:
    """The contacts of these offers, each one once."""
    contacts = {offer.contact.id: offer.contact for offer in offers if offer.contact.removed_at is None}
    return list(contacts.values())


def handed_over_page(follow_up: FollowUp, *, space: Organisation | None = None) -> str:
    """Who follows the company now; nothing else of it."""
    match = current_match(follow_up.establishment)
    handed_to = match.opco.short_name if match is not None and match.opco is not None else ""
    return render_template(
        "partner/handed_over.html", follow_up=follow_up, handed_to=handed_to, space=space
    )


def note_contact(desk: Desk) -> Answer:
    """« Noter un contact »."""
    if desk.is_handed_over:
        return redirect(desk.back_url, 303)
    if request.method != "POST":
        form = ContactLogForm(day=date_short_fr(clock.today()))
        return _form_page("partner/contact.html", desk, form)
    form = ContactLogForm()
    if not form.validate():
        return _form_page("partner/contact.html", desk, form), 422

    def note() -> str:
        log_contact(
            desk.follow_up,
            day=form.day.day,
            means=Means(form.means.data),
            outcome=form.outcome.data,
            reached=form.learnt,
            author=desk.author,
            by=desk.actor,
        )
        flash("Contact noté.", "success")
        return desk.back_url

    return try_act(note, "partner/contact.html", desk, form)


def change_step(desk: Desk) -> Answer:
    """« Changer l’étape »."""
    if desk.is_handed_over:
        return redirect(desk.back_url, 303)
    present = desk.follow_up.status
    if request.method != "POST":
        form = StepForm(seen=present.value, step=present.value)
        return _form_page("partner/step.html", desk, form)
    form = StepForm()
    if not form.validate():
        return _form_page("partner/step.html", desk, form), 422

    def move() -> str:
        seen = {status.value: status for status in FollowUpStatus}.get(form.seen.data or "", present)
        to = FollowUpStatus(form.step.data)
        if move_follow_up(desk.follow_up, to=to, seen=seen, by=desk.actor):
            flash(f"Étape enregistrée : « {to.label} ».", "success")
        return desk.back_url

    return try_act(move, "partner/step.html", desk, form)


def not_our_field(desk: Desk) -> Answer:
    """« Pas notre champ »: to another OPCO, or to portal staff when nobody knows; both OPCOs are told."""
    if desk.is_handed_over:
        return redirect(desk.back_url, 303)
    form = HandOverForm(own_code=desk.follow_up.opco.code)
    if request.method != "POST":
        return _form_page("partner/hand_over.html", desk, form)
    if not form.validate():
        return _form_page("partner/hand_over.html", desk, form), 422

    def transmit() -> str:
        hand_over(desk.follow_up, to_code=form.handed_to, by=desk.actor)
        flash("C’est noté, merci.", "success")
        return desk.back_url

    return try_act(transmit, "partner/hand_over.html", desk, form)


def try_act(act: Callable[[], str], template: str, desk: Desk, form: PostForm) -> Answer:
    """Act once; a refusal of the domain is said on the same page."""
    try:
        return run_once(act)
    except DomainError as refusal:
        db.session.rollback()
        return _form_page(template, desk, form, refusal=refusal.message), 422


def _form_page(template: str, desk: Desk, form: PostForm, *, refusal: str = "") -> str:
    return render_template(
        template,
        form=form,
        follow_up=desk.follow_up,
        establishment=desk.follow_up.establishment,
        back_url=desk.back_url,
        space=desk.space,
        refusal=refusal,
        has_errors=bool(refusal or form.errors),
    )
