"""The page of a held offer, opened by an OPCO from E19."""

from flask import url_for
from werkzeug.wrappers import Response

from app.domain.accounts.models import Purpose
from app.domain.opco.follow_up import follow_up_of
from app.domain.opco.lifecycle import FollowUpStatus
from app.web.access import by_link
from app.web.forms import decision_desk
from app.web.forms.decision_desk import Desk
from app.web.partner import blueprint
from app.web.partner.rights import OpenHold, held_offer_or_404


@blueprint.route("/verification/<string:public_id>", methods=["GET", "POST"])
@by_link(Purpose.HELD_OFFER)
def held_offer(public_id: str) -> str | Response | tuple[str, int]:
    """Read the offer and its context, see the message, save the decision."""
    opened = held_offer_or_404(public_id)
    return decision_desk.serve(opened.hold, desk=_desk(opened))


@blueprint.post("/verification/<string:public_id>/annuler")
@by_link(Purpose.HELD_OFFER)
def undo_decision(public_id: str) -> str | Response | tuple[str, int]:
    """« Annuler », for ten minutes."""
    opened = held_offer_or_404(public_id)
    return decision_desk.undo(opened.hold, desk=_desk(opened))


def _desk(opened: OpenHold) -> Desk:
    public_id = opened.offer.public_id
    follow_up = follow_up_of(opened.offer.establishment, opened.opco)
    return Desk(
        decider=opened.opco.short_name,
        by=opened.actor,
        url=url_for("partner.held_offer", public_id=public_id),
        undo_url=url_for("partner.undo_decision", public_id=public_id),
        opco_code=opened.opco.code,
        said_not_ours=follow_up is not None and follow_up.status is FollowUpStatus.NOT_OURS,
    )
