"""A series of deposits: prepared, corrected, ordered, stopped, tried again, forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import lazyload, selectinload

from app.audit import journal
from app.audit.actor import SYSTEM, Actor
from app.core import clock
from app.core.database import db
from app.core.errors import Conflict, Refused
from app.core.identifiers import InvalidIdentifier, Siret
from app.domain.deposits.checking import check_lines
from app.domain.deposits.lifecycle import LINE_LIFECYCLE, SERIES_LIFECYCLE, LineStatus, SeriesStatus
from app.domain.deposits.models import Series, SeriesLine
from app.domain.deposits.reading import COLUMNS
from app.domain.offers.deposit import Collector
from app.domain.organisations.models import Organisation

PREPARED_FOR, KEPT_FOR = timedelta(days=7), timedelta(days=30)
CHANGED = "La série a changé depuis que vous l’avez ouverte. Rien n’est déposé : relisez-la, puis déposez."
STOPPED = "Série arrêtée avant le dépôt de cette ligne."
_BATCH = 50


@dataclass(frozen=True, slots=True)
class Prepared:
    """One line as its form leaves it: what was typed, and its answers unless something is to be put right."""

    number: int
    typed: dict[str, str]
    clean: dict[str, Any] | None
    problems: tuple[tuple[str, str], ...] = field(default=())
    anyway: bool = False


def prepare_series(collector: Collector, lines: Sequence[Prepared]) -> Series:
    """Keep the lines, to be read again by any member who manages offers."""
    now = clock.now()
    series = Series(
        organisation=collector.organisation, author=collector.author, created_at=now, saved_at=now
    )
    SERIES_LIFECYCLE.begin(series, SeriesStatus.PREPARING)
    db.session.add(series)
    for prepared in lines:
        line = SeriesLine(number=prepared.number, tries=0)
        LINE_LIFECYCLE.begin(line, LineStatus.PREPARED)
        _write(line, prepared)
        series.lines.append(line)
    db.session.flush()
    return series


def _write(line: SeriesLine, prepared: Prepared) -> None:
    siret = _siret(prepared.typed.get("siret", ""))
    if siret != line.siret:
        line.siret, line.company, line.company_name = siret, None, ""
        line.tries, line.next_try_at = 0, None
    line.typed = {name: prepared.typed.get(name, "") for name in (*COLUMNS, "job_key")}
    line.clean, line.anyway = prepared.clean, prepared.anyway
    line.problems = [list(problem) for problem in prepared.problems]


def _siret(text: str) -> Siret | None:
    try:
        return Siret(text)
    except InvalidIdentifier:
        return None


def series_of(organisation: Organisation, public_id: str, *, to_change: bool = False) -> Series | None:
    """The series of an address, in this structure; `to_change` keeps others from changing it meanwhile."""
    query = sa.select(Series).where(Series.public_id == public_id, Series.organisation_id == organisation.id)
    if to_change:
        query = query.with_for_update(of=Series).execution_options(populate_existing=True)
    return db.session.scalar(query.options(selectinload(Series.lines).joinedload(SeriesLine.offer)))


def recent_series(organisation: Organisation, *, limit: int = 10) -> list[tuple[Series, int]]:
    """The last ones of a structure, with the number of their lines."""
    lines = sa.select(sa.func.count()).where(SeriesLine.series_id == Series.id).scalar_subquery()
    query = sa.select(Series, lines).where(Series.organisation_id == organisation.id)
    rows = db.session.execute(query.order_by(Series.id.desc()).limit(limit))
    return [(series, count) for series, count in rows]


def line_of(series: Series, number: int) -> SeriesLine | None:
    """A line that can still be corrected."""
    if series.status is not SeriesStatus.PREPARING:
        return None
    return next((line for line in series.lines if line.number == number), None)


def correct_line(line: SeriesLine, prepared: Prepared) -> None:
    """Replace what was typed in a line."""
    _write(line, prepared)
    line.series.saved_at = clock.now()


def remove_line(series: Series, number: int) -> bool:
    """Take a line away; False when it was gone. The last one stays: a series isn't empty."""
    line = line_of(series, number)
    if line is None:
        return False
    if len(series.lines) == 1:
        raise Refused("C’est la dernière ligne. Corrigez-la, ou recommencez une série.")
    series.lines.remove(line)
    series.saved_at = clock.now()
    return True


