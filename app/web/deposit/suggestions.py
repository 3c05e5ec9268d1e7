"""Names of jobs for a list under the field, when the browser has script."""

from flask import Response, jsonify, request

from app.extensions import limiter
from app.web.access import public
from app.web.deposit import blueprint
from app.web.forms.job import suggestions
from app.web.headers import cacheable

AN_HOUR = 3600


@blueprint.get("/deposer/metiers.json")
@public("noms de métiers proposés pendant la saisie")
@limiter.limit("600 per 10 minutes")
def job_names() -> Response:
    """At most ten names for `q`; the same for everybody, kept an hour."""
    text = request.args.get("q", "").strip()[:100]
    return cacheable(AN_HOUR, jsonify(metiers=suggestions(text)))
