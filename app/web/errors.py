"""Error pages in the portal's dress, with the right status and no technical trace."""

import uuid

import structlog
from flask import Flask, render_template, request
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.core.database import db
from app.core.errors import Conflict, DomainError, Gone, NotAllowed

log = structlog.get_logger()
PAGES = frozenset({400, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503})
# The database is away, locked, full, read-only, or has no connection left: it is worth trying again.
PASSING = (OperationalError, InternalError, InterfaceError, NoConnectionLeft)
Answer = tuple[str, int] | tuple[str, int, dict[str, str]]
_OF_DOMAIN = {Conflict: 409, NotAllowed: 403, Gone: 410}


def install(app: Flask) -> None:
    """Register one handler a family of errors."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(RateLimitExceeded, _too_many)
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(SQLAlchemyError, _database)
    app.register_error_handler(Exception, _unexpected)


def page(status: int, *, message: str = "", minutes: int = 1) -> tuple[str, int]:
    """The page of a status; `message` is a French sentence that says how to go on."""
    shown = status if status in PAGES else (400 if status < 500 else 500)
    html = render_template(
        f"errors/{shown}.html", message=message, reference=uuid.uuid4().hex[:10], minutes=minutes
    )
    return html, status


def _http(error: HTTPException) -> Answer | Response:
    # What failed outside a view, when the session is saved for instance, comes wrapped in a 500.
    cause = getattr(error, "original_exception", None)
    if isinstance(cause, SQLAlchemyError):
        return _database(cause)
    if error.code is None or error.code < 400:
        return error.get_response()
    return page(error.code)


def _csrf(_error: CSRFError) -> tuple[str, int]:
    return page(400, message="Votre formulaire a expiré. Revenez à la page précédente et recommencez.")


def _too_many(error: RateLimitExceeded) -> tuple[str, int]:
    limit = error.limit.limit if error.limit else None
    minutes = max(1, round(limit.get_expiry() / 60)) if limit else 1
    return page(429, minutes=minutes)


def _domain(error: DomainError) -> tuple[str, int]:
    db.session.rollback()
    return page(_OF_DOMAIN.get(type(error), 422), message=error.message)


def _stale(_error: StaleDataError) -> tuple[str, int]:
    db.session.rollback()
    return page(409, message="L’offre a été modifiée sur un autre appareil. Relisez avant d’enregistrer.")


def _database(error: SQLAlchemyError) -> Answer:
    if not isinstance(error, DBAPIError | NoConnectionLeft):
        return _unexpected(error)
    db.session.rollback()
    # The kind alone: the text of such an error quotes what people typed.
    kind = type(error.orig if isinstance(error, DBAPIError) else error).__name__
    log.error("database.error", kind=kind, path=request.path)
    status = 503 if isinstance(error, PASSING) else 500
    html, code = page(status)
    return html, code, {"Retry-After": "10"} if status == 503 else {}


def _unexpected(error: Exception) -> tuple[str, int]:
    db.session.rollback()
    log.exception("request.failed", kind=type(error).__name__)
    return page(500)
