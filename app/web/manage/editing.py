"""Editing an offer: the form, then the differences, then saving."""

from enum import Enum
from typing import Any

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.errors import Conflict
from app.core.french import date_fr
from app.domain.accounts.models import Purpose
from app.domain.offers.editing import Difference, differences, edit_offer, why_not_edit
from app.domain.offers.models import Offer
from app.web.access import by_link
from app.web.forms.advert import advert_of
from app.web.forms.details import CONTRACT_LABELS, LEVEL_LABELS, REMOTE_LABELS, details_of
from app.web.forms.once import new_submission_id, run_once
from app.web.manage import blueprint
from app.web.manage.forms import EditForm
from app.web.manage.loading import acting_on, offer_or_404
from app.web.manage.pages import short_job
from app.web.numbers import whole_number

LABELS = {
    "title": "Titre de l’annonce",
    "description": "Description",
    "tasks": "Missions",
    "skills": "Qualités et compétences",
    "level": "Diplôme préparé",
    "start_on": "Début du contrat",
    "contract_types": "Type de contrat",
    "duration_months": "Durée du contrat",
    "openings": "Nombre de postes",
    "rhythm": "Rythme",
    "remote": "Télétravail",
    "about_company": "Un mot sur l’entreprise",
    "questions": "Questions aux candidats",
    "brand": "Enseigne",
}


@blueprint.route("/gestion/offres/<string:public_id>/modifier", methods=["GET", "POST"])
@by_link(Purpose.MANAGEMENT, or_member=True)
def edit(public_id: str) -> str | Response | tuple[str, int]:
    """The form; then the differences to reread; « Enregistrer » on that page saves."""
    found = offer_or_404(public_id)
    refusal = why_not_edit(found)
    if refusal:
        return render_template("manage/not_editable.html", offer=found, job=short_job(found), refusal=refusal)
    if request.method != "POST":
        form = EditForm(formdata=None, data=_answers(found))
        return _form_page(found, form)
    form = EditForm()
    if not form.validate():
        return _form_page(found, form), 422
    changes = {**form.details(), **form.advert(), "brand": form.brand.data or None}
    if request.form.get("act") == "back":
        return _form_page(found, form)
    if request.form.get("act") != "save":
        return _review_page(found, form, changes)
    return _save(found, form, changes)


def _save(found: Offer, form: EditForm, changes: dict[str, Any]) -> str | Response | tuple[str, int]:
    version = whole_number(str(form.version.data))

    def act() -> str:
        edit_offer(found, changes, version=version, by=acting_on(found))
        flash("Vos modifications sont enregistrées.", "success")
        return url_for("manage.offer", public_id=found.public_id)

    try:
        return run_once(act)
    except Conflict as conflict:
        form.version.data = str(found.version)
        return _review_page(found, form, changes, warning=conflict.message), 409


def _answers(found: Offer) -> dict[str, Any]:
    return {
        **details_of(found),
        **advert_of(found),
        "brand": found.brand or "",
        "version": str(found.version),
    }


def _form_page(found: Offer, form: EditForm) -> str:
    return render_template("manage/edit.html", offer=found, job=short_job(found), form=form)


def _review_page(found: Offer, form: EditForm, changes: dict[str, Any], *, warning: str = "") -> str:
    rows = [_row(difference) for difference in differences(found, changes)]
    return render_template(
        "manage/edit_review.html",
        offer=found,
        job=short_job(found),
        form=form,
        # Each rereading is a posting of its own: going back and saving other changes isn't a double click.
        submission_id=new_submission_id(),
        rows=rows,
        warning=warning,
        has_errors=bool(warning),
    )


def _row(difference: Difference) -> tuple[str, list[str], list[str]]:
    name = difference.field
    return LABELS[name], _shown(name, difference.before), _shown(name, difference.after)


def _shown(name: str, value: Any) -> list[str]:
    """A value as lines of text that people read."""
    if name == "level":
        return [LEVEL_LABELS.get(value or 0, "Peu importe")]
    if name == "start_on":
        return [date_fr(value) if value else "Dès que possible"]
    if name == "contract_types":
        return [CONTRACT_LABELS.get(one, one) for one in value]
    if name == "duration_months":
        return [f"{value} mois"] if value else ["Non précisée"]
    if isinstance(value, Enum):
        return [REMOTE_LABELS.get(value, "")]  # type: ignore[call-overload]  # the only enumeration edited here
    if isinstance(value, list):
        return [str(one) for one in value] or ["Rien"]
    return str(value).split("\n") if value else ["Rien"]
