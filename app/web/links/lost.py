"""The lost-link form: one answer, whether the address is known or not."""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.database import db
from app.core.failpoints import failpoint
from app.core.tokens import hash_token
from app.domain.accounts import limits
from app.domain.employers.emails import AccessRequest
from app.domain.employers.services import normalise_email
from app.extensions import limiter
from app.outbox import queue
from app.web.access import leave, portal_session, public
from app.web.forms.base import PostForm
from app.web.forms.fields import EmailAddress, Line
from app.web.forms.once import run_once
from app.web.forms.siret import OptionalSiret
from app.web.links import blueprint
from app.web.outside import adapters, without_transaction


class LostLinkForm(PostForm):
    """An address, and a SIRET when one has several establishments."""

    email = Line(
        "Votre adresse e-mail",
        limit=254,
        missing="Saisissez l’adresse e-mail donnée au dépôt.",
        checks=(EmailAddress(),),
        description="Celle que vous avez donnée en déposant votre offre.",
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )
    siret = Line(
        "SIRET de l’établissement",
        limit=40,
        checks=(OptionalSiret(),),
        description="Utile si vous gérez plusieurs établissements.",
        render_kw={"inputmode": "numeric"},
    )


@blueprint.route("/lien-perdu", methods=["GET", "POST"])
@public("recevoir un nouveau lien")
@limiter.limit("20 per hour", methods=["POST"])
def lost() -> str | Response | tuple[str, int]:
    """Ask for the address; the sending worker looks it up, so that the answer tells nothing."""
    form = LostLinkForm()
    if request.method != "POST":
        return render_template("links/lost.html", form=form, asked=request.args.get("acces") == "demande")
    if not form.validate():
        return render_template("links/lost.html", form=form, asked=False), 422

    def ask() -> str:
        email = normalise_email(str(form.email.data))
        if limits.take(limits.LOST_LINK, key=email):
            mark = hash_token("nonce", portal_session().browser_mark())
            queue(AccessRequest(to=email, siret=form.siret.data or "", nonce_hash=mark))
        return url_for("links.asked")

    return run_once(ask)


@blueprint.get("/lien-demande")
@public("réponse à la demande d’un lien")
def asked() -> str:
    """The same words for everybody."""
    return render_template("links/asked.html")


@blueprint.get("/espace-ouvert")
@public("suite d’un double appui sur un lien")
def arrived() -> str:
    """Where a double click on a link ends: the session is open already."""
    return render_template("links/arrived.html")


@blueprint.post("/deconnexion")
@public("fin de la session")
def log_out() -> str:
    """End the session at once; whoever came by ProConnect is shown where to end that one too."""
    id_token = str(portal_session().get("id_token") or "")
    leave()
    failpoint("session.write_at_logout")
    db.session.commit()
    return render_template("links/left.html", proconnect_url=_ending(id_token))


def _ending(id_token: str) -> str | None:
    provider = adapters().identity
    if provider is None or not id_token:
        return None
    home = url_for("deposit.home", _external=True)
    return without_transaction(lambda: provider.ending(id_token, back=home))
