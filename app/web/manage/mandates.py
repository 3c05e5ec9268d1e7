"""« Ne plus laisser une structure déposer pour nous »: the company ends a mandate."""

from flask import abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.accounts.models import Purpose
from app.domain.employers.mandates import end_mandate, mandate_of
from app.domain.offers.models import Offer
from app.domain.organisations.models import Organisation
from app.web.access import by_link
from app.web.forms.base import PostForm
from app.web.forms.once import run_once
from app.web.manage import blueprint
from app.web.manage.loading import acting_on, offer_or_404


def structure_of(offer: Offer) -> Organisation | None:
    """The structure that may still deposit for the company of this offer."""
    if offer.organisation is None:
        return None
    mandate = mandate_of(offer.organisation, offer.establishment)
    return offer.organisation if mandate is not None and mandate.ended_at is None else None


@blueprint.route("/gestion/offres/<string:public_id>/mandat", methods=["GET", "POST"])
@by_link(Purpose.MANAGEMENT)
def stop_mandate(public_id: str) -> str | Response:
    """The offers already online stay the company's own: it closes them if it wants to."""
    found = offer_or_404(public_id)
    mandate = mandate_of(found.organisation, found.establishment) if found.organisation else None
    if mandate is None:
        abort(404)
    if request.method != "POST":
        return render_template("manage/mandate.html", offer=found, mandate=mandate, form=PostForm())

    def act() -> str:
        end_mandate(mandate, by=acting_on(found))
        flash(f"{mandate.organisation.name} ne peut plus déposer d’offre pour vous.", "success")
        return url_for("manage.offer", public_id=public_id)

    return run_once(act)
