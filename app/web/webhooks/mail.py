"""What a mail relay tells after a sending: bounces, complaints, deliveries.

The relay can't sign, so it sends a secret in a header: an address would end in access logs.
"""

import hmac
import json
import re
from typing import Any

from flask import Response, abort, current_app, request

from app.core.database import db
from app.extensions import csrf, limiter
from app.outbox.bounces import Outcome, take_in
from app.web.access import public
from app.web.webhooks import blueprint

SECRET_HEADER = "X-Webhook-Secret"  # noqa: S105 - the name of a header
MAX_BODY = 64 * 1024
MAX_EVENTS = 200
_PROVIDER = re.compile(r"[a-z0-9\-]{1,30}")


def _refused(response: Response) -> bool:
    return response.status_code == 401


@blueprint.post("/rappels/courriel/<string:provider>")
@public("retours d’un relais de courriel, protégés par un secret")
@csrf.exempt
@limiter.limit("60 per minute", deduct_when=_refused)
def mail_facts(provider: str) -> Response:
    """Take in one event, or a list of them. 200 when known or new, 400 unreadable, 422 incomplete."""
    secret = current_app.extensions["settings"].mail_webhook_secret.get_secret_value()
    if not secret or not _PROVIDER.fullmatch(provider):
        abort(404)
    given = request.headers.get(SECRET_HEADER, "")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode()):
        return _answer(401)
    events = _events()
    if events is None:
        return _answer(400)
    outcomes = [take_in(event, provider=provider) for event in events]
    # What is good in a list is kept: the relay posts it all again, and doubles change nothing.
    db.session.commit()
    return _answer(422 if not outcomes or Outcome.MALFORMED in outcomes else 200)


def _events() -> list[dict[str, Any]] | None:
    """The posted objects, or None when the body can't be read as such."""
    data = request.get_data(cache=False)
    if len(data) > MAX_BODY:
        abort(413)
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        return None
    events = body if isinstance(body, list) else [body]
    if len(events) > MAX_EVENTS or not all(isinstance(event, dict) for event in events):
        return None
    return events


def _answer(status: int) -> Response:
    return Response("", status=status, mimetype="text/plain")
