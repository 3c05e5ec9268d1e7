"""Screen 2: « Votre besoin »."""

from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for

from app.domain.deposits.opco_choice import shown_opco
from app.domain.offers.composing import company_of
from app.domain.offers.models import Draft
from app.domain.organisations.models import Organisation
from app.web.access import public
from app.web.deposit import blueprint
from app.web.deposit.draft_access import (
    Answer,
    DraftChanged,
    astray,
    conflict,
    held_draft,
    save,
    siret_of,
)
from app.web.deposit.need_form import CONTACT_FIELDS, NeedForm, saved_values
from app.web.deposit.pay_panel import pay_panel
from app.web.deposit.summary import address_line
from app.web.forms.french_dates import read_date

# Buttons that save what is typed, right or wrong, and lead elsewhere.
DETOURS = {
    "enseigne": "deposit.brand",
    "adresse": "deposit.address",
    "opco": "deposit.opco",
    "enregistrer": "deposit.keep_for_later",
}
# Buttons that show the same page again, with what the answers lead to.
SEARCH_JOB, SHOW_PAY = "metier", "salaire"


@blueprint.route("/deposer/<string:draft_id>/besoin", methods=["GET", "POST"])
@public("le besoin de l’employeur")
def need(draft_id: str) -> Answer:
    """Show the form; save it; go to the check page when it is complete."""
    draft = held_draft(draft_id)
    if late := astray(draft, wants="need"):
        return redirect(late)
    values = saved_values(draft)
    has_contact = draft.contact_id is not None
    kind: dict[str, Any] = {"has_contact": has_contact, "collector": collecting(draft)}
    saved = NeedForm(formdata=None, data=values, **kind)
    if request.method == "GET":
        saved.show_version(draft)
        return _page(draft, saved)
    form = NeedForm(former=values, **kind)
    act = request.form.get("act", "")
    if act in {SEARCH_JOB, SHOW_PAY}:
        return _page(draft, _looked_at(form, act))
    if act in DETOURS:
        target = url_for(DETOURS[act], draft_id=draft.public_id)
        return _keep(draft, form, saved, target, valid=act == "enregistrer" and form.validate())
    if not form.validate():
        return _page(draft, form), 422
    return _keep(draft, form, saved, url_for("deposit.check", draft_id=draft.public_id), valid=True)


def _keep(draft: Draft, form: NeedForm, saved: NeedForm, target: str, *, valid: bool) -> Answer:
    raw: dict[str, Any] = form.raw()
    parts: dict[str, Any] = {"need": raw}
    if valid:
        parts["clean"] = form.clean()
    elif raw != draft.answers.get("need"):
        # Answers not yet accepted make the check page wait.
        parts["clean"] = None
    try:
        save(draft, form, parts)
    except DraftChanged:
        return conflict(draft, form, saved)
    return redirect(target, 303)


def _looked_at(form: NeedForm, act: str) -> NeedForm:
    """The same page, with one question alone looked at."""
    form.validate()
    wanted = ("job", "job_key") if act == SEARCH_JOB else ("start", "start_date")
    for field in form:
        if field.name not in wanted:
            field.errors = []
    if act == SEARCH_JOB and form.choice.hits:
        # The list has just been asked for: not having chosen yet is no mistake.
        form.job_key.errors = []
    return form


def _start(form: NeedForm) -> date | None:
    """The date typed, when it is one; the panel shows today's pay otherwise."""
    try:
        return read_date(form.start_date.data or "") if form.start.data == "date" else None
    except ValueError:
        return None


def _page(draft: Draft, form: NeedForm) -> str:
    company = company_of(draft)
    contact = draft.contact
    panel = pay_panel(
        start=_start(form),
        contract_types=list(form.contract_types.data or []),
        workplace=company.workplace,
    )
    return render_template(
        "deposit/need.html",
        form=form,
        company=company,
        address=address_line(company.workplace),
        opco=shown_opco(draft, company),
        pay=panel,
        contact=contact,
        asks_contact=all(name in form for name in CONTACT_FIELDS),
        space=draft.organisation,
        other_company_url=_other_company_url(draft),
    )


def collecting(draft: Draft) -> Organisation | None:
    """The structure that deposits for somebody else; None when it recruits for itself."""
    structure = draft.organisation
    return structure if structure and structure.siret.siren != siret_of(draft).siren else None


def _other_company_url(draft: Draft) -> str:
    if draft.organisation is None:
        return url_for("deposit.home", q=siret_of(draft))
    return url_for("deposit.for_company", organisation=draft.organisation.public_id)
