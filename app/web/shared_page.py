"""Pages that are the same for everybody, kept a moment by caches: no cookie, nothing personal."""

from typing import Any

from flask import make_response, render_template
from werkzeug.wrappers import Response

from app.web.headers import cacheable


def shared_page(template: str, *, seconds: int, status: int = 200, **context: Any) -> Response:
    """Render a page that caches may keep. A waiting message (« flash ») is left for the next page."""
    html = render_template(template, get_flashed_messages=_none, **context)
    return cacheable(seconds, make_response(html, status))


def _none(*, with_categories: bool = False) -> list[tuple[str, str]]:
    return []