def order_series(series: Series, *, count: int, version: str, by: Actor) -> None:
    """Fix the lines that are ready; the others are left out, with their reason. The series must be held.

    `count`, `version`: of the page that was read. Raises Conflict when the series is another one now, Refused
    when no line is ready. A series that was ordered already stays as it is.
    """
    if series.status is not SeriesStatus.PREPARING:
        return
    checked = check_lines(series)
    ready = [one for one in checked if one.is_ready]
    if not ready:
        raise Refused("Aucune ligne n’est prête. Corrigez celles qui sont signalées.")
    if len(ready) != count or version != series.version:
        raise Conflict(CHANGED)
    for one in checked:
        if one.is_ready:
            LINE_LIFECYCLE.apply(one.line, "order")
            one.line.tries, one.line.next_try_at = 0, None
        else:
            leave_out(one.line, one.refusal)
    SERIES_LIFECYCLE.apply(series, "order")
    series.ordered_at = clock.now()
    journal.record("series_ordered", series, by=by, facts={"lines": len(ready)})


def leave_out(line: SeriesLine, reason: str) -> None:
    """This line isn't deposited, and why."""
    LINE_LIFECYCLE.apply(line, "leave_out")
    line.reason, line.company = reason, None


def stop_series(series: Series, *, by: Actor) -> int:
    """« Arrêter »: what waits isn't deposited; the series must be held. Returns how many lines that was."""
    waiting = [line for line in series.lines if line.status is LineStatus.WAITING]
    if series.status is not SeriesStatus.ORDERED or not waiting:
        return 0
    for line in waiting:
        leave_out(line, STOPPED)
    journal.record("series_stopped", series, by=by, facts={"lines": len(waiting)})
    finish_series(series)
    # Whoever stops it is shown what it has come to.
    note_seen(series)
    return len(waiting)


def finish_series(series: Series) -> bool:
    """The series is done once no line waits."""
    if series.status is not SeriesStatus.ORDERED:
        return False
    db.session.flush()
    waits = sa.exists().where(SeriesLine.series_id == series.id, SeriesLine.status == LineStatus.WAITING)
    if db.session.scalar(sa.select(waits)):
        return False
    SERIES_LIFECYCLE.apply(series, "finish")
    series.finished_at = clock.now()
    return True


def note_seen(series: Series) -> None:
    """The result is known: nobody is reminded of it any more."""
    if series.status is SeriesStatus.DONE:
        series.seen_at = series.seen_at or clock.now()


def unseen_results(organisation: Organisation, *, limit: int = 3) -> list[tuple[Series, int]]:
    """Its series that are done with lines left out, neither seen nor tried again, and how many lines."""
    left_out = sa.func.count(SeriesLine.id)
    query = (
        sa.select(Series, left_out)
        .join(SeriesLine, SeriesLine.series_id == Series.id)
        .where(
            Series.organisation_id == organisation.id,
            Series.status == SeriesStatus.DONE,
            Series.seen_at.is_(None),
            Series.retried_as_id.is_(None),
            SeriesLine.status == LineStatus.IGNORED,
        )
        .group_by(Series.id)
        .order_by(Series.id.desc())
        .limit(limit)
    )
    rows = db.session.execute(query.options(lazyload(Series.organisation), lazyload(Series.author)))
    return [(series, count) for series, count in rows]


def ignored_lines(series: Series) -> list[SeriesLine]:
    """What was left out, to be tried again."""
    return [line for line in series.lines if line.status is LineStatus.IGNORED]


def retry_series(series: Series, collector: Collector, lines: Sequence[Prepared]) -> Series:
    """A new series of the ignored lines; the one that was made before, if any. The series must be held."""
    if series.retried_as is None:
        series.retried_as = prepare_series(collector, lines)
    return series.retried_as


def forget_series(*, dry: bool) -> int:
    """Erase what nobody ordered in seven days, and results a month old; the offers stay."""
    now = clock.now()
    query = sa.select(Series).where(
        sa.or_(
            sa.and_(Series.status == SeriesStatus.PREPARING, Series.saved_at <= now - PREPARED_FOR),
            sa.and_(Series.status == SeriesStatus.DONE, Series.finished_at <= now - KEPT_FOR),
        )
    )
    over = list(db.session.scalars(query.order_by(Series.id).limit(_BATCH)))
    if not dry:
        for series in over:
            journal.record("series_erased", series, by=SYSTEM)
            db.session.delete(series)
        db.session.flush()
    return len(over)
