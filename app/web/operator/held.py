"""Held offers: the list, and the same page of decision as an OPCO's."""

from flask import abort, render_template, url_for
from werkzeug.wrappers import Response

from app.core import clock
from app.domain.offers.holding import CAUSE_LABELS, answer_due, held_offers
from app.domain.offers.models import Hold
from app.domain.offers.queries import offer_by_public_id
from app.web.access import Permission, current_actor, requires
from app.web.forms import decision_desk
from app.web.forms.decision_desk import Desk, last_hold
from app.web.operator import blueprint

DECIDER = "un agent du portail"
Answer = str | Response | tuple[str, int]


@blueprint.get("/agents/offres-retenues")
@requires(Permission.HOLD_DECIDE)
def held_list() -> str:
    """The oldest first, with its cause and the day by which an answer is promised."""
    rows = [
        (hold, CAUSE_LABELS[hold.cause], answer_due(hold), answer_due(hold) < clock.today())
        for hold in held_offers()
    ]
    return render_template("operator/held.html", rows=rows)


@blueprint.route("/agents/offres-retenues/<string:public_id>", methods=["GET", "POST"])
@requires(Permission.HOLD_DECIDE)
def held_offer(public_id: str) -> Answer:
    """Read, see the message, save."""
    return decision_desk.serve(_hold_or_404(public_id), desk=_desk(public_id))


@blueprint.post("/agents/offres-retenues/<string:public_id>/annuler")
@requires(Permission.HOLD_DECIDE)
def undo_decision(public_id: str) -> Answer:
    """« Annuler », for ten minutes."""
    return decision_desk.undo(_hold_or_404(public_id), desk=_desk(public_id))


def _hold_or_404(public_id: str) -> Hold:
    offer = offer_by_public_id(public_id)
    hold = last_hold(offer) if offer is not None else None
    return hold or abort(404)


def _desk(public_id: str) -> Desk:
    return Desk(
        decider=DECIDER,
        by=current_actor(),
        url=url_for("operator.held_offer", public_id=public_id),
        undo_url=url_for("operator.undo_decision", public_id=public_id),
    )
