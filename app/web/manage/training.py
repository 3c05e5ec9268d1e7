"""« Formation proposée »: the course that a CFA shows with its offer, changed later."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.accounts.models import Purpose
from app.domain.cfa_requests.own_training import own_trainings
from app.domain.offers.editing import why_not_edit
from app.domain.offers.models import Offer
from app.domain.offers.training import OfferTraining, choose_training, shown_training
from app.web.access import by_link
from app.web.forms.base import PostForm
from app.web.forms.once import run_once
from app.web.forms.training import TrainingFields
from app.web.manage import blueprint
from app.web.manage.loading import acting_on, offer_or_404


class TrainingForm(PostForm, TrainingFields):
    """One of the courses, or none."""


def trainings_for(offer: Offer) -> list[OfferTraining]:
    """The courses of the CFA that proposes it, and the one shown, which the catalogue may have forgotten."""
    if offer.organisation is None or why_not_edit(offer):
        return []
    found = own_trainings(offer.organisation, offer.rome_code)
    shown = shown_training(offer)
    known = {one.key for one in found}
    return [shown, *found] if shown is not None and shown.key not in known else found


@blueprint.route("/gestion/offres/<string:public_id>/formation", methods=["GET", "POST"])
@by_link(Purpose.MANAGEMENT, or_member=True)
def training(public_id: str) -> str | Response | tuple[str, int]:
    """For the CFA that proposes the offer, and for the company, which may take it away."""
    found = offer_or_404(public_id)
    trainings = trainings_for(found)
    if not trainings:
        return redirect(url_for("manage.offer", public_id=public_id), 303)
    if request.method != "POST":
        shown = shown_training(found)
        form = TrainingForm(formdata=None, data={"training": shown.key if shown else "aucune"})
        form.offer(trainings)
        return _page(found, form)
    form = TrainingForm()
    form.offer(trainings)
    if not form.validate():
        return _page(found, form), 422

    def act() -> str:
        if choose_training(found, form.picked(trainings), by=acting_on(found)):
            flash("La formation montrée avec l’offre est enregistrée.", "success")
        return url_for("manage.offer", public_id=public_id)

    return run_once(act)


def _page(found: Offer, form: TrainingForm) -> str:
    back = url_for("manage.offer", public_id=found.public_id)
    return render_template("manage/training.html", offer=found, form=form, back_url=back)
