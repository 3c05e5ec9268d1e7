"""The counters of the board: companies by step, then the way from the offer to the contract.

With 200,000 offers in a field each pass over them is what takes time: there is one, whatever the filters.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.domain.offers.lifecycle import EndReason
from app.domain.offers.models import Offer
from app.domain.opco.board_filter import BoardFilter, late_before
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import FollowUp, Opco

_Counted = dict[FollowUpStatus, tuple[int, datetime | None]]
_FILLED = (EndReason.FILLED_HERE, EndReason.FILLED_ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Column:
    """One step: how many companies, since when the oldest is there, and whether that is too long."""

    step: FollowUpStatus
    count: int
    oldest: datetime | None
    is_late: bool

    @property
    def days(self) -> int:
        """Age of the oldest, in days."""
        return (clock.today() - clock.day_of(self.oldest)).days if self.oldest else 0


@dataclass(frozen=True, slots=True)
class Funnel:
    """Numbers of offers, none deduced from another. `asked`: of the step shown; the others are of every step.

    Deposited and published come from the offer. Contacted, interview, contract: noted by the OPCO since the
    deposit; a contract also when the company closed the offer because it has found.
    """

    asked: int = 0
    deposited: int = 0
    published: int = 0
    contacted: int = 0
    interviewed: int = 0
    contracted: int = 0

    @property
    def lines(self) -> list[tuple[str, int]]:
        """(what happened, number of offers), from the first to the last."""
        return [
            ("Déposée", self.deposited),
            ("En ligne", self.published),
            ("Contactée", self.contacted),
            ("Entretien", self.interviewed),
            ("Contrat", self.contracted),
        ]


@dataclass(frozen=True, slots=True)
class Counts:
    """What stands above and under the list."""

    columns: tuple[Column, ...]
    funnel: Funnel


def count(opco: Opco, wanted: BoardFilter) -> Counts:
    """Everything that is counted, the filters being applied."""
    if wanted.job or wanted.origin:
        return _in_one_pass(opco, wanted)
    query = (
        sa.select(FollowUp.status, sa.func.count(), sa.func.min(FollowUp.moved_at))
        .where(*wanted.of_companies(opco.id))
        .group_by(FollowUp.status)
    )
    counted: _Counted = {row[0]: (row[1], row[2]) for row in db.session.execute(query)}
    return Counts(_columns(counted), _funnel(opco, wanted))


def _funnel(opco: Opco, wanted: BoardFilter) -> Funnel:
    asked = sa.true() if wanted.step is None else FollowUp.status == wanted.step
    counters: list[Any] = [_number(asked), *_steps()]
    ours = FollowUp.status != FollowUpStatus.NOT_OURS
    query = _of_offers(sa.select(*counters), opco, wanted).where(ours)
    return Funnel(*(number or 0 for number in db.session.execute(query).one()))


def _in_one_pass(opco: Opco, wanted: BoardFilter) -> Counts:
    """Company by company, in the order of the index, so that nothing is sorted nor looked up twice."""
    columns: list[Any] = [
        sa.func.min(FollowUp.status).label("status"),
        sa.func.min(FollowUp.moved_at).label("moved_at"),
        *(step.label(f"n{rank}") for rank, step in enumerate(_steps())),
    ]
    companies = _of_offers(sa.select(*columns), opco, wanted).group_by(FollowUp.establishment_id).subquery()
    sums = [sa.func.sum(companies.c[f"n{rank}"]) for rank in range(len(_steps()))]
    status = companies.c.status
    query = sa.select(status, sa.func.count(), sa.func.min(companies.c.moved_at), *sums).group_by(status)
    counted: _Counted = {}
    totals, asked = [0] * len(sums), 0
    for step, number, oldest, *numbers in db.session.execute(query):
        counted[step] = (number, oldest)
        if step is not FollowUpStatus.NOT_OURS:
            totals = [total + int(one) for total, one in zip(totals, numbers, strict=True)]
            asked += int(numbers[0]) if wanted.step in {None, step} else 0
    return Counts(_columns(counted), Funnel(asked, *totals))


def _columns(counted: _Counted) -> tuple[Column, ...]:
    before = late_before()
    columns = []
    for step in FollowUpStatus:
        number, oldest = counted.get(step, (0, None))
        late = step is FollowUpStatus.TO_CONTACT and oldest is not None and oldest < before
        columns.append(Column(step, number, oldest, late))
    return tuple(columns)


def _of_offers(query: "sa.Select[Any]", opco: Opco, wanted: BoardFilter) -> "sa.Select[Any]":
    return (
        query.select_from(FollowUp)
        .join(Offer, Offer.establishment_id == FollowUp.establishment_id)
        .where(*wanted.of_companies(opco.id, joined=True), *wanted.of_offers())
    )


def _steps() -> list[sa.ColumnElement[int]]:
    contract = sa.or_(FollowUp.contract_at >= Offer.deposited_at, Offer.end_reason.in_(_FILLED))
    return [
        sa.func.count(),
        sa.func.count(Offer.first_published_on),
        _number(FollowUp.contacted_at >= Offer.deposited_at),
        _number(FollowUp.interview_at >= Offer.deposited_at),
        _number(contract),
    ]


def _number(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.count().filter(condition)
