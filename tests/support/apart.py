"""A client whose requests run outside the test's own application context, as a browser's do."""

from contextvars import Context
from typing import Any

from flask import has_app_context
from werkzeug.test import TestResponse

from app.core.database import db
from tests.support.client import CheckedClient


def apart(client: CheckedClient) -> CheckedClient:
    """Each request gets its own context, `g` and session; the test's transaction ends before it."""
    inside = client.open

    def open_apart(*args: Any, **kwargs: Any) -> TestResponse:
        # A redirection is followed from inside: there is no context of the test any more.
        if has_app_context():
            db.session.rollback()
        return Context().run(inside, *args, **kwargs)

    client.open = open_apart  # type: ignore[method-assign]  # this client only
    return client
