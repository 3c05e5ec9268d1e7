"""Minimum pay: equal to the dated table to the cent, moving with the SMIC, silent where no rule is known."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core import clock
from app.domain.reference.legal import LegalParameter, legal_values, seed_legal_parameters, seed_values
from app.domain.reference.legal_values import LegalValue, Unit, overlaps
from app.domain.reference.pay import PARAMETERS, Contract, Diploma, PayGrid, minimum_pay

SEEDS = tuple(seed_values())
SUMMER = date(2026, 9, 1)
# Age × year of the contract, with a SMIC of 12.31 € an hour, 1,867.02 € a month.
DATED_TABLE = {
    (17, 1): "504.10", (17, 2): "728.14", (17, 3): "1026.86",
    (19, 1): "802.82", (19, 2): "952.18", (19, 3): "1250.90",
    (23, 1): "989.52", (23, 2): "1138.88", (23, 3): "1456.28",
    (27, 1): "1867.02", (27, 2): "1867.02", (27, 3): "1867.02",
}  # fmt: skip
# The same with 12.02 €, 1,823.03 € a month, as before 1 June 2026.
FORMER_TABLE = {
    (17, 1): "492.22", (17, 2): "710.98", (17, 3): "1002.67",
    (19, 1): "783.90", (19, 2): "929.75", (19, 3): "1221.43",
    (23, 1): "966.21", (23, 2): "1112.05", (23, 3): "1421.96",
    (27, 1): "1823.03", (27, 2): "1823.03", (27, 3): "1823.03",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _in_november() -> Iterator[None]:
    with clock.set_to(clock.paris(date(2026, 11, 22), 10)):
        yield


@pytest.fixture
def session() -> Iterator[Session]:
    engine = sa.create_engine("sqlite://")
    LegalParameter.__table__.create(engine)
    with Session(engine) as opened:
        yield opened
    engine.dispose()


def grid(
    start: date | None = SUMMER,
    *,
    mayotte: bool = False,
    contract: Contract = Contract.APPRENTICESHIP,
    parameters: tuple[LegalValue, ...] = SEEDS,
) -> PayGrid:
    return minimum_pay(parameters=parameters, start=start, mayotte=mayotte, contract=contract)


def amount(pay: PayGrid, age: int, year: int = 1, diploma: Diploma = Diploma.BELOW_BAC) -> Decimal:
    row = pay.at(age, year=year, diploma=diploma)
    assert row is not None
    return row.monthly


@pytest.mark.parametrize(("case", "expected"), DATED_TABLE.items())
def test_the_minimum_equals_the_dated_table_to_the_cent(case: tuple[int, int], expected: str) -> None:
    assert amount(grid(), *case) == Decimal(expected)


@pytest.mark.parametrize(("case", "expected"), FORMER_TABLE.items())
def test_a_start_before_the_new_smic_uses_the_former_one(case: tuple[int, int], expected: str) -> None:
    assert amount(grid(date(2026, 5, 31)), *case) == Decimal(expected)


def test_moving_the_start_across_a_valid_from_changes_the_amounts() -> None:
    before, after = grid(date(2026, 5, 31)), grid(date(2026, 6, 1))
    assert (before.smic_monthly, after.smic_monthly) == (Decimal("1823.03"), Decimal("1867.02"))
    assert all(old.monthly < new.monthly for old, new in zip(before.rows, after.rows, strict=True))
    assert not before.uncertain and not after.uncertain


def test_a_future_smic_entered_beforehand_applies_from_its_day() -> None:
    smic = next(value for value in SEEDS if value.value == Decimal("12.31"))
    closed = replace(smic, valid_to=date(2026, 12, 31), next_review=None)
    coming = replace(smic, value=Decimal("12.50"), valid_from=date(2027, 1, 1), next_review=date(2028, 1, 1))
    known = (*(value for value in SEEDS if value is not smic), closed, coming)
    assert overlaps(known) == []
    assert grid(date(2026, 12, 31), parameters=known).smic_monthly == Decimal("1867.02")
    next_year = grid(date(2027, 1, 1), parameters=known)
    assert (next_year.smic_monthly, next_year.uncertain) == (Decimal("1895.83"), False)
    assert grid(date(2028, 1, 1), parameters=known).uncertain


def test_every_boundary_of_age_belongs_to_its_band() -> None:
    pay = grid()
    rates = [row.rate for age in (15, 17, 18, 20, 21, 25, 26, 60) if (row := pay.at(age))]
    assert rates == [27, 27, 43, 43, 53, 53, 100, 100]
    assert [band.label for band in pay.bands] == [
        "Moins de 18 ans",
        "18 à 20 ans",
        "21 à 25 ans",
        "26 ans et plus",
    ]
    assert amount(pay, 19, 4) == amount(pay, 19, 3)
    assert pay.at(19, year=5) is None


def test_the_grid_has_four_ages_and_three_years() -> None:
    rows = grid().rows
    assert len(rows) == 12
    assert [row.year_label for row in rows[:3]] == ["1re année", "2e année", "3e année"]
    assert [row.agreement for row in rows] == [None] * 6 + [53, 61, 78, 100, 100, 100]


def test_source_and_date_of_reading_are_given() -> None:
    pay = grid()
    assert pay.smic is not None and pay.smic.value == Decimal("12.31")
    assert "à confirmer" in pay.source
    assert pay.checked_on == date(2026, 11, 22)
    assert not pay.is_confirmed


def test_a_start_whose_smic_is_not_known_is_uncertain_and_says_so() -> None:
    pay = grid(date(2027, 1, 1))
    assert pay.uncertain
    assert amount(pay, 18) == Decimal("802.82")
    assert pay.notice() == (
        "Le SMIC du 1er janvier 2027 n’est pas encore connu. Avec celui d’aujourd’hui\u00a0: au moins "
        "802,82\u00a0€ entre 18 et 20 ans. Votre convention collective peut prévoir plus."
    )
    assert "26 ans et plus" in (pay.notice(age=40) or "")
    assert grid(date(2026, 12, 31)).notice() is None


def test_a_start_before_any_known_value_has_no_amount() -> None:
    pay = grid(date(2025, 12, 31))
    assert (pay.rows, pay.smic, pay.uncertain, pay.lowest) == ((), None, True, None)
    assert pay.notice() == "Le SMIC du 31 décembre 2025 n’est pas connu. Nous n’annonçons pas de montant."
    assert grid(date(2026, 3, 1), mayotte=True).rows == ()
    assert grid(parameters=()).rows == ()


def test_as_soon_as_possible_counts_as_today() -> None:
    assert grid(None).start == date(2026, 11, 22)
    assert amount(grid(None), 17) == Decimal("504.10")
    with clock.set_to(clock.paris(date(2027, 1, 2), 10)):
        assert grid(None).uncertain


def test_mayotte_has_its_own_smic() -> None:
    pay = grid(mayotte=True)
    assert pay.smic_monthly == Decimal("1449.93")
    assert [amount(pay, age) for age in (17, 19, 23, 27)] == [
        Decimal("391.48"),
        Decimal("623.47"),
        Decimal("768.46"),
        Decimal("1449.93"),
    ]


@pytest.mark.parametrize(
    ("age", "diploma", "expected"),
    [
        (17, Diploma.BELOW_BAC, "1026.86"),
        (20, Diploma.BAC_OR_ABOVE, "1213.56"),
        (21, Diploma.BELOW_BAC, "1306.91"),
        (25, Diploma.BAC_OR_ABOVE, "1493.62"),
        (26, Diploma.BELOW_BAC, "1867.02"),
        (45, Diploma.BAC_OR_ABOVE, "1867.02"),
    ],
)
def test_professionalisation_goes_by_age_and_diploma_held(age: int, diploma: Diploma, expected: str) -> None:
    pay = grid(contract=Contract.PROFESSIONALISATION)
    assert len(pay.rows) == 6
    assert {amount(pay, age, year, diploma) for year in (1, 2, 3)} == {Decimal(expected)}


def test_the_committed_values_never_say_two_things_of_one_day() -> None:
    assert overlaps(SEEDS) == []
    smic = [value for value in SEEDS if value.parameter == "smic_hourly"]
    assert overlaps([*SEEDS, replace(smic[-2], valid_from=date(2026, 7, 1))]) != []
    assert all(value.source_label and value.source_url and value.checked_on for value in SEEDS)
    assert all(not value.is_confirmed for value in SEEDS)


def test_seeding_twice_adds_once_and_touches_no_corrected_row(session: Session) -> None:
    assert seed_legal_parameters(session) == len(SEEDS)
    smic = session.scalars(sa.select(LegalParameter).where(LegalParameter.value == Decimal("12.31"))).one()
    smic.checked_by, smic.value = "Une administratrice", Decimal("12.32")
    session.commit()
    assert seed_legal_parameters(session) == 0
    session.refresh(smic)
    assert (smic.value, smic.checked_by) == (Decimal("12.32"), "Une administratrice")


def test_rows_of_the_database_compute_as_the_committed_table(session: Session) -> None:
    seed_legal_parameters(session)
    session.commit()
    stored = legal_values(*PARAMETERS, session=session)
    pay = grid(parameters=stored)
    assert {case: str(amount(pay, *case)) for case in DATED_TABLE} == DATED_TABLE
    assert all(row.applied.id for row in pay.rows)
    assert {value.unit for value in stored} == {Unit.EURO, Unit.HOURS, Unit.PERCENT}


def test_the_table_refuses_a_value_said_twice(session: Session) -> None:
    seed_legal_parameters(session)
    first = next(iter(SEEDS))
    session.add(
        LegalParameter(
            parameter=first.parameter,
            value=Decimal(1),
            unit=first.unit,
            conditions=dict(first.conditions),
            valid_from=first.valid_from,
            source_label="",
        )
    )
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()
