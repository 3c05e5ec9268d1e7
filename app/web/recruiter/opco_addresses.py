"""The addresses that an OPCO wants to be told at: its own list, kept by its members."""

from flask import abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.database import db
from app.domain.opco.addresses import addresses_of, change_mode, stop_address
from app.domain.opco.models import ContactMode, OpcoContact
from app.domain.opco.services import add_address
from app.web.access import Permission, current_actor, may, member
from app.web.forms.base import PostForm
from app.web.forms.once import run_once
from app.web.forms.opco_address import MODES, AddressForm, where_of
from app.web.recruiter import blueprint
from app.web.recruiter.opco_space import OpcoSpace, opco_space_or_404

Answer = str | Response | tuple[str, int]


@blueprint.get("/espace/<string:organisation>/adresses")
@member(Permission.SPACE_READ)
def opco_addresses(organisation: str) -> str:
    """Who is told, for which département, at once or in a digest."""
    here = opco_space_or_404()
    rows = [(contact, where_of(contact), MODES[contact.mode]) for contact in addresses_of(here.opco)]
    may_act = may(Permission.FOLLOW_UP_MANAGE)
    return render_template(
        "recruiter/opco_addresses.html", space=here.space, rows=rows, may_act=may_act, form=PostForm()
    )


@blueprint.route("/espace/<string:organisation>/adresses/ajouter", methods=["GET", "POST"])
@member(Permission.FOLLOW_UP_MANAGE)
def opco_add_address(organisation: str) -> Answer:
    """One more address; the needs that waited for it are told at once."""
    here, form = opco_space_or_404(), AddressForm.new()
    if request.method != "POST":
        return render_template("recruiter/opco_address.html", space=here.space, form=form)
    if not form.validate():
        return render_template("recruiter/opco_address.html", space=here.space, form=form), 422

    def add() -> str:
        add_address(
            here.opco,
            form.email.address,
            department=form.for_department,
            mode=form.chosen_mode,
            by=current_actor(),
        )
        flash("Adresse enregistrée.", "success")
        return _list_url(here)

    return run_once(add)


@blueprint.post("/espace/<string:organisation>/adresses/<int:number>/mode")
@member(Permission.FOLLOW_UP_MANAGE)
def opco_change_mode(organisation: str, number: int) -> Answer:
    """The other way to be told: each need, or a digest."""
    here = opco_space_or_404()
    contact = _address_or_404(here, number)

    def change() -> str:
        asked = {mode.value: mode for mode in ContactMode}.get(request.form.get("mode", ""), contact.mode)
        if change_mode(contact, asked, by=current_actor()):
            flash(f"C’est noté : {MODES[asked].lower()}.", "success")
        return _list_url(here)

    return run_once(change)


@blueprint.post("/espace/<string:organisation>/adresses/<int:number>/arreter")
@member(Permission.FOLLOW_UP_MANAGE)
def opco_stop_address(organisation: str, number: int) -> Answer:
    """Nothing more is sent to it."""
    here = opco_space_or_404()
    contact = _address_or_404(here, number)

    def stop() -> str:
        if stop_address(contact, by=current_actor()):
            flash("Plus rien n’est envoyé à cette adresse.", "success")
        return _list_url(here)

    return run_once(stop)


def _address_or_404(here: OpcoSpace, number: int) -> OpcoContact:
    contact = db.session.get(OpcoContact, number)
    if contact is None or contact.opco_id != here.opco.id:
        abort(404)
    return contact


def _list_url(here: OpcoSpace) -> str:
    return url_for("recruiter.opco_addresses", organisation=here.space.public_id)
