"""Addresses to which nothing is sent any more, until a person has put them right."""

from flask import abort, flash, render_template, url_for
from werkzeug.wrappers import Response

from app.core.database import db
from app.domain.opco.addresses import release, stopped_addresses, stopped_waiting
from app.outbox.models import SuppressedAddress
from app.web.access import Permission, current_actor, requires
from app.web.forms.base import PostForm
from app.web.forms.once import run_once
from app.web.operator import blueprint

REASONS = {
    "hard_bounce": "L’adresse n’existe pas",
    "soft_bounce": "Boîte pleine ou indisponible, plusieurs fois",
    "blocked": "Messages refusés par ce destinataire",
    "spam": "Signalé comme indésirable",
    "invalid": "Adresse mal écrite",
}


@blueprint.get("/agents/adresses")
@requires(Permission.MAIL_MANAGE)
def addresses() -> str:
    """The oldest first, with the companies that they serve."""
    rows = [
        (row, REASONS.get(row.reason, row.reason), [contact.establishment for contact in contacts])
        for row, contacts in stopped_addresses()
    ]
    return render_template(
        "operator/addresses.html", rows=rows, count=stopped_waiting().count, form=PostForm()
    )


@blueprint.post("/agents/adresses/<int:number>/retablir")
@requires(Permission.MAIL_MANAGE)
def release_address(number: int) -> Response:
    """Write to it again. Links that had ended stay ended: their holder asks for a new one."""
    stopped = db.session.get(SuppressedAddress, number) or abort(404)

    def act() -> str:
        release(stopped, by=current_actor())
        flash("Adresse rétablie : les prochains courriels partiront.", "success")
        return url_for("operator.addresses")

    return run_once(act)
