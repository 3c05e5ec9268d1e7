"""« Recevoir un lien d’accès »: one answer, whether the address is known or not."""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.tokens import hash_token
from app.domain.accounts import limits
from app.domain.employers.emails import AccessRequest
from app.domain.employers.services import normalise_email
from app.extensions import limiter
from app.outbox import queue
from app.web.access import portal_session, public
from app.web.account import blueprint
from app.web.forms.base import PostForm
from app.web.forms.fields import EmailAddress, Line
from app.web.forms.once import run_once
from app.web.outside import adapters


class SignInForm(PostForm):
    """An address."""

    email = Line(
        "Votre adresse e-mail professionnelle",
        limit=254,
        missing="Saisissez votre adresse e-mail professionnelle.",
        checks=(EmailAddress(),),
        description="Celle qui a reçu l’invitation de votre structure.",
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )


@blueprint.route("/connexion", methods=["GET", "POST"])
@public("recevoir un lien d’accès")
@limiter.limit("20 per hour", methods=["POST"])
def sign_in() -> str | Response | tuple[str, int]:
    """Ask for the address; the sending worker looks it up, so that the answer tells nothing."""
    form = SignInForm()
    if request.method != "POST":
        return _page(form)
    if not form.validate():
        return _page(form), 422

    def ask() -> str:
        email = normalise_email(str(form.email.data))
        if limits.take(limits.LOST_LINK, key=email):
            mark = hash_token("nonce", portal_session().browser_mark())
            queue(AccessRequest(to=email, nonce_hash=mark))
        return url_for("account.asked")

    return run_once(ask)


def _page(form: SignInForm) -> str:
    return render_template("account/sign_in.html", form=form, proconnect=adapters().identity is not None)


@blueprint.get("/connexion/lien-envoye")
@public("réponse à la demande d’un lien d’accès")
def asked() -> str:
    """The same words for everybody."""
    return render_template("account/asked.html")
