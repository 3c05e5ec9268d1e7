"""« Entreprises à accompagner »: counts by step, a page of companies, their offers below. Five statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer
from app.domain.opco.board_counts import Column, Funnel, count
from app.domain.opco.board_filter import BoardFilter, late_before
from app.domain.opco.board_order import Order
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import FollowUp, Opco

OFFERS_SHOWN = 5
SILENT_AFTER = 15
OLDEST_FIRST = Order()


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One offer under its company."""

    public_id: str
    reference: str
    job_name: str
    city: str
    status: OfferStatus
    last_day: date | None


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A company, its newest offers, how many there are more."""

    follow_up: FollowUp
    offers: tuple[OfferLine, ...]
    more: int
    is_late: bool

    @property
    def days(self) -> int:
        """Since when it has been at its step."""
        return (clock.today() - clock.day_of(self.follow_up.moved_at)).days

    @property
    def silent_days(self) -> int:
        """Days without a word, once the company is followed; 0 when that isn't long."""
        if self.follow_up.status not in {FollowUpStatus.CONTACTED, FollowUpStatus.SUPPORTED}:
            return 0
        since = max(clock.day_of(self.follow_up.moved_at), self.follow_up.last_contact_on or date.min)
        days = (clock.today() - since).days
        return days if days >= SILENT_AFTER else 0


@dataclass(frozen=True, slots=True)
class Board:
    """One page of companies, with the counts of every step."""

    columns: tuple[Column, ...]
    funnel: Funnel
    rows: tuple[CompanyRow, ...]
    number: int
    pages: int
    total: int


def board(opco: Opco, wanted: BoardFilter, *, order: Order = OLDEST_FIRST, page: int, size: int) -> Board:
    """The companies of this OPCO's field that are asked for."""
    counts = count(opco, wanted)
    total = sum(one.count for one in counts.columns if wanted.step in {None, one.step})
    pages = max(1, -(-total // size))
    number = max(1, min(page, pages))
    # Numbers first: sorting every company with all its columns takes ten times longer.
    asked = _asked(wanted, order, wanted.of_companies(opco.id)).limit(size).offset((number - 1) * size)
    numbers: list[int] = list(db.session.scalars(asked))
    found = {one.id: one for one in db.session.scalars(sa.select(FollowUp).where(FollowUp.id.in_(numbers)))}
    rows = _rows([found[one] for one in numbers], wanted)
    return Board(counts.columns, counts.funnel, rows, number, pages, total)


def numbers_of(
    opco: Opco, wanted: BoardFilter, order: Order, *, ticked: Sequence[str] | None, limit: int
) -> list[int]:
    """The companies ticked (public numbers), or all that are asked for; in the order of the board."""
    if ticked is None:
        query = _asked(wanted, order, wanted.of_companies(opco.id))
    else:
        ours = [FollowUp.opco_id == opco.id, FollowUp.public_id.in_(ticked)]
        query = order.apply(sa.select(FollowUp.id).where(*ours))
    return list(db.session.scalars(query.limit(limit)))


def _asked(
    wanted: BoardFilter, order: Order, conditions: list[sa.ColumnElement[bool]]
) -> sa.Select[Any]:
    query = sa.select(FollowUp.id).where(*conditions)
    if wanted.step is not None:
        query = query.where(FollowUp.status == wanted.step)
    return order.apply(query)


def late_companies(opco: Opco) -> int:
    """How many have been « à contacter » for more than three working days."""
    query = sa.select(sa.func.count()).where(
        FollowUp.opco_id == opco.id,
        FollowUp.status == FollowUpStatus.TO_CONTACT,
        FollowUp.moved_at < late_before(),
    )
    return db.session.scalar(query) or 0


def follow_up_by_public_id(opco: Opco, public_id: str) -> FollowUp | None:
    """A company of this OPCO's field; another OPCO's is unknown."""
    query = sa.select(FollowUp).where(FollowUp.public_id == public_id, FollowUp.opco_id == opco.id)
    return db.session.scalar(query)


def is_late(follow_up: FollowUp, *, before: datetime) -> bool:
    """Has nobody contacted it for too long?"""
    return follow_up.status is FollowUpStatus.TO_CONTACT and follow_up.moved_at < before


def _rows(found: Sequence[FollowUp], wanted: BoardFilter) -> tuple[CompanyRow, ...]:
    # What another OPCO follows now isn't this one's to read.
    ours = [one.establishment_id for one in found if one.status is not FollowUpStatus.NOT_OURS]
    offers, numbers = _offers(ours, wanted)
    before = late_before()
    rows = []
    for one in found:
        shown = tuple(offers.get(one.establishment_id, ()))
        more = numbers.get(one.establishment_id, 0) - len(shown)
        rows.append(CompanyRow(one, shown, more, is_late(one, before=before)))
    return tuple(rows)


def _offers(
    establishments: Sequence[int], wanted: BoardFilter
) -> tuple[dict[int, list[OfferLine]], dict[int, int]]:
    """The newest of each company, and how many each has."""
    if not establishments:
        return {}, {}
    company = Offer.establishment_id
    # The lines come out of the ranked list itself: joined back to the offers, with statistics out of date,
    # PostgreSQL once compared every offer of a company with every other.
    ranked = (
        sa.select(
            company, sa.func.count().over(partition_by=company).label("number"),
            Offer.public_id, Offer.reference, Offer.job_name, Offer.city, Offer.status, Offer.last_day,
            Offer.id,
            sa.func.row_number().over(partition_by=company, order_by=Offer.id.desc()).label("rank"),
        )
        .where(company.in_(establishments), *wanted.of_offers())
        .subquery()
    )  # fmt: skip
    shown = [column for column in ranked.c if column.key not in {"id", "rank"}]
    query = sa.select(*shown).where(ranked.c.rank <= OFFERS_SHOWN).order_by(ranked.c.id.desc())
    lines: dict[int, list[OfferLine]] = {}
    numbers: dict[int, int] = {}
    for establishment, number, *fields in db.session.execute(query):
        lines.setdefault(establishment, []).append(OfferLine(*fields))
        numbers[establishment] = number
    return lines, numbers
