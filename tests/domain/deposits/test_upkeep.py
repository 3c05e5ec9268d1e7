"""What becomes of series with time: erased at their term, asked about again, given up; in batches."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.core.identifiers import Siret
from app.domain.deposits import series as services
from app.domain.deposits.depositing import FRESH_FOR, GIVE_UP_AFTER, forget_old_answers, give_up_silent
from app.domain.deposits.lifecycle import LineStatus, SeriesStatus
from app.domain.deposits.models import Series, SeriesLine
from app.domain.offers.models import Offer
from app.domain.organisations.roles import Role
from app.scheduling.runner import run_job
from tests.factories.offers import make_offer, new_siret
from tests.factories.structures import make_member, make_structure

pytestmark = pytest.mark.usefixtures("db_session")
ANOTHER_MINUTE = timedelta(minutes=1)
PREPARING, ORDERED, DONE = SeriesStatus.PREPARING, SeriesStatus.ORDERED, SeriesStatus.DONE


@pytest.fixture(autouse=True)
def still() -> Iterator[None]:
    with clock.set_to(clock.now()):
        yield


def _series(status: SeriesStatus, age: timedelta, *lines: SeriesLine) -> Series:
    """A series whose last act was that long ago."""
    structure = make_structure(name="Chambre d’essai")
    author = make_member(structure, Role.RECRUITER, email=f"{new_siret()}@cma.example").account
    then = clock.now() - age
    made = Series(
        organisation=structure, author=author, status=status, created_at=then, saved_at=then,
        ordered_at=None if status is PREPARING else then, finished_at=then if status is DONE else None,
        lines=list(lines),
    )  # fmt: skip
    db.session.add(made)
    db.session.commit()
    return made


def _line(number: int, status: LineStatus = LineStatus.WAITING, **over: object) -> SeriesLine:
    return SeriesLine(**{"number": number, "status": status, "siret": Siret(new_siret()), **over})


def _forget(*, dry: bool = False) -> int:
    result = run_job("forget_series", dry=dry)
    assert result.error is None
    return int(result.counts.get("erased", 0))


@pytest.mark.parametrize(
    ("status", "kept_for"), [(PREPARING, services.PREPARED_FOR), (DONE, services.KEPT_FOR), (ORDERED, None)]
)
def test_a_series_is_erased_at_its_term_with_its_lines_and_its_offers_stay(
    status: SeriesStatus, kept_for: timedelta | None
) -> None:
    offer = make_offer()
    age = kept_for or timedelta(days=400)
    _series(status, age - ANOTHER_MINUTE)
    over = _series(status, age, _line(1, LineStatus.DEPOSITED, offer=offer)).id
    gone = 0 if kept_for is None else 1
    assert _forget(dry=True) == gone
    assert len(db.session.scalars(sa.select(Series)).all()) == 2, "a dry run erases nothing"
    assert _forget() == gone
    db.session.expire_all()
    assert (db.session.get(Series, over) is None) == bool(gone)
    assert len(db.session.scalars(sa.select(SeriesLine)).all()) == 1 - gone
    assert db.session.scalars(sa.select(Offer.id)).all() == [offer.id]
    assert _forget() == 0


def test_more_series_than_a_batch_are_all_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "_BATCH", 2)
    for _ in range(5):
        _series(PREPARING, services.PREPARED_FOR)
    assert services.forget_series(dry=True) == 2
    assert _forget() == 5
    assert db.session.scalars(sa.select(Series)).all() == []


def test_an_answer_of_half_a_day_ago_is_asked_again_a_batch_at_a_time() -> None:
    old, fresh = (
        {"asked_at": (clock.now() - age).isoformat()} for age in (FRESH_FOR, FRESH_FOR - ANOTHER_MINUTE)
    )
    _series(
        ORDERED, FRESH_FOR, *(_line(number, company=old) for number in (1, 2, 3)), _line(4, company=fresh),
        _line(5, LineStatus.DEPOSITED, company=old), _line(6),
    )  # fmt: skip
    assert [forget_old_answers(limit=2) for _ in range(3)] == [2, 1, 0]
    db.session.commit()
    lines = db.session.scalars(sa.select(SeriesLine).order_by(SeriesLine.number))
    assert [line.company for line in lines] == [None, None, None, fresh, old, None]


def test_lines_that_the_register_never_gives_are_left_out_a_batch_at_a_time() -> None:
    silent = _series(ORDERED, GIVE_UP_AFTER, *(_line(number) for number in (1, 2, 3)))
    patient = _series(ORDERED, GIVE_UP_AFTER - ANOTHER_MINUTE, _line(1))
    assert give_up_silent(limit=2) == 2
    assert silent.status is ORDERED, "one line still waits"
    assert [give_up_silent(limit=2), give_up_silent(limit=2)] == [1, 0]
    assert [silent.status, patient.status] == [DONE, ORDERED]
    assert {line.status for line in silent.lines} == {LineStatus.IGNORED}
    assert all("trois jours" in line.reason for line in silent.lines)
