"""« Formation proposée »: a CFA that deposits shows one of its own courses with the offer."""

from flask import redirect, render_template, request, url_for

from app.domain.cfa_requests.own_training import own_trainings
from app.domain.offers.composing import job_of, training_of
from app.domain.offers.models import Draft
from app.domain.offers.training import OfferTraining
from app.web.access import public
from app.web.deposit import blueprint
from app.web.deposit.draft_access import (
    Answer,
    DraftChanged,
    DraftForm,
    astray,
    conflict,
    held_draft,
    save,
)
from app.web.forms.training import TrainingFields


class TrainingForm(DraftForm, TrainingFields):
    """One of the courses, or none."""


def offered_to(draft: Draft) -> list[OfferTraining]:
    """The courses among which the CFA that deposits may choose; none for anybody else."""
    return own_trainings(draft.organisation, job_of(draft).rome_code) if draft.organisation else []


@blueprint.route("/deposer/<string:draft_id>/formation", methods=["GET", "POST"])
@public("formation du CFA qui dépose l’offre")
def training(draft_id: str) -> Answer:
    """The courses of this CFA for this job."""
    draft = held_draft(draft_id)
    if late := astray(draft, wants="check"):
        return redirect(late)
    trainings, back = offered_to(draft), url_for("deposit.check", draft_id=draft.public_id)
    if not trainings:
        return redirect(back, 303)
    chosen = training_of(draft)
    saved = TrainingForm(formdata=None, data={"training": chosen.key if chosen else "aucune"})
    form = TrainingForm() if request.method == "POST" else saved
    for one in (saved, form):
        one.offer(trainings)
    if request.method != "POST":
        form.show_version(draft)
    elif form.validate():
        picked = form.picked(trainings)
        try:
            save(draft, form, {"training": picked.pack() if picked else None})
        except DraftChanged:
            return conflict(draft, form, saved)
        return redirect(back, 303)
    page = render_template("deposit/training.html", form=form, back_url=back)
    return (page, 422) if form.errors else page
