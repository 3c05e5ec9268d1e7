"""Asking the network from a view: never while a transaction holds the database."""

from collections.abc import Callable
from typing import TypeVar

from flask import current_app, request

from app.core.database import begin_write, db
from app.web.sessions import SAFE_METHODS
from app.wiring import Adapters

Answer = TypeVar("Answer")


def without_transaction(call: Callable[[], Answer]) -> Answer:
    """End the transaction, ask, and open it again. Call it before the view writes anything."""
    db.session.rollback()
    try:
        return call()
    finally:
        if request.method not in SAFE_METHODS:
            begin_write()


def adapters() -> Adapters:
    """What the application talks to."""
    found: Adapters = current_app.extensions["adapters"]
    return found
