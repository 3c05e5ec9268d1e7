"""« Encore une étape : confirmez votre adresse »."""

from flask import redirect, render_template, request, url_for

from app.audit.actor import ANONYMOUS
from app.core import clock
from app.core.database import db
from app.core.errors import Refused
from app.domain.employers.services import mask_email
from app.domain.offers.confirming import correct_address, send_again
from app.domain.offers.emails import ERASED_AFTER
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Draft, Offer
from app.extensions import limiter
from app.web.access import public
from app.web.deposit import blueprint
from app.web.deposit.draft_access import Answer, held_draft, step_url
from app.web.deposit.need_form import COMPLETE_ADDRESS
from app.web.forms.base import PostForm
from app.web.forms.fields import EmailAddress, Line
from app.web.forms.once import run_once

MESSAGES = "20 per hour"


class ResendForm(PostForm):
    """A button."""


class CorrectForm(PostForm):
    """The right address."""

    email = Line(
        "Votre adresse e-mail",
        limit=254,
        missing=COMPLETE_ADDRESS,
        checks=(EmailAddress(),),
        description="Le nouveau message partira à cette adresse.",
        render_kw={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"},
    )


def _page(draft: Draft, offer: Offer, form: ResendForm, *, refusal: str = "") -> str:
    return render_template(
        "deposit/confirmation.html",
        form=form,
        offer=offer,
        is_waiting=offer.status is OfferStatus.TO_CONFIRM,
        masked=mask_email(offer.contact.email),
        until=clock.day_of(offer.deposited_at + ERASED_AFTER),
        refusal=refusal,
        sent=request.args.get("envoye") == "1",
        draft_id=draft.public_id,
    )


@blueprint.get("/deposer/<string:draft_id>/confirmation")
@public("offre déposée, adresse à confirmer")
def confirmation(draft_id: str) -> Answer:
    """What happens next, and what was mailed where."""
    draft = held_draft(draft_id, with_offer=True)
    if draft.offer is None:
        return redirect(step_url(draft))
    if draft.contact_id is not None:
        return redirect(url_for("manage.online", public_id=draft.offer.public_id))
    return _page(draft, draft.offer, ResendForm())


@blueprint.post("/deposer/<string:draft_id>/confirmation")
@public("renvoi du message de confirmation")
@limiter.limit(MESSAGES)
def resend(draft_id: str) -> Answer:
    """E1 again; three in an hour at most."""
    draft = held_draft(draft_id)
    offer = draft.offer
    if offer is None:
        return redirect(step_url(draft), 303)

    def send() -> str:
        send_again(offer)
        return url_for("deposit.confirmation", draft_id=draft_id, envoye=1)

    try:
        return run_once(send)
    except Refused as refused:
        db.session.rollback()
        return _page(draft, offer, ResendForm(), refusal=refused.message), 422


@blueprint.route("/deposer/<string:draft_id>/corriger-adresse", methods=["GET", "POST"])
@public("correction de l’adresse, tant qu’elle n’est pas confirmée")
@limiter.limit(MESSAGES, methods=["POST"])
def correct(draft_id: str) -> Answer:
    """Another address gets the message; the first one's link ends."""
    draft = held_draft(draft_id)
    offer, here = draft.offer, url_for("deposit.confirmation", draft_id=draft_id)
    if offer is None or draft.contact_id is not None or offer.status is not OfferStatus.TO_CONFIRM:
        return redirect(step_url(draft))
    if request.method == "GET":
        return render_template("deposit/correct.html", form=CorrectForm(), back_url=here)
    form = CorrectForm()
    if not form.validate():
        return render_template("deposit/correct.html", form=form, back_url=here), 422
    address = str(getattr(form.email, "address", form.email.data))
    try:
        correct_address(offer, email=address, by=ANONYMOUS)
    except Refused as refused:
        db.session.rollback()
        form.add_error(form.email, refused.message)
        return render_template("deposit/correct.html", form=form, back_url=here), 422
    db.session.commit()
    return redirect(here, 303)
