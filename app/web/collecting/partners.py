"""« Entreprises partenaires »: those for which a structure deposits."""

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.errors import Refused
from app.core.identifiers import Siret
from app.domain.deposits.partners import (
    Person,
    add_partner,
    contact_at,
    partner_of,
    partners_page,
)
from app.domain.employers.mandates import Mandate, end_mandate, own_addresses
from app.domain.offers.drafts import start_at
from app.extensions import limiter
from app.web.access import Permission, current_actor, may, member
from app.web.collecting import blueprint
from app.web.collecting.company_contact import CompanyAndContact
from app.web.collecting.series_base import Answer, collector, structure
from app.web.forms.base import PostForm
from app.web.forms.once import answered_before, run_once
from app.web.numbers import page_asked
from app.web.outside import adapters, without_transaction

PER_PAGE = 20


class PartnerForm(PostForm, CompanyAndContact):
    """A company and its own contact."""


@blueprint.get("/espace/<string:organisation>/partenaires")
@member(Permission.SPACE_READ)
def partners(organisation: str) -> str:
    """Search, list, what can be done for each."""
    text = "".join(sign for sign in request.args.get("q", "") if sign.isprintable()).strip()[:80]
    return render_template(
        "collecting/partners.html",
        space=structure(),
        page=partners_page(structure(), text, page=page_asked(), size=PER_PAGE),
        text=text,
        may_deposit=may(Permission.OFFER_MANAGE),
        form=PostForm(),
    )


@blueprint.route("/espace/<string:organisation>/partenaires/ajouter", methods=["GET", "POST"])
@member(Permission.OFFER_MANAGE)
@limiter.limit("60 per hour", methods=["POST"])
def add(organisation: str) -> Answer:
    """A company before its first offer."""
    form = PartnerForm()
    if request.method != "POST":
        return render_template("collecting/partner_add.html", form=form, space=structure())
    if (former := answered_before()) is not None:
        return former
    if form.validate() and (siret := _siret(form)):
        look_up = without_transaction(lambda: adapters().directory.by_siret(siret))
        phone = getattr(form.phone, "number", None)
        person = Person(str(form.name.data), str(getattr(form.email, "address", "")), phone)

        def act() -> str:
            mandate = add_partner(structure(), siret, look_up, person, by=current_actor())
            flash(f"{mandate.establishment.shown_name} est dans vos partenaires.", "success")
            return url_for("collecting.partners", organisation=organisation)

        try:
            return run_once(act)
        except Refused as refused:
            form.add_error(form.siret, refused.message)
    return render_template("collecting/partner_add.html", form=form, space=structure()), 422


def _siret(form: PartnerForm) -> Siret | None:
    problems = form.company_problems(structure(), own_addresses(structure()))
    for name, sentence in problems:
        form.add_error(form[name], sentence)
    return None if problems else Siret(form.siret.data or "")


@blueprint.post("/espace/<string:organisation>/partenaires/<string:establishment>/deposer")
@member(Permission.OFFER_MANAGE)
@limiter.limit("60 per hour")
def deposit(organisation: str, establishment: str) -> Response:
    """« Déposer une offre »: the screens of the deposit, with the company and its contact filled in."""
    mandate = _partner_or_404(establishment)
    contact = contact_at(mandate)
    if contact is None:
        # Erased since: the person there is asked for again.
        siret = mandate.establishment.siret
        return redirect(url_for("deposit.for_company", organisation=organisation, q=str(siret)), 303)

    def act() -> str:
        if mandate.is_refused:
            raise Refused("Cette entreprise ne veut plus que votre structure dépose pour elle.")
        draft = start_at(collector(), contact)
        return url_for("deposit.need", draft_id=draft.public_id)

    return run_once(act)


@blueprint.route(
    "/espace/<string:organisation>/partenaires/<string:establishment>/terminer", methods=["GET", "POST"]
)
@member(Permission.OFFER_MANAGE)
def end(organisation: str, establishment: str) -> Answer:
    """The structure deposits no more for this company; its offers stay online."""
    mandate = _partner_or_404(establishment)
    if request.method != "POST":
        return render_template(
            "collecting/partner_end.html", mandate=mandate, space=structure(), form=PostForm()
        )

    def act() -> str:
        end_mandate(mandate, by=current_actor(), by_structure=True)
        flash(f"{mandate.establishment.shown_name} n’est plus dans vos partenaires.", "success")
        return url_for("collecting.partners", organisation=organisation)

    return run_once(act)


def _partner_or_404(establishment: str) -> Mandate:
    return partner_of(structure(), establishment) or abort(404)
