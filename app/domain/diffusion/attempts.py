"""The lines of what was exchanged: one begun before each write, completed by its answer. Nothing commits."""

from typing import Any, cast

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.domain.diffusion.board import Act, Exchange, Order, Reply, Verdict
from app.domain.diffusion.models import Attempt, Submission

_TEXT = 16_000


def begin_attempt(submission: Submission, act: Act, *, host: str) -> None:
    """Before the call. The former lines, long texts, aren't read for that, here nor below."""
    db.session.add(Attempt(submission=submission, act=act.value, at=clock.now(), host=host))


def keep_attempt(submission: Submission, order: Order, reply: Reply) -> None:
    """Complete the line written before the call; a reading that teaches nothing leaves none."""
    lines = [{**_said(one), "verdict": reply.verdict.value} for one in reply.exchanges]
    first = lines[0] if lines else {"verdict": reply.verdict.value}
    completed = submission.id is not None and _complete(submission.id, first)
    for rank, line in enumerate(lines):
        teaches = order.act.writes or reply.verdict is not Verdict.ACCEPTED or rank
        if teaches and not (completed and rank == 0):
            db.session.add(Attempt(submission=submission, act=order.act.value, at=clock.now(), **line))


def _said(exchange: Exchange) -> dict[str, Any]:
    return {
        "host": exchange.host,
        "http_status": exchange.http_status,
        "duration_ms": exchange.duration_ms,
        "request": exchange.request[:_TEXT],
        "answer": exchange.answer[:_TEXT],
    }


def _complete(submission_id: int, line: dict[str, Any]) -> bool:
    """Write the end of the last line that was begun."""
    table = cast(sa.Table, Attempt.__table__)
    columns = table.c
    begun = sa.select(sa.func.max(columns.id)).where(
        columns.submission_id == submission_id, columns.verdict == ""
    )
    statement = sa.update(table).where(columns.id == begun.scalar_subquery()).values(**line)
    # Straight on the connection: what the session holds is written with the rest.
    done = db.session.connection().execute(statement.returning(columns.id))
    return done.scalar_one_or_none() is not None
