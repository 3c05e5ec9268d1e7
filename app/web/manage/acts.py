"""Acts on one offer: prolong, close, undo, duplicate, add."""

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core import clock
from app.core.errors import Refused
from app.core.french import date_fr
from app.domain.accounts.models import Purpose
from app.domain.offers import drafts, life, undo
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer
from app.web.access import by_link
from app.web.forms.base import PostForm
from app.web.forms.once import answered_before, run_once
from app.web.manage import blueprint
from app.web.manage.forms import CloseForm, RenewForm
from app.web.manage.loading import acting_on, collecting, managed_contacts, offer_or_404
from app.web.manage.pages import short_job

Answer = str | Response | tuple[str, int]


@blueprint.route("/gestion/offres/<string:public_id>/echeance", methods=["GET"])
@by_link(Purpose.MANAGEMENT, or_member=True)
def deadline(public_id: str) -> str:
    """Where the reminders lead: prolong or close, on one page."""
    found = offer_or_404(public_id)
    return render_template("manage/deadline.html", renew=RenewForm(), close=CloseForm(), **_about(found))


@blueprint.route("/gestion/offres/<string:public_id>/prolonger", methods=["GET", "POST"])
@by_link(Purpose.MANAGEMENT, or_member=True)
def renew(public_id: str) -> Answer:
    """Prolong to today + 28, or put online again."""
    found = offer_or_404(public_id)
    form = RenewForm()
    if request.method != "POST":
        return render_template("manage/renew.html", form=form, **_about(found))
    if not life.needs_new_start(found):
        del form.new_start
    if not form.validate():
        return render_template("manage/renew.html", form=form, **_about(found)), 422

    def act() -> str:
        new_start = form.new_start.day if "new_start" in form else None
        done = life.renew_offer(found, by=acting_on(found), new_start=new_start)
        if done is None and found.last_day:
            until = date_fr(found.last_day)
            flash(f"Offre prolongée jusqu’au {until}. Elle avait déjà cette date.", "success")
        return url_for("manage.offer", public_id=public_id)

    try:
        return run_once(act)
    except Refused as refusal:
        return render_template("manage/renew.html", form=form, **_about(found, refusal.message)), 422


@blueprint.route("/gestion/offres/<string:public_id>/cloturer", methods=["GET", "POST"])
@by_link(Purpose.MANAGEMENT, or_member=True)
def close(public_id: str) -> Answer:
    """Close, with a reason."""
    found = offer_or_404(public_id)
    form = CloseForm()
    if request.method != "POST":
        return render_template("manage/close.html", form=form, **_about(found))
    if former := answered_before():
        return former
    if found.status is not OfferStatus.ENDED and not form.validate():
        return render_template("manage/close.html", form=form, **_about(found)), 422

    def act() -> str:
        by = acting_on(found)
        life.close_offer(found, by=by, reason=form.end_reason, detail=form.detail.data)
        return url_for("manage.offer", public_id=public_id)

    if found.status is OfferStatus.ENDED:
        return render_template("manage/close.html", form=form, **_about(found))
    return run_once(act)


@blueprint.post("/gestion/offres/<string:public_id>/annuler")
@by_link(Purpose.MANAGEMENT, or_member=True)
def undo_last(public_id: str) -> Answer:
    """Undo the last act, within its ten minutes."""
    found = offer_or_404(public_id)

    def act() -> str:
        undoable = undo.undoable_act(found)
        if undoable is None or undoable.act == "decision":
            raise Refused("Il n’est plus possible d’annuler : les dix minutes sont passées.")
        undo.undo_act(found, undoable, by=acting_on(found))
        flash("C’est annulé : l’offre est comme avant.", "success")
        return url_for("manage.offer", public_id=public_id)

    return run_once(act)


@blueprint.post("/gestion/offres/<string:public_id>/dupliquer")
@by_link(Purpose.MANAGEMENT, or_member=True)
def duplicate(public_id: str) -> Answer:
    """A new draft with the same answers; it leads to the deposit's second screen."""
    found = offer_or_404(public_id)

    def act() -> str:
        collector = collecting(found)
        if collector is None:
            draft = drafts.start_for_contact(found.contact, like=found)
        else:
            draft = drafts.start_like(collector, found, same_job=True)
        return url_for("deposit.need", draft_id=draft.public_id)

    return run_once(act)


@blueprint.route("/gestion/ajouter", methods=["GET", "POST"])
@by_link(Purpose.MANAGEMENT)
def add() -> Answer:
    """Another offer for one of these establishments."""
    contacts = managed_contacts()
    if request.method != "POST":
        return render_template("manage/add.html", contacts=contacts, form=PostForm())
    wanted = request.form.get("act", "")
    contact = next((one for one in contacts if one.establishment.public_id == wanted), None)
    if contact is None:
        raise Refused("Choisissez l’établissement qui recrute.")

    def act() -> str:
        draft = drafts.start_for_contact(contact)
        return url_for("deposit.need", draft_id=draft.public_id)

    return run_once(act)


def _about(found: Offer, refusal: str = "") -> dict[str, object]:
    over = found.status is OfferStatus.ENDED
    return {
        "offer": found,
        "job": short_job(found),
        "refusal": refusal or (life.why_not_renew(found) or ""),
        "needs_start": life.needs_new_start(found),
        "until": life.renewed_until(found),
        "is_over": over,
        "closed_on": clock.day_of(found.ended_at) if over and found.ended_at else None,
    }
