"""The relay's circuit, shared by every worker: open, nothing is tried and no try is counted."""

import enum
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.core.database import begin_write, database_now, db, is_sqlite
from app.core.failpoints import failpoint
from app.outbox.models import Circuit

FAILURES_IN_A_ROW = 5
WINDOW = 20
PROBE_EVERY = timedelta(seconds=60)
CREDENTIAL_PROBE_EVERY = timedelta(minutes=5)
CAUSE_RELAY = "relay"
CAUSE_CREDENTIAL = "credential"


class Gate(enum.Enum):
    """What the circuit allows now."""

    CLOSED = "closed"
    PROBE = "probe"
    OPEN = "open"


def gate(name: str) -> Gate:
    """May we send? `PROBE`: one message, by this worker alone. Ends the present transaction."""
    db.session.rollback()
    row = db.session.get(Circuit, name)
    opened = row is not None and row.open_until is not None
    due = row is not None and row.open_until is not None and row.open_until <= database_now()
    db.session.rollback()
    if not opened:
        return Gate.CLOSED
    if not due:
        return Gate.OPEN
    begin_write()
    # One worker moves the date and probes; the others find it moved.
    taken = _change(name, Circuit.open_until <= database_now(), open_until=database_now() + PROBE_EVERY)
    db.session.commit()
    failpoint("outbox.probe_taken")
    return Gate.PROBE if taken else Gate.OPEN


def give_probe_back(name: str) -> None:
    """There was nothing to probe with: the next message may. Commits."""
    begin_write()
    _change(name, open_until=database_now())
    db.session.commit()


def failed(name: str, detail: str) -> bool:
    """Count one failure of the relay, without committing. True when the circuit is open.

    A stop for credentials stays one, with its words, until something has worked: a probe that meets a passing
    trouble says nothing of them.
    """
    now = database_now()
    stopped = Circuit.cause == CAUSE_CREDENTIAL
    insert = sqlite.insert if is_sqlite() else postgresql.insert
    row = db.session.execute(
        insert(Circuit)
        .values(name=name, failures=1, recent="0", cause=CAUSE_RELAY, detail=detail[:300], since=now)
        .on_conflict_do_update(
            index_elements=[Circuit.name],
            set_={
                "failures": Circuit.failures + 1,
                "recent": _with("0"),
                "detail": sa.case((stopped, Circuit.detail), else_=detail[:300]),
                "cause": sa.case((stopped, CAUSE_CREDENTIAL), else_=CAUSE_RELAY),
            },
        )
        .returning(Circuit.failures, Circuit.recent, Circuit.open_until)
    ).one()
    mostly_fails = len(row.recent) == WINDOW and row.recent.count("0") * 2 > WINDOW
    if row.failures < FAILURES_IN_A_ROW and not mostly_fails and row.open_until is None:
        return False
    _change(name, open_until=now + PROBE_EVERY)
    return True


def stop_for_credentials(name: str, detail: str) -> bool:
    """Open the circuit because we are refused, without committing. True the first time of a stop."""
    now = database_now()
    values: dict[str, Any] = {
        "cause": CAUSE_CREDENTIAL,
        "detail": detail[:300],
        "open_until": now + CREDENTIAL_PROBE_EVERY,
    }
    insert = sqlite.insert if is_sqlite() else postgresql.insert
    fresh = insert(Circuit).values(name=name, failures=0, since=now).on_conflict_do_nothing()
    db.session.execute(fresh)
    first = _change(name, Circuit.cause.is_distinct_from(CAUSE_CREDENTIAL), since=now)
    _change(name, **values)
    return first


def worked(name: str) -> bool:
    """The partner has accepted a message: close the circuit, without committing.

    False once nothing is left to remember: former failures count among the last twenty tries.
    """
    healed = sa.or_(Circuit.open_until.is_not(None), sa.not_(_with("1").contains("0")))
    db.session.execute(
        sa.delete(Circuit).where(Circuit.name == name, healed).execution_options(synchronize_session=False)
    )
    return _change(name, failures=0, recent=_with("1"))


def _with(sign: str) -> sa.ColumnElement[str]:
    """The last tries and this one, twenty at most."""
    longer = Circuit.recent + sign
    first = sa.case((sa.func.length(longer) > WINDOW, 2), else_=1)
    return sa.func.substr(longer, first)


def trouble(name: str) -> tuple[str, datetime | None] | None:
    """(what the relay says, since when) while the circuit is open."""
    row = db.session.get(Circuit, name)
    if row is None or row.open_until is None:
        return None
    return row.detail or "", row.since


def _change(name: str, *conditions: sa.ColumnElement[bool], **values: Any) -> bool:
    statement = (
        sa.update(Circuit)
        .where(Circuit.name == name, *conditions)
        .values(**values)
        .returning(Circuit.name)
        .execution_options(synchronize_session=False)
    )
    return db.session.execute(statement).scalar_one_or_none() is not None
