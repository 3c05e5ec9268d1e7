"""API Apprentissage: what its answers mean, a refusal, an unknown status, the end of a key."""

import base64
import json
from datetime import UTC, date, datetime
from typing import Any

from app.adapters.payload import clean, mapping, mappings, text
from app.adapters.platforms.api_apprentissage_mapping import TRANSIENT_CODES, field_of
from app.adapters.platforms.calling import Called
from app.core import clock
from app.domain.diffusion.advert import FIELD_LABELS
from app.domain.diffusion.board import Order, Reply, Verdict
from app.domain.diffusion.lifecycle import DiffusionStatus

S = DiffusionStatus


def key_end(token: str) -> date | None:
    """The day on which a key ends, read in it (it is a JWT, valid 365 days); None when it doesn't say."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return clock.day_of(datetime.fromtimestamp(claims["exp"], UTC))
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        return None


def message_of(called: Called) -> str:
    """What the partner says, in its own words; empty when it says nothing."""
    found = called.json()
    return (text(found, "message", limit=400) or "") if isinstance(found, dict) else ""


def error_of(called: Called) -> str:
    """The kind of error, as the inner service names it."""
    found = called.json()
    return (text(found, "error", limit=80) or "") if isinstance(found, dict) else ""


def invalid(called: Called) -> Reply:
    """A validation that ours should have made: which field, in our words, and theirs."""
    found = called.json()
    error = mapping(mapping(found, "data"), "validationError")
    field = next((name for issue in mappings(error, "issues") if (name := field_of(issue.get("path")))), None)
    said = clean(message_of(called), limit=300)
    where = f"le champ « {FIELD_LABELS[field]} »" if field else "un champ"
    message = f"La bonne alternance n’accepte pas {where} ({said})."
    return called.reply(Verdict.REFUSED, code="FST_ERR_VALIDATION", message=message, field=field)


def refusal(order: Order, called: Called, said: str, error: dict[str, Any]) -> Reply:
    """A refused update leaves the former version online."""
    code = text(error, "code", limit=60) or "UNKNOWN"
    if code in TRANSIENT_CODES:
        return called.reply(Verdict.ACCEPTED, status=TRANSIENT_CODES[code], detail=code, remote_status=said)
    message = text(error, "label", limit=300) or ""
    detail = "former_online" if order.was_online or order.known is S.PUBLISHED else ""
    return called.reply(Verdict.REFUSED, code=code, message=message, remote_status=said, detail=detail)


def unknown(called: Called, said: str) -> Reply:
    """A status that no table knows: raised to portal staff, read again later."""
    if not said:
        return called.unreadable(writes=False)
    return called.reply(Verdict.TRANSIENT, code="statut_inconnu", message=f"statut inconnu : {said}")
