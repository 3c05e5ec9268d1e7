"""Criterion 23, an OPCO's part: from the dashboard to the oldest item, filters that last, the export."""

import csv
import io
import time
from datetime import timedelta

import pytest
from lxml import html as lxml_html

from app.core import clock
from app.scheduling.runner import run_job
from tests.support.client import CheckedClient
from tests.support.opco_space import enter, followed, many_offers, opco_member

pytestmark = pytest.mark.usefixtures("db_session")
ROWS = 20_000
# A page answers within this while, or after, a long export is asked for; in practice a tenth of it.
A_PAGE = 3.0


def links(text: str, words: str) -> list[str]:
    """Addresses of the links of the page's content that hold these words."""
    page = lxml_html.fromstring(text)
    found = page.xpath("//main//a")
    return [
        link.get("href")
        for link in found
        if words in " ".join(link.text_content().replace("\u00a0", " ").split())
    ]


def test_criterion_23_the_oldest_company_is_two_clicks_from_the_dashboard(client: CheckedClient) -> None:
    followed(brand="Fournil récent")
    oldest = followed(brand="Fournil oublié")
    oldest.moved_at = clock.now() - timedelta(days=30)
    base = enter(client, opco_member())
    (task,) = links(client.get(base).text, "attend un premier contact")
    board = client.get(task)
    first = next(link for link in links(board.text, "Fournil") if "/entreprises/" in link)
    page = client.get(first)
    assert "Fournil oublié" in page.text
    assert "Noter un contact" in page.text


def test_criterion_23_filters_survive_reload_back_and_sharing(client: CheckedClient) -> None:
    kept = followed(brand="Fournil du Lac")
    kept.department = "75"
    followed(brand="Fournil du Puy")
    member = opco_member()
    base = enter(client, member)
    page = client.get(f"{base}/entreprises")
    filtered = client.submit(page, {"departement": "75", "q": "fournil", "anciennete": "recent"}, form=0)
    shared = filtered.request.full_path
    assert "departement=75" in shared
    rows = ("Fournil du Lac", "Fournil du Puy")
    shown = [name in filtered.text for name in rows]
    assert shown == [True, False]
    company = next(link for link in links(filtered.text, "Fournil du Lac") if "/entreprises/" in link)
    client.get(company)
    again = client.get(shared)
    other = client.application.test_client()
    enter(other, member)  # type: ignore[arg-type]  # the application's clients are checked ones
    for answer in (again, other.get(shared)):
        assert [name in answer.text for name in rows] == shown
        assert 'value="fournil"' in answer.text
        assert '<option value="75" selected' in answer.text


def test_criterion_23_the_csv_has_one_line_an_offer_and_no_formula(client: CheckedClient) -> None:
    followed(brand="@SOMME(A1)", offers=3)
    followed(brand="Chez Zoë & Noël")
    base = enter(client, opco_member())
    answer = client.submit(client.get(f"{base}/entreprises"), form="/exporter")
    assert answer.data.startswith("\ufeff".encode())
    head, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";")
    assert [row[2] for row in rows].count("'@SOMME(A1)") == 3
    assert len(rows) == len({row[0] for row in rows}) == 4
    assert {len(row) for row in rows} == {len(head)}
    assert "Chez Zoë & Noël" in {row[2] for row in rows}
    assert not [cell for row in rows for cell in row if cell.startswith(tuple("=+-@\t\r"))]


def test_criterion_23_an_export_of_20_000_rows_blocks_no_page(client: CheckedClient) -> None:
    followed(brand="Boulangerie Éloïse")
    many_offers(ROWS - 1)
    base = enter(client, opco_member())
    page = client.get(f"{base}/entreprises")
    start = time.monotonic()
    asked = client.submit(page, form="/exporter")
    assert time.monotonic() - start <= A_PAGE
    assert "En attente" in asked.text
    run_job("write_exports", dry=False)
    got = client.submit(client.get(asked.request.path), button="Télécharger")
    assert got.data.decode("utf-8-sig").count("\r\n") == ROWS + 1
    got.close()
