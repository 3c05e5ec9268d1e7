"""One-click unsubscription (RFC 8058). Reading the page does nothing; the POST needs no cookie."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, abort, current_app, make_response, render_template

from app.audit.actor import Actor, ActorKind
from app.core.database import db
from app.domain.cfa_requests.emails import CfaAsked, CfaReminder
from app.domain.cfa_requests.employer_emails import CfaSuggested
from app.domain.cfa_requests.reaching import stop_requests, stop_suggestions
from app.domain.employers.services import mask_email
from app.domain.opco.digest_emails import OpcoDigest, OpcoReminder
from app.domain.opco.emails import OpcoNewNeed
from app.domain.opco.services import stop_telling
from app.extensions import csrf
from app.web.access import public
from app.web.unsubscribe import read_address
from app.web.webhooks import blueprint

_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Optional:
    """An optional kind of e-mail: what people call it, and how an address stops it (twice is once)."""

    label: str
    stop: Callable[[str], None]


def _stop_opco(email: str) -> None:
    stop_telling(email, by=Actor(ActorKind.OPCO, channel="link"))


def _stop_cfa(email: str) -> None:
    stop_requests(email, by=Actor(ActorKind.CFA, channel="link"))


_OF_CFAS = Optional("les demandes de candidats envoyées aux CFA", _stop_cfa)
_OF_OPCOS = Optional("les annonces d’entreprises qui recrutent", _stop_opco)
OPTIONAL = {
    OpcoNewNeed.name: _OF_OPCOS,
    OpcoDigest.name: _OF_OPCOS,
    OpcoReminder.name: _OF_OPCOS,
    CfaAsked.name: _OF_CFAS,
    CfaReminder.name: _OF_CFAS,
    CfaSuggested.name: Optional("nos suggestions pour vos offres", stop_suggestions),
}


@blueprint.get("/desinscription/<string:signed>")
@public("arrêt d’un courriel facultatif, par une adresse signée")
def unsubscription(signed: str) -> Response:
    """The page with its button."""
    email, kind = _read(signed)
    return _page("webhooks/unsubscribe.html", email, kind)


@blueprint.post("/desinscription/<string:signed>")
@public("arrêt d’un courriel facultatif, par une adresse signée")
@csrf.exempt
def unsubscribe(signed: str) -> Response:
    """From the page, or from a mail reader with `List-Unsubscribe=One-Click`; idempotent."""
    email, kind = _read(signed)
    kind.stop(email)
    db.session.commit()
    return _page("webhooks/unsubscribed.html", email, kind)


def _read(signed: str) -> tuple[str, Optional]:
    settings = current_app.extensions["settings"]
    keys = [*reversed(settings.former_keys), settings.secret_key.get_secret_value()]
    read = read_address(signed, keys=keys) if len(signed) <= _LONGEST else None
    if read is None or read[1] not in OPTIONAL:
        abort(404)
    return read[0], OPTIONAL[read[1]]


def _page(template: str, email: str, kind: Optional) -> Response:
    response = make_response(render_template(template, masked=mask_email(email), label=kind.label))
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
