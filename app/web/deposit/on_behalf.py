"""« Déposer pour une entreprise »: a structure's member finds the company, then the same screens follow."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.identifiers import Siren, Siret
from app.domain.offers.drafts import start_like
from app.domain.offers.lifecycle import OfferStatus
from app.domain.organisations.models import Organisation
from app.extensions import limiter
from app.web.access import Permission, current_membership, member, public
from app.web.deposit import blueprint
from app.web.deposit.company_search import Found, Refusal, read, search, take_in
from app.web.deposit.draft_access import Answer, collector_of, held_draft, step_url
from app.web.deposit.establishments import NONE_OF_THEM, EstablishmentForm, listed_of, where_of
from app.web.deposit.home import LOOK_UPS, MAX_TYPED, CompanyForm
from app.web.forms.base import PostForm
from app.web.forms.once import run_once


def _space() -> Organisation:
    return current_membership().organisation


def _form(**given: object) -> CompanyForm:
    form = CompanyForm(**given)
    form.q.label.text = "SIRET ou nom de l’entreprise"
    return form


@blueprint.route("/espace/<string:organisation>/deposer", methods=["GET", "POST"])
@member(Permission.OFFER_MANAGE)
@limiter.limit(LOOK_UPS, methods=["POST"])
def for_company(organisation: str) -> Answer:
    """Which company: the same field as the home page's."""
    if request.method != "POST":
        return _page(_form(data={"q": request.args.get("q", "")[:MAX_TYPED]}))
    form = _form()
    if not form.validate():
        return _page(form), 422
    wanted = read(str(form.q.data))
    outcome: str | Refusal | Found
    if isinstance(wanted, Siret):
        outcome = take_in(wanted, for_itself=True, space=_space())
    else:
        outcome = wanted if isinstance(wanted, Refusal) else search(wanted)
    if isinstance(outcome, Refusal):
        form.add_error(form.q, outcome.message)
        return _page(form), 422
    if isinstance(outcome, Found):
        outcome = url_for("deposit.for_company_establishments", organisation=organisation, q=str(wanted))
    return redirect(outcome, 303)


def _page(form: CompanyForm) -> str:
    return render_template("deposit/for_company.html", form=form, space=_space())


@blueprint.route("/espace/<string:organisation>/deposer/etablissement", methods=["GET", "POST"])
@member(Permission.OFFER_MANAGE)
@limiter.limit(LOOK_UPS)
def for_company_establishments(organisation: str) -> Answer:
    """After a search by name or by SIREN."""
    text = request.args.get("q", "").strip()[:MAX_TYPED]
    back = url_for("deposit.for_company", organisation=organisation, q=text)
    wanted = read(text)
    found = search(wanted) if isinstance(wanted, Siren | str) and not isinstance(wanted, Siret) else None
    if not isinstance(found, Found):
        return redirect(back)
    form = EstablishmentForm()
    form.siret.offer(listed_of(found))
    shown = {"form": form, "hints": where_of(found), "lead": "", "text": text, "back_url": back}
    if request.method == "GET":
        return render_template("deposit/establishments.html", **shown)
    if form.validate():
        if form.siret.data == NONE_OF_THEM:
            return redirect(back, 303)
        outcome = take_in(Siret(str(form.siret.data)), for_itself=True, space=_space())
        if not isinstance(outcome, Refusal):
            return redirect(outcome, 303)
        form.add_error(form.siret, outcome.message)
    return render_template("deposit/establishments.html", **shown), 422


@blueprint.get("/deposer/<string:draft_id>/deposee")
@public("offre déposée pour une entreprise")
def deposited(draft_id: str) -> Answer:
    """Online, or waiting for the company; and what to do next."""
    draft = held_draft(draft_id)
    if draft.offer is None or draft.organisation is None:
        return redirect(step_url(draft))
    return render_template(
        "deposit/deposited.html",
        offer=draft.offer,
        space=draft.organisation,
        draft_id=draft_id,
        is_online=draft.offer.status is OfferStatus.ONLINE,
        is_waiting=draft.offer.status is OfferStatus.TO_CONFIRM,
        form=PostForm(),
    )


@blueprint.post("/deposer/<string:draft_id>/deposee")
@public("autre offre pour la même entreprise")
def same_company(draft_id: str) -> Answer | Response:
    """Another job, same company and same contact."""
    draft = held_draft(draft_id)
    offer = draft.offer
    if offer is None or draft.organisation is None:
        return redirect(step_url(draft), 303)
    collector = collector_of(draft)

    def act() -> str:
        return step_url(start_like(collector, offer, same_job=False))

    return run_once(act)
