"""Acts on many companies of the board at once: what was ticked, then the pages of the batch."""

from collections.abc import Callable

from flask import abort, flash, request, url_for
from werkzeug.wrappers import Response

from app.core.database import db
from app.core.errors import Refused
from app.core.french import plural
from app.domain.opco.board import numbers_of
from app.domain.opco.board_acts import act_of
from app.domain.opco.board_filter import BoardFilter
from app.domain.opco.board_order import Order
from app.lists import batches
from app.lists.models import Batch
from app.web.access import Permission, current_account, current_actor, member
from app.web.forms import batch_desk
from app.web.forms.batch_desk import Answer, BatchDesk
from app.web.forms.once import run_once
from app.web.numbers import whole_number
from app.web.recruiter import blueprint
from app.web.recruiter.opco_board import SELECTED_ALL, board_page, list_args
from app.web.recruiter.opco_space import OpcoSpace, opco_space_or_404

NO_ACT = "Choisissez ce qu’il faut faire des entreprises cochées."
_ENDPOINTS = {
    "confirm": "recruiter.opco_batch",
    "run": "recruiter.opco_run_batch",
    "retry": "recruiter.opco_retry_batch",
    "ignored": "recruiter.opco_ignored",
}


@blueprint.post("/espace/<string:organisation>/entreprises/lots")
@member(Permission.FOLLOW_UP_MANAGE)
def opco_choose(organisation: str) -> Answer:
    """The companies ticked, or all the results of the filters: fixed now, confirmed on the next page."""
    here = opco_space_or_404()
    code, _, choice = request.form.get("acte", "").partition(":")
    act = act_of(code, choice, opco=here.opco, space=here.space, by=current_actor())
    if act is None:
        return board_page(here, refusals=[("acte", NO_ACT)]), 422
    wanted, everything = BoardFilter.of(request.args), request.form.get("selection") == SELECTED_ALL
    ticked = None if everything else request.form.getlist("choix")[: batches.MOST + 1]

    def prepare() -> str:
        numbers = numbers_of(here.opco, wanted, Order.of(request.args), ticked=ticked, limit=batches.MOST + 1)
        batch = batches.prepare(
            act, numbers, account_id=_me(), organisation_id=here.space.id, asked=list_args(request.args)
        )
        _tell_difference(batch, asked=request.form.get("total", "") if everything else "")
        return _urls(here)("confirm", batch)

    try:
        return run_once(prepare)
    except Refused as refused:
        db.session.rollback()
        return board_page(here, refusals=[("entreprises", refused.message)]), 422


def _tell_difference(batch: Batch, *, asked: str) -> None:
    """« Sélectionner les 143 résultats » was read on a page; the list may have changed since."""
    shown = whole_number(asked)
    if shown >= 0 and shown != batch.total:
        said = plural(batch.total, "1 entreprise", f"{batch.total} entreprises")
        flash(f"La liste a changé depuis : {said} maintenant, au lieu de {shown}.", "info")


@blueprint.get("/espace/<string:organisation>/lots/<string:public_id>")
@member(Permission.FOLLOW_UP_MANAGE)
def opco_batch(organisation: str, public_id: str) -> Answer:
    """What will be done; once it is done, what was."""
    return batch_desk.page(_desk(public_id))


@blueprint.post("/espace/<string:organisation>/lots/<string:public_id>/faire")
@member(Permission.FOLLOW_UP_MANAGE)
def opco_run_batch(organisation: str, public_id: str) -> Answer:
    """The one button."""
    return batch_desk.run(_desk(public_id))


@blueprint.post("/espace/<string:organisation>/lots/<string:public_id>/reessayer")
@member(Permission.FOLLOW_UP_MANAGE)
def opco_retry_batch(organisation: str, public_id: str) -> Answer:
    """« Réessayer ces 5 »."""
    return batch_desk.retry(_desk(public_id))


@blueprint.get("/espace/<string:organisation>/lots/<string:public_id>/ignorees.csv")
@member(Permission.FOLLOW_UP_MANAGE)
def opco_ignored(organisation: str, public_id: str) -> Response:
    """The companies that were left, with the reason of each."""
    return batch_desk.ignored(_desk(public_id))


def _desk(public_id: str) -> BatchDesk:
    here = opco_space_or_404()
    batch = batches.batch_of(public_id, account_id=_me(), organisation_id=here.space.id) or abort(404)
    act = act_of(batch.act, batch.choice, opco=here.opco, space=here.space, by=current_actor())
    return BatchDesk(batch, act or abort(404), current_actor(), _urls(here), here.space)


def _me() -> int:
    account = current_account() or abort(404)
    return account.id


def _urls(here: OpcoSpace) -> Callable[[str, Batch], str]:
    """The pages of a batch, and the list from which it was made."""
    organisation = here.space.public_id

    def url(name: str, batch: Batch) -> str:
        if name == "list":
            return url_for("recruiter.opco_board", organisation=organisation, **batch.asked)
        return url_for(_ENDPOINTS[name], organisation=organisation, public_id=batch.public_id)

    return url
