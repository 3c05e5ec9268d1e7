"""Criterion 7. The minimum pay shown on the page, to the cent, moving with the SMIC of the start date."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import lxml.html
import pytest
from werkzeug.test import TestResponse

from app.core import clock
from tests.support.client import CheckedClient
from tests.support.deposit import plain, type_company

# Written here on purpose, apart from the data of the application: share of the SMIC by age and year.
RATES = {17: (27, 39, 55), 19: (43, 51, 67), 23: (53, 61, 78), 27: (100, 100, 100)}
LINES = {17: "Moins de 18 ans", 19: "18 à 20 ans", 23: "21 à 25 ans", 27: "26 ans et plus"}
SMIC = {date(2026, 5, 31): "12.02", date(2026, 6, 1): "12.31"}
CASES = [(age, year) for age in RATES for year in (1, 2, 3)]


def expected(age: int, year: int, start: date) -> Decimal:
    """Hourly × 1,820 hours ÷ 12, to the cent, then the share, to the cent."""
    cent = Decimal("0.01")
    monthly = (Decimal(SMIC[start]) * 1820 / 12).quantize(cent, ROUND_HALF_UP)
    return (monthly * RATES[age][year - 1] / 100).quantize(cent, ROUND_HALF_UP)


def asked(client: CheckedClient, start: date) -> TestResponse:
    """The page of the need, recomputed for a date."""
    need = type_company(client)
    return client.submit(need, {"start": "date", "start_date": f"{start:%d/%m/%Y}", "act": "salaire"})


def shown(page: TestResponse, age: int, year: int) -> Decimal:
    """The amount of one cell of the panel."""
    table = lxml.html.document_fromstring(page.text).xpath("//*[@id='salaire']//table")[0]
    for row in table.xpath(".//tbody/tr"):
        cells = [" ".join(cell.text_content().split()) for cell in row]
        if cells[0].replace("\u00a0", " ") == LINES[age]:
            return Decimal(cells[year].removesuffix("€").replace(" ", "").replace(",", "."))
    raise AssertionError(f"no line for {age}")


@pytest.mark.parametrize(("age", "year"), CASES)
def test_criterion_07_the_amount_shown_is_right_to_the_cent(
    client: CheckedClient, age: int, year: int
) -> None:
    with clock.set_to(clock.paris(date(2026, 5, 20), 10)):
        for start in SMIC:
            assert shown(asked(client, start), age, year) == expected(age, year, start)


def test_criterion_07_moving_the_start_across_a_change_of_smic_moves_it(client: CheckedClient) -> None:
    with clock.set_to(clock.paris(date(2026, 5, 20), 10)):
        before, after = (asked(client, start) for start in SMIC)
        assert shown(before, 19, 1) < shown(after, 19, 1)
        assert "pour un début le 31 mai 2026" in plain(before)
        assert "pour un début le 1er juin 2026" in plain(after)


def test_criterion_07_source_and_date_are_shown(client: CheckedClient) -> None:
    words = plain(type_company(client))
    assert "Source : " in words and "Relevé le " in words
    assert "Votre convention collective peut prévoir plus." in words


def test_criterion_07_no_amount_is_promised_for_a_smic_not_known_yet(client: CheckedClient) -> None:
    with clock.set_to(clock.paris(date(2026, 11, 22), 10)):
        words = plain(asked(client, date(2027, 9, 1)))
    assert "À titre indicatif" in words
