"""« Enregistrer et reprendre plus tard », and taking a draft up again."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.accounts import limits
from app.domain.accounts.limits import Limit
from app.domain.employers.services import mask_email
from app.domain.offers.draft_emails import DraftSaved
from app.domain.offers.drafts import KEPT_FOR, keep_by_mail
from app.extensions import limiter
from app.outbox import queue
from app.web.access import public
from app.web.deposit import blueprint
from app.web.deposit.draft_access import Answer, astray, held_draft, step_url
from app.web.deposit.need_form import COMPLETE_ADDRESS
from app.web.forms.base import PostForm
from app.web.forms.fields import EmailAddress, Line
from app.web.forms.once import run_once

DRAFT_MAILS = Limit("draft_mail", 3, limits.CONFIRMATION.within)
TOO_MANY = "3 messages sont déjà partis à cette adresse. Réessayez dans une heure."


class KeepForm(PostForm):
    """Where to send the link."""

    email = Line(
        "Votre adresse e-mail",
        limit=254,
        missing=COMPLETE_ADDRESS,
        checks=(EmailAddress(),),
        description="Pour recevoir le lien de votre brouillon, rien d’autre.",
        render_kw={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"},
    )


@blueprint.route("/deposer/<string:draft_id>/enregistrer", methods=["GET", "POST"])
@public("brouillon envoyé par courriel")
@limiter.limit("20 per hour", methods=["POST"])
def keep_for_later(draft_id: str) -> Answer:
    """Ask for an address, send the draft's link to it."""
    draft = held_draft(draft_id)
    if late := astray(draft):
        return redirect(late)
    if request.method == "GET":
        need = draft.answers.get("need")
        typed = draft.email or (str(need.get("email") or "") if isinstance(need, dict) else "")
        return _page(KeepForm(data={"email": typed}), draft_id)
    form = KeepForm()
    if not form.validate():
        return _page(form, draft_id), 422
    address = str(getattr(form.email, "address", form.email.data))
    if limits.is_over(DRAFT_MAILS, address.casefold()):
        form.add_error(form.email, TOO_MANY)
        return _page(form, draft_id), 422

    def send() -> str:
        limits.note(DRAFT_MAILS, address.casefold())
        keep_by_mail(draft, address)
        queue(DraftSaved.of(draft, to=address))
        return url_for("deposit.kept", draft_id=draft_id)

    return run_once(send)


def _page(form: KeepForm, draft_id: str) -> str:
    back_url = url_for("deposit.resume", draft_id=draft_id)
    return render_template("deposit/keep.html", form=form, back_url=back_url, days=KEPT_FOR.days)


@blueprint.get("/deposer/<string:draft_id>/enregistre")
@public("brouillon enregistré")
def kept(draft_id: str) -> Answer:
    """The draft is saved, and its link has left."""
    draft = held_draft(draft_id)
    if draft.offer_id is not None or not draft.email:
        return redirect(step_url(draft))
    return render_template(
        "deposit/kept.html",
        masked=mask_email(draft.email),
        until=draft.expires_at,
        resume_url=url_for("deposit.resume", draft_id=draft_id),
    )


@blueprint.get("/deposer/<string:draft_id>/reprendre")
@public("reprise d’un brouillon")
def resume(draft_id: str) -> Response:
    """Where the draft was left."""
    return redirect(step_url(held_draft(draft_id)))


