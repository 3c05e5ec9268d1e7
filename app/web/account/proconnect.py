"""« S’identifier avec ProConnect »: a GET link that leaves, and the route of return.

The return is one of the two declared exceptions to « no write on GET »: the provider knows no other way.
"""

import hmac
import secrets

import structlog
from flask import abort, current_app, make_response, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response as BaseResponse

from app.audit import journal
from app.core.database import begin_write, db
from app.domain.accounts.identity import (
    IdentityProvider,
    IdentityRefused,
    IdentityUnavailable,
    Trip,
    account_of,
)
from app.extensions import limiter
from app.web.access import current_actor, enter, portal_session, public
from app.web.account import blueprint
from app.web.outside import adapters, without_transaction

log = structlog.get_logger()
LIFE = 600
_SALT = "oidc-trip"


def _provider() -> IdentityProvider:
    return adapters().identity or abort(404)


def _signer() -> URLSafeTimedSerializer:
    settings = current_app.extensions["settings"]
    keys = [*reversed(settings.former_keys), settings.secret_key.get_secret_value()]
    return URLSafeTimedSerializer(keys, salt=_SALT)


def _cookie() -> str:
    return "oidc" if current_app.extensions["settings"].on_loopback else "__Host-oidc"


def _back() -> str:
    base: str = current_app.extensions["settings"].base_url
    return base + "/connexion/proconnect/retour"


@blueprint.get("/connexion/proconnect")
@public("départ vers ProConnect")
@limiter.limit("60 per hour")
def leave_for_proconnect() -> BaseResponse | tuple[str, int]:
    """Send the browser to the provider, with what it must bring back in a cookie of ten minutes."""
    provider, trip = _provider(), Trip(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    try:
        target = without_transaction(lambda: provider.departure(trip, back=_back()))
    except IdentityUnavailable as trouble:
        log.warning("proconnect.unavailable", reason=str(trouble))
        return render_template("account/proconnect_failed.html", down=True, signed_out=False), 503
    response = make_response(redirect(target))
    secure = not current_app.extensions["settings"].on_loopback
    value = _signer().dumps([trip.state, trip.nonce])
    response.set_cookie(
        _cookie(), value, max_age=LIFE, httponly=True, secure=secure, samesite="Lax", path="/"
    )
    return response


@blueprint.get("/connexion/proconnect/retour")
@public("retour de ProConnect")
@limiter.limit("60 per hour")
def return_from_proconnect() -> BaseResponse | tuple[str, int]:
    """Check the return, open the account's session; the second factor is still asked for after it."""
    response = _returned()
    finished = response if isinstance(response, BaseResponse) else make_response(response)
    secure = not current_app.extensions["settings"].on_loopback
    finished.delete_cookie(_cookie(), path="/", httponly=True, secure=secure)
    finished.headers["Referrer-Policy"] = "no-referrer"
    return finished


def _returned() -> BaseResponse | tuple[str, int]:
    provider, trip = _provider(), _trip()
    code = request.args.get("code", "")
    same = trip is not None and hmac.compare_digest(
        trip.state.encode(), request.args.get("state", "").encode("utf-8", "replace")
    )
    if trip is None or not same or not 0 < len(code) <= 2_000:
        return _failed("bad return", 400)
    try:
        claims = without_transaction(lambda: provider.arrival(code, trip, back=_back()))
    except IdentityRefused as refusal:
        return _failed(refusal.reason, 400)
    except IdentityUnavailable as trouble:
        return _failed(str(trouble), 503)
    begin_write()
    account = account_of(claims)
    if account is None:
        return render_template("account/proconnect_unknown.html", email=claims.email), 403
    enter(account=account)
    portal_session()["id_token"] = claims.id_token
    journal.record("signed_in", account, by=current_actor(), facts={"by": "proconnect"})
    db.session.commit()
    return redirect(url_for("account.second_factor"), 303)


def _trip() -> Trip | None:
    try:
        state, nonce = _signer().loads(request.cookies.get(_cookie(), "")[:2_000], max_age=LIFE)
    except (BadSignature, ValueError, TypeError):
        return None
    return Trip(str(state), str(nonce))


def _failed(reason: str, status: int) -> tuple[str, int]:
    log.warning("proconnect.failed", reason=reason)
    return render_template("account/proconnect_failed.html", down=status == 503, signed_out=False), status
