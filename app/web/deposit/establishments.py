"""« Choisissez votre établissement »: after a search by name, or by SIREN."""

from flask import redirect, render_template, request, url_for

from app.core.identifiers import Siren, Siret
from app.domain.employers.directory import DirectoryAnswer
from app.extensions import limiter
from app.web.access import public
from app.web.deposit import blueprint
from app.web.deposit.company_search import SIREN_TYPED, Found, Refusal, read, search, take_in
from app.web.deposit.draft_access import Answer
from app.web.deposit.home import LOOK_UPS, MAX_TYPED
from app.web.deposit.integration import origin_of
from app.web.forms.base import PostForm
from app.web.forms.choice import Radios

NONE_OF_THEM = "aucun"


class EstablishmentForm(PostForm):
    """One of the establishments found."""

    siret = Radios(
        "Établissement qui recrute",
        missing="Choisissez un établissement, ou « Aucun de ceux-là ».",
    )


@blueprint.route("/deposer/etablissement", methods=["GET", "POST"])
@public("choix de l’établissement")
@limiter.limit(LOOK_UPS)
def establishments() -> Answer:
    """Show what the directory found for `q`, and take one in."""
    text = request.args.get("q", "").strip()[:MAX_TYPED]
    wanted = read(text)
    if isinstance(wanted, Siret | Refusal):
        return redirect(url_for("deposit.home", q=text))
    found = search(wanted)
    if isinstance(found, Refusal):
        return redirect(url_for("deposit.home", q=text))
    form = EstablishmentForm()
    form.siret.offer(listed_of(found))
    if request.method == "GET":
        return _page(form, found, text)
    if not form.validate():
        return _page(form, found, text), 422
    if form.siret.data == NONE_OF_THEM:
        return redirect(url_for("deposit.home", q=text, _anchor="q"), 303)
    outcome = take_in(Siret(str(form.siret.data)), origin=origin_of(request.args.get("origine", "")))
    if isinstance(outcome, Refusal):
        form.add_error(form.siret, outcome.message)
        return _page(form, found, text), 422
    return redirect(outcome, 303)


def listed_of(found: Found) -> list[tuple[str, str]]:
    """The choices, « Aucun de ceux-là » the last."""
    listed = [(str(company.siret), _name(company)) for company in found.companies]
    return [*listed, (NONE_OF_THEM, "Aucun de ceux-là")]


def where_of(found: Found) -> dict[str, str]:
    """Address and SIRET under each name."""
    return {str(company.siret): _where(company) for company in found.companies}


def _name(company: DirectoryAnswer) -> str:
    if company.brand and company.brand.casefold() != company.name.casefold():
        return f"{company.brand} – {company.name}"
    return company.name


def _page(form: EstablishmentForm, found: Found, text: str) -> str:
    lead = SIREN_TYPED if found.by_siren else ""
    return render_template(
        "deposit/establishments.html",
        form=form,
        hints=where_of(found),
        lead=lead,
        text=Siren(text).grouped if found.by_siren else text,
        back_url=url_for("deposit.home", q=text),
    )


def _where(company: DirectoryAnswer) -> str:
    address = company.address
    town = f"{address.postcode} {address.city}".strip()
    parts = [part for part in (address.line, town) if part]
    return f"{', '.join(parts)} – SIRET {company.siret.grouped}"
