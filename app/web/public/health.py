"""/sante: is the database well, do the jobs run, does mail leave, do platforms take what is sent to them?

For a monitor, in JSON, without detail.
"""

import time
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import make_response
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from app.core import clock
from app.core.database import db
from app.domain.diffusion.health import PlatformHealth, platforms_health
from app.extensions import limiter
from app.outbox import upkeep
from app.scheduling.models import JobRun
from app.web.access import public
from app.web.public.blueprint import blueprint
from app.web.public.version import version

WITNESS = "expire_offers"
"""The job that runs every five minutes: when it is late, none runs."""
JOBS_LATE_AFTER = timedelta(minutes=15)
MAIL_LATE_AFTER = timedelta(minutes=15)


@blueprint.get("/sante")
@public("état du service, pour la surveillance")
@limiter.limit("120 per minute")
def health() -> Response:
    """200 when the service works, 503 otherwise; a platform in trouble is « degraded » and still 200."""
    parts = {"database": _database()}
    if parts["database"]["ok"]:
        parts |= {"jobs": _jobs(), "mail": _mail()}
    works = all(part["ok"] for part in parts.values())
    if parts["database"]["ok"]:
        parts["platforms"] = _platforms()
    well = all(part["ok"] for part in parts.values())
    body = {"status": "ok" if well else "degraded", "version": version(), **parts}
    return make_response(body, 200 if works else 503)


def _database() -> dict[str, Any]:
    start = time.perf_counter()
    try:
        db.session.execute(sa.text("SELECT 1"))
    except SQLAlchemyError:
        db.session.rollback()
        return {"ok": False}
    return {"ok": True, "latency_ms": round((time.perf_counter() - start) * 1000, 2)}


def _jobs() -> dict[str, Any]:
    """Never run counts as late: a portal without its job process doesn't end its offers."""
    last = db.session.scalar(
        sa.select(JobRun.ended_at)
        .where(JobRun.job == WITNESS, JobRun.ended_at.is_not(None))
        .order_by(JobRun.id.desc())
        .limit(1)
    )
    if last is None:
        return {"ok": False, "last_run": None}
    age = clock.now() - last
    return {
        "ok": age <= JOBS_LATE_AFTER,
        "last_run": last.isoformat(timespec="seconds"),
        "age_seconds": round(age.total_seconds()),
    }


def _mail() -> dict[str, Any]:
    state = upkeep.state()
    stopped = state.stopped_because is not None
    late = state.oldest_due_seconds > MAIL_LATE_AFTER.total_seconds()
    return {
        "ok": not stopped and not late,
        "stopped": stopped,
        "waiting": state.waiting,
        "oldest_due_seconds": round(state.oldest_due_seconds),
        "dead": state.dead,
        "uncertain": state.uncertain,
    }


def _platforms() -> dict[str, Any]:
    found = platforms_health()
    return {"ok": all(one.is_well for one in found), "open": {one.key: _platform(one) for one in found}}


def _platform(one: PlatformHealth) -> dict[str, Any]:
    """`oldest_waiting_seconds`: from the time an order should have left; None when none waits."""
    return {
        "ok": one.is_well,
        "circuit": one.circuit,
        "since": _iso(one.since),
        "paused": one.paused,
        "waiting": one.waiting,
        "oldest_waiting_seconds": (
            None if one.oldest_waiting is None else round(one.oldest_waiting.total_seconds())
        ),
        "last_success": _iso(one.last_success),
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
