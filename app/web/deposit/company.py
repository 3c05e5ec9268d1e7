"""What the register can't say, or says wrong: the typed company, « Enseigne », « Adresse du poste », OPCO."""

from typing import Any

from flask import redirect, render_template, request, url_for

from app.domain.deposits.opco_choice import UNKNOWN_OPCO, shown_opco
from app.domain.offers.composing import DraftCompany, company_of, place_answer
from app.domain.offers.deposit import Workplace
from app.domain.offers.models import Draft
from app.domain.opco.register import opco_choices
from app.web.access import public
from app.web.deposit import blueprint
from app.web.deposit.company_search import GOES_ON
from app.web.deposit.draft_access import (
    Answer,
    DraftChanged,
    DraftForm,
    astray,
    conflict,
    held_draft,
    save,
    siret_of,
)
from app.web.forms.choice import Radios
from app.web.forms.fields import Line, NoContactDetails
from app.web.forms.place import PlaceFields, locate, offer_communes, settle_place
from app.web.outside import adapters, without_transaction


def _brand_field() -> Line:
    return Line(
        "Enseigne", limit=120, checks=(NoContactDetails(),), description="Nom affiché sur l’annonce."
    )


class BrandForm(DraftForm):
    """The name shown on the advert."""

    brand = _brand_field()


class AddressForm(DraftForm, PlaceFields):
    """Where the work is done."""


class TypedCompanyForm(DraftForm, PlaceFields):
    """Name and address, when no register gives them."""

    name = Line(
        "Nom de l’entreprise",
        limit=160,
        missing="Saisissez le nom de l’entreprise.",
        description="Sa raison sociale, ou votre nom si vous exercez en votre nom propre.",
        render_kw={"autocomplete": "organization"},
    )
    brand = _brand_field()


class OpcoForm(DraftForm):
    """One of the eleven, or « Je ne sais pas »."""

    opco = Radios("Votre OPCO", missing="Choisissez un OPCO, ou « Je ne sais pas ».")


def next_url(draft: Draft) -> str:
    """Back to the page whose « Modifier » was pressed."""
    wanted = "deposit.check" if request.values.get("suite") == "verifier" else "deposit.need"
    return url_for(wanted, draft_id=draft.public_id)


def _page(template: str, draft: Draft, form: DraftForm, **more: Any) -> str:
    if not form.shown_version:
        form.show_version(draft)
    suite = "verifier" if request.values.get("suite") == "verifier" else "besoin"
    return render_template(
        f"deposit/{template}.html",
        form=form,
        company=company_of(draft),
        suite=suite,
        back_url=next_url(draft),
        **more,
    )


def _save(draft: Draft, form: DraftForm, saved: DraftForm, parts: dict[str, Any]) -> Answer:
    try:
        save(draft, form, parts)
    except DraftChanged:
        return conflict(draft, form, saved)
    return redirect(next_url(draft), 303)


@blueprint.route("/deposer/<string:draft_id>/entreprise", methods=["GET", "POST"])
@public("nom et adresse, quand le registre ne les donne pas")
def typed_company(draft_id: str) -> Answer:
    """Name, brand and address."""
    draft = held_draft(draft_id)
    if late := astray(draft):
        return redirect(late)
    company = company_of(draft)
    if company.is_listed and company.is_complete:
        return redirect(next_url(draft))
    saved = TypedCompanyForm(formdata=None, data=_typed_values(draft, company))
    form = TypedCompanyForm(data=saved.data) if request.method == "GET" else TypedCompanyForm()
    message = GOES_ON.get(company.look_up.outcome, "")
    place = _posted_place(form) if request.method == "POST" else None
    if place is None:
        offer_communes(form)
        page = _page(
            "typed_company", draft, form, message=message, home_url=url_for("deposit.home", q=siret_of(draft))
        )
        return (page, 422) if form.errors else page
    typed = place_answer(place) | {"name": form.name.data}
    return _save(draft, form, saved, {"typed": typed, "brand": form.brand.data or "", "place": None})


def _typed_values(draft: Draft, company: DraftCompany) -> dict[str, Any]:
    return {"name": company.name, "brand": company.brand or ""} | _place_values(company)


def _place_values(company: DraftCompany) -> dict[str, Any]:
    place = company.workplace
    if place is None:
        return {}
    return {"line": place.line, "postcode": place.postcode, "commune": place.commune_code}


def _posted_place(form: Any) -> Workplace | None:
    """The place of a posted form, with its point; None when an answer is missing or wrong."""
    valid = form.validate()
    commune = settle_place(form)
    if not valid or commune is None:
        return None
    line, postcode, geocoder = str(form.line.data), str(form.postcode.data), adapters().geocoder
    return without_transaction(lambda: locate(geocoder, line=line, postcode=postcode, commune=commune))


@blueprint.route("/deposer/<string:draft_id>/adresse", methods=["GET", "POST"])
@public("adresse du poste")
def address(draft_id: str) -> Answer:
    """Where the work is done, when it isn't at the registered address."""
    draft = held_draft(draft_id)
    if late := astray(draft, wants="need"):
        return redirect(late)
    saved = AddressForm(formdata=None, data=_place_values(company_of(draft)))
    form = AddressForm(data=saved.data) if request.method == "GET" else AddressForm()
    place = _posted_place(form) if request.method == "POST" else None
    if place is None:
        offer_communes(form)
        page = _page("address", draft, form)
        return (page, 422) if form.errors else page
    return _save(draft, form, saved, {"place": place_answer(place)})


@blueprint.route("/deposer/<string:draft_id>/enseigne", methods=["GET", "POST"])
@public("nom affiché sur l’annonce")
def brand(draft_id: str) -> Answer:
    """The name shown on the advert."""
    draft = held_draft(draft_id)
    if late := astray(draft, wants="need"):
        return redirect(late)
    saved = BrandForm(formdata=None, data={"brand": company_of(draft).brand or ""})
    form = BrandForm(data=saved.data) if request.method == "GET" else BrandForm()
    if request.method == "GET":
        return _page("brand", draft, form)
    if not form.validate():
        return _page("brand", draft, form), 422
    return _save(draft, form, saved, {"brand": form.brand.data or ""})


@blueprint.route("/deposer/<string:draft_id>/opco", methods=["GET", "POST"])
@public("OPCO de l’entreprise")
def opco(draft_id: str) -> Answer:
    """The eleven, or « Je ne sais pas »: an answer never blocks."""
    draft = held_draft(draft_id)
    if late := astray(draft, wants="need"):
        return redirect(late)
    choices = [*opco_choices(), (UNKNOWN_OPCO, "Je ne sais pas")]
    present = shown_opco(draft, company_of(draft)).code or UNKNOWN_OPCO
    saved = OpcoForm(formdata=None, data={"opco": present})
    form = OpcoForm(data=saved.data) if request.method == "GET" else OpcoForm()
    form.opco.offer(choices)
    saved.opco.offer(choices)
    if request.method == "GET":
        return _page("opco", draft, form)
    if not form.validate():
        return _page("opco", draft, form), 422
    return _save(draft, form, saved, {"opco": form.opco.data})
