"""/rapports-csp: browsers say what the content policy has stopped. Counted, never kept with an address."""

import re
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import abort, request
from werkzeug.exceptions import BadRequest

from app.extensions import csrf, limiter
from app.web.access import public
from app.web.public.blueprint import blueprint

log = structlog.get_logger()

LARGEST = 16 * 1024
MANY = 50
_TYPES = frozenset({"application/csp-report", "application/reports+json", "application/json"})
_DIRECTIVE = re.compile(r"[a-z-]{3,40}")
_KEYWORDS = frozenset({"inline", "eval", "wasm-eval", "data", "blob", "self", "trusted-types-sink"})


@blueprint.post("/rapports-csp")
@csrf.exempt
@public("rapports des navigateurs sur la politique de contenu")
@limiter.limit("30 per minute")
def csp_report() -> tuple[str, int]:
    """Always 204 for what can be read; the log gets counts by directive and by host."""
    if request.mimetype not in _TYPES:
        abort(415)
    request.max_content_length = LARGEST
    if request.content_length is not None and request.content_length > LARGEST:
        abort(413)
    try:
        body = request.get_json(force=True)
    except BadRequest:
        abort(400)
    for (directive, blocked), times in Counter(_facts(report) for report in _reports(body)).items():
        log.warning("csp.report", directive=directive, blocked=blocked, times=times)
    return "", 204


def _reports(body: Any) -> list[dict[str, Any]]:
    """The reports of either form: an object under « csp-report », or a list of objects with a « body »."""
    if isinstance(body, dict):
        body = [{"body": body.get("csp-report")}]
    if not isinstance(body, list):
        return []
    inner = [item.get("body") for item in body[:MANY] if isinstance(item, dict)]
    return [report for report in inner if isinstance(report, dict)]


def _facts(report: dict[str, Any]) -> tuple[str, str]:
    directive = report.get("effectiveDirective") or report.get("effective-directive") or ""
    directive = directive or report.get("violated-directive") or ""
    blocked = report.get("blockedURL") or report.get("blocked-uri") or ""
    known = _DIRECTIVE.match(str(directive))
    return (known[0] if known else "other", _source(str(blocked)))


def _source(blocked: str) -> str:
    """A keyword, or the scheme and host alone: paths may hold the token of a link."""
    if blocked in _KEYWORDS:
        return blocked
    try:
        parts = urlsplit(blocked[:2000])
        host = parts.hostname or ""
    except ValueError:
        return "unreadable"
    return f"{parts.scheme[:20]}://{host[:100]}" if host else "other"
