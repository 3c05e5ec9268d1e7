"""Several members and several hosts on one series: ordered once, each line deposited once."""

from collections import Counter
from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask

from app.audit.models import JournalEntry
from app.core.database import db, writing
from app.domain.deposits.depositing import deposit_line
from app.domain.deposits.lifecycle import LineStatus, SeriesStatus
from app.domain.deposits.models import Series, SeriesLine
from app.domain.deposits.series import order_series, series_of
from app.domain.offers.models import Offer
from app.domain.organisations.members import as_member
from tests.concurrency.crowd import all_at_once
from tests.crash.command_cases import prepared_series
from tests.factories.offers import given

TOGETHER = 8


def _each(app: Flask, act: Callable[[], int]) -> Callable[[], int]:
    def play() -> int:
        with app.app_context(), writing():
            try:
                code = act()
                db.session.commit()
            finally:
                db.session.remove()
            return code

    return play


def test_a_series_ordered_by_all_is_ordered_once_and_each_line_deposited_once(app: Flask) -> None:
    with given(app):
        series = prepared_series()
        address, number = series.public_id, series.organisation_id

    def order() -> int:
        found = db.session.scalars(sa.select(Series).where(Series.organisation_id == number)).one()
        held = series_of(found.organisation, address, to_change=True)
        assert held is not None
        was = held.status
        order_series(held, count=2, version=held.version, by=as_member(held.author))
        return int(was is SeriesStatus.PREPARING)

    assert all_at_once([_each(app, order) for _ in range(TOGETHER)]) == Counter({0: TOGETHER - 1, 1: 1})
    with app.app_context():
        told = sa.select(sa.func.count()).where(JournalEntry.action == "series_ordered")
        assert db.session.scalar(told) == 1
        lines = list(db.session.scalars(sa.select(SeriesLine.id)))

    def deposit(line: int) -> Callable[[], int]:
        return _each(app, lambda: int(deposit_line(line, ()).value == "deposited"))

    done = all_at_once([deposit(line) for line in lines for _ in range(TOGETHER // 2)])
    assert done[1] == len(lines)
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Offer)) == len(lines)
        assert set(db.session.scalars(sa.select(SeriesLine.status))) == {LineStatus.DEPOSITED}
        assert db.session.scalars(sa.select(Series.status)).all() == [SeriesStatus.DONE]
