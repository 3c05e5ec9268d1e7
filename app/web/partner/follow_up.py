"""The need of a company and its follow-up, opened by an OPCO from E49."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core import clock
from app.core.database import db
from app.core.errors import DomainError
from app.core.french import date_short_fr
from app.domain.accounts.models import Purpose
from app.domain.employers.headcount import HEADCOUNT_LABELS
from app.domain.employers.models import Contact
from app.domain.employers.services import mask_email
from app.domain.offers.models import Offer
from app.domain.offers.queries import is_visible
from app.domain.opco.contacts import live_contact, stopped_since
from app.domain.opco.determination import current_match
from app.domain.opco.emails import LEVELS
from app.domain.opco.follow_up import company_of, log_contact, move_follow_up, offers_of
from app.domain.opco.hand_overs import hand_over
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import Means
from app.domain.opco.services import stop_telling
from app.web.access import by_link
from app.web.forms.base import PostForm
from app.web.forms.once import run_once
from app.web.partner import blueprint
from app.web.partner.forms import ContactLogForm, HandOverForm, StepForm, StopForm
from app.web.partner.rights import OpenFollowUp, follow_up_or_404

Answer = str | Response | tuple[str, int]


@blueprint.get("/suivi/<string:public_id>")
@by_link(Purpose.FOLLOW_UP)
def need(public_id: str) -> str:
    """The company, its contact, its offers, and what the OPCO has done."""
    opened = follow_up_or_404(public_id)
    follow_up = opened.follow_up
    match = current_match(follow_up.establishment)
    if _is_handed_over(opened):
        handed_to = match.opco.short_name if match is not None and match.opco is not None else ""
        return render_template("partner/handed_over.html", follow_up=follow_up, handed_to=handed_to)
    offers = offers_of(follow_up.establishment)
    online = [offer for offer in offers if is_visible(offer)]
    return render_template(
        "partner/need.html",
        follow_up=follow_up,
        establishment=follow_up.establishment,
        headcount=HEADCOUNT_LABELS.get(follow_up.establishment.headcount_code or "", ""),
        match=match,
        offers=offers,
        latest=online[0] if online else None,
        company=company_of(online[0]) if online else follow_up.establishment.shown_name,
        people=_people(online or offers[:1]),
        levels=LEVELS,
        is_told=live_contact(follow_up.opco, opened.link.subject_email) is not None,
    )


def _people(offers: list[Offer]) -> list[Contact]:
    contacts = {offer.contact.id: offer.contact for offer in offers if offer.contact.removed_at is None}
    return list(contacts.values())


@blueprint.route("/suivi/<string:public_id>/contact", methods=["GET", "POST"])
@by_link(Purpose.FOLLOW_UP)
def note_contact(public_id: str) -> Answer:
    """« Noter un contact »."""
    opened = follow_up_or_404(public_id)
    if _is_handed_over(opened):
        return redirect(_need_url(opened), 303)
    if request.method != "POST":
        form = ContactLogForm(day=date_short_fr(clock.today()))
        return _form_page("partner/contact.html", opened, form)
    form = ContactLogForm()
    if not form.validate():
        return _form_page("partner/contact.html", opened, form), 422

    def note() -> str:
        log_contact(
            opened.follow_up,
            day=form.day.day,
            means=Means(form.means.data),
            outcome=form.outcome.data,
            author=opened.author,
            by=opened.actor,
        )
        flash("Contact noté.", "success")
        return _need_url(opened)

    return _try(note, "partner/contact.html", opened, form)


@blueprint.route("/suivi/<string:public_id>/etape", methods=["GET", "POST"])
@by_link(Purpose.FOLLOW_UP)
def change_step(public_id: str) -> Answer:
    """« Changer l’étape »."""
    opened = follow_up_or_404(public_id)
    if _is_handed_over(opened):
        return redirect(_need_url(opened), 303)
    present = opened.follow_up.status
    if request.method != "POST":
        form = StepForm(seen=present.value, step=present.value)
        return _form_page("partner/step.html", opened, form)
    form = StepForm()
    if not form.validate():
        return _form_page("partner/step.html", opened, form), 422

    def move() -> str:
        seen = {status.value: status for status in FollowUpStatus}.get(form.seen.data or "", present)
        to = FollowUpStatus(form.step.data)
        if move_follow_up(opened.follow_up, to=to, seen=seen, by=opened.actor):
            flash(f"Étape enregistrée : « {to.label} ».", "success")
        return _need_url(opened)

    return _try(move, "partner/step.html", opened, form)


@blueprint.route("/suivi/<string:public_id>/pas-notre-champ", methods=["GET", "POST"])
@by_link(Purpose.FOLLOW_UP)
def not_our_field(public_id: str) -> Answer:
    """« Pas notre champ »: to another OPCO, or to portal staff when nobody knows."""
    opened = follow_up_or_404(public_id)
    if _is_handed_over(opened):
        return redirect(_need_url(opened), 303)
    form = HandOverForm(own_code=opened.follow_up.opco.code)
    if request.method != "POST":
        return _form_page("partner/hand_over.html", opened, form)
    if not form.validate():
        return _form_page("partner/hand_over.html", opened, form), 422

    def transmit() -> str:
        hand_over(opened.follow_up, to_code=form.handed_to, by=opened.actor)
        flash("C’est noté, merci.", "success")
        return _need_url(opened)

    return _try(transmit, "partner/hand_over.html", opened, form)


@blueprint.route("/suivi/<string:public_id>/ne-plus-recevoir", methods=["GET", "POST"])
@by_link(Purpose.FOLLOW_UP)
def stop(public_id: str) -> Answer:
    """« Ne plus recevoir ces messages »: a page that says it, then a button."""
    opened = follow_up_or_404(public_id)
    form = StopForm()
    if request.method == "POST" and form.validate():

        def end() -> str:
            stop_telling(opened.link.subject_email, opco=opened.follow_up.opco, by=opened.actor)
            return url_for("partner.stop", public_id=opened.follow_up.public_id)

        return run_once(end)
    return render_template(
        "partner/stop.html",
        follow_up=opened.follow_up,
        form=form,
        masked=mask_email(opened.link.subject_email),
        since=stopped_since(opened.follow_up.opco, opened.link.subject_email),
        back_url=_need_url(opened),
    )


def _is_handed_over(opened: OpenFollowUp) -> bool:
    return opened.follow_up.status is FollowUpStatus.NOT_OURS


def _try(act: Callable[[], str], template: str, opened: OpenFollowUp, form: PostForm) -> Answer:
    try:
        return run_once(act)
    except DomainError as refusal:
        db.session.rollback()
        return _form_page(template, opened, form, refusal=refusal.message), 422


def _form_page(template: str, opened: OpenFollowUp, form: PostForm, *, refusal: str = "") -> str:
    return render_template(
        template,
        form=form,
        follow_up=opened.follow_up,
        establishment=opened.follow_up.establishment,
        back_url=_need_url(opened),
        refusal=refusal,
        has_errors=bool(refusal or form.errors),
    )


def _need_url(opened: OpenFollowUp) -> str:
    return url_for("partner.need", public_id=opened.follow_up.public_id)
