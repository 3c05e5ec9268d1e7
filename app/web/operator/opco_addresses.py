"""The addresses of the eleven OPCOs: whom we tell, for which département, at once or in a digest."""

import sqlalchemy as sa
from flask import abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.database import db
from app.domain.opco.addresses import addresses_of, counts_by_opco, stop_address
from app.domain.opco.models import Opco, OpcoContact
from app.domain.opco.queues import waiting_by_opco
from app.domain.opco.services import add_address
from app.web.access import Permission, current_actor, requires
from app.web.forms.once import run_once
from app.web.forms.opco_address import MODES, AddressForm, where_of
from app.web.operator import blueprint

Answer = str | Response | tuple[str, int]

@blueprint.get("/agents/opco")
@requires(Permission.OPCO_MANAGE)
def opcos() -> str:
    """The eleven, with their addresses in use and the companies that wait for one."""
    counts, waiting = counts_by_opco(), waiting_by_opco()
    rows = [
        (opco, counts.get(opco.id, 0), waiting.get(opco.id, 0))
        for opco in db.session.scalars(sa.select(Opco).order_by(Opco.short_name))
    ]
    return render_template("operator/opcos.html", rows=rows)


@blueprint.route("/agents/opco/<string:code>", methods=["GET", "POST"])
@requires(Permission.OPCO_MANAGE)
def opco_addresses(code: str) -> Answer:
    """The addresses of one OPCO, and a new one."""
    opco = _opco_or_404(code)
    form = AddressForm.new()
    if request.method != "POST":
        return _page(opco, form)
    if not form.validate():
        return _page(opco, form), 422

    def act() -> str:
        add_address(
            opco,
            form.email.address,
            department=form.for_department,
            mode=form.chosen_mode,
            by=current_actor(),
        )
        flash("Adresse enregistrée. Les besoins qui attendaient lui sont annoncés.", "success")
        return url_for("operator.opco_addresses", code=code)

    return run_once(act)


@blueprint.post("/agents/opco/<string:code>/adresses/<int:number>/arreter")
@requires(Permission.OPCO_MANAGE)
def stop_opco_address(code: str, number: int) -> Answer:
    """Nothing more is sent to this address for this OPCO."""
    opco = _opco_or_404(code)
    contact = db.session.get(OpcoContact, number)
    if contact is None or contact.opco_id != opco.id:
        abort(404)

    def act() -> str:
        if stop_address(contact, by=current_actor()):
            flash("Plus rien n’est envoyé à cette adresse.", "success")
        return url_for("operator.opco_addresses", code=code)

    return run_once(act)


def _opco_or_404(code: str) -> Opco:
    return db.session.scalar(sa.select(Opco).where(Opco.code == code)) or abort(404)


def _page(opco: Opco, form: AddressForm) -> str:
    rows = [(contact, where_of(contact), MODES[contact.mode]) for contact in addresses_of(opco)]
    return render_template("operator/opco_addresses.html", opco=opco, rows=rows, form=form)
