"""Logs: structured, with a request's identifier, without personal data nor token."""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

from app.config import Settings

_LINK = re.compile(r"/l/[^\s\"'?]+")


def redact(text: str) -> str:
    """Hide the token of a mailed link."""
    return _LINK.sub("/l/[redacted]", text)


def _redact_values(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str):
            safe = redact(value)
            event[key] = safe if key == "exception" else safe.replace("\r", "\\r").replace("\n", "\\n")
    return event


class _RedactingFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if "/l/" in message:
            record.msg, record.args = redact(message), ()
        return True


def install(settings: Settings) -> None:
    """Set up the process's logs."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redact_values,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(settings.log_level)),
        cache_logger_on_first_use=False,
    )
    # "app" is Flask's own: it tells, with the address, what fails outside of a view.
    for name in ("app", "werkzeug", "gunicorn.access", "gunicorn.error", "httpx"):
        logger = logging.getLogger(name)
        if not any(isinstance(known, _RedactingFilter) for known in logger.filters):
            logger.addFilter(_RedactingFilter())
    logging.getLogger("httpx").setLevel(logging.WARNING)
