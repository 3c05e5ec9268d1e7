"""One-click unsubscription (RFC 8058), and the page of all the choices of an address.

Reading does nothing; the one-click POST needs no cookie.
"""

from flask import Response, abort, current_app, make_response, render_template, url_for

from app.audit.actor import Actor, ActorKind
from app.core.database import db
from app.domain.employers.services import mask_email
from app.extensions import csrf
from app.web.access import public
from app.web.forms import mail_choice_desk as desk
from app.web.mail_choices import OF_CFAS, OF_OPCOS, OPTIONAL, Optional
from app.web.unsubscribe import read_address
from app.web.webhooks import blueprint

_LONGEST = 1000
_KINDS = {OF_OPCOS: ActorKind.OPCO, OF_CFAS: ActorKind.CFA}


@blueprint.get("/desinscription/<string:signed>")
@public("arrêt d’un courriel facultatif, par une adresse signée")
def unsubscription(signed: str) -> Response:
    """The page with its button."""
    email, kind = _read(signed)
    return _page("webhooks/unsubscribe.html", signed, email, kind)


@blueprint.post("/desinscription/<string:signed>")
@public("arrêt d’un courriel facultatif, par une adresse signée")
@csrf.exempt
def unsubscribe(signed: str) -> Response:
    """From the page, or from a mail reader with `List-Unsubscribe=One-Click`; idempotent."""
    email, kind = _read(signed)
    kind.stop(email, _actor(kind))
    db.session.commit()
    return _page("webhooks/unsubscribed.html", signed, email, kind)


@blueprint.route("/desinscription/<string:signed>/choix", methods=["GET", "POST"])
@public("choix des courriels facultatifs, par une adresse signée")
def mail_choices(signed: str) -> Response:
    """Every optional e-mail of this address: on, off, or grouped."""
    email, kind = _read(signed)
    here = url_for("webhooks.mail_choices", signed=signed)
    response = make_response(desk.choices(email, by=_actor(kind), here=here))
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _actor(kind: Optional) -> Actor:
    return Actor(_KINDS.get(kind, ActorKind.CONTACT), channel="link")


def _read(signed: str) -> tuple[str, Optional]:
    settings = current_app.extensions["settings"]
    keys = [*reversed(settings.former_keys), settings.secret_key.get_secret_value()]
    read = read_address(signed, keys=keys) if len(signed) <= _LONGEST else None
    if read is None or read[1] not in OPTIONAL:
        abort(404)
    return read[0], OPTIONAL[read[1]]


def _page(template: str, signed: str, email: str, kind: Optional) -> Response:
    all_choices = url_for("webhooks.mail_choices", signed=signed)
    response = make_response(
        render_template(template, masked=mask_email(email), label=kind.label, all_choices=all_choices)
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
