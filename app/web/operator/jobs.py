"""Scheduled jobs and their last runs; read only, since running one again is done by the command line."""

from dataclasses import dataclass

import sqlalchemy as sa
from flask import render_template

from app.core.database import db
from app.core.french import NBSP
from app.scheduling import JOBS, Daily, Every
from app.scheduling.models import JobRun
from app.scheduling.registry import Job
from app.scheduling.runner import sentence_of
from app.web.access import Permission, requires
from app.web.operator import blueprint

RUNS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One job; `result` is empty while it runs, or when it never has."""

    title: str
    name: str
    rhythm: str
    last: JobRun | None
    result: str


@blueprint.get("/agents/taches")
@requires(Permission.JOBS_READ)
def jobs() -> str:
    """Each job with its last run, then the latest failures."""
    last = _last_runs()
    lines = [_line(job, last.get(name)) for name, job in sorted(JOBS.items(), key=lambda pair: pair[1].title)]
    failed = sa.select(JobRun).where(JobRun.error.is_not(None)).order_by(JobRun.id.desc()).limit(RUNS_SHOWN)
    return render_template("operator/jobs.html", lines=lines, failures=list(db.session.scalars(failed)))


def _last_runs() -> dict[str, JobRun]:
    newest = sa.select(sa.func.max(JobRun.id)).group_by(JobRun.job)
    return {run.job: run for run in db.session.scalars(sa.select(JobRun).where(JobRun.id.in_(newest)))}


def _line(job: Job, last: JobRun | None) -> Line:
    if last is None:
        result = "Jamais lancé"
    elif last.error:
        result = "Échec, nouvel essai prévu"
    else:
        result = sentence_of(last.counts, job.words) if last.ended_at else "En cours"
    return Line(job.title, job.name, rhythm_of(job), last, result)


def rhythm_of(job: Job) -> str:
    """« Chaque jour à 8 h 30 », « Toutes les 10 minutes »."""
    at = job.at
    if isinstance(at, Daily):
        return f"Chaque jour à {at.hour}{NBSP}h{NBSP}{at.minute:02d}"
    if isinstance(at, Every):
        hours, rest = divmod(at.minutes, 60)
        if hours == 1 and not rest:
            return "Toutes les heures"
        return f"Toutes les {hours} heures" if hours and not rest else f"Toutes les {at.minutes} minutes"
    return ""
