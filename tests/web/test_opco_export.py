"""The export of an OPCO's offers: one line an offer, accents, no formula; long ones are written by a job."""

import csv
import io
import resource
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.audit.models import JournalEntry
from app.core import clock
from app.core.database import db
from app.domain.opco import export as export_module
from app.domain.opco.export import COLUMNS
from app.domain.opco.lifecycle import ExportStatus
from app.domain.opco.long_exports import Export, file_of
from app.export_upkeep import exports_folder
from app.outbox.models import OutboxMessage
from app.scheduling.runner import run_job
from tests.factories.structures import make_member
from tests.support.client import CheckedClient
from tests.support.opco_space import enter, followed, many_offers, opco_member

pytestmark = pytest.mark.usefixtures("db_session")
FORMULA = '=HYPERLINK("http://exemple.fr";"clic")'
LONG = 20_000


def lines_of(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))


def test_one_line_an_offer_with_accents_and_no_formula(client: CheckedClient) -> None:
    followed(brand="Fournil de l’Évêché", offers=2)
    followed(brand=FORMULA)
    followed("01", brand="Menuiserie")
    base = enter(client, opco_member())
    page = client.get(f"{base}/entreprises?etape=toutes")
    answer = client.submit(page, form="/exporter")
    assert answer.mimetype == "text/csv"
    name = answer.headers["Content-Disposition"]
    assert "offres-opco-ep-etape-toutes" in name
    head, *rows = lines_of(answer.data)
    assert tuple(head) == COLUMNS
    assert len(rows) == 3
    assert len({row[0] for row in rows}) == 3
    companies = [row[2] for row in rows]
    assert companies.count("Fournil de l’Évêché") == 2
    assert f"'{FORMULA}" in companies
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert rows[0][11] == "En ligne"
    assert rows[0][21] == "À contacter"
    line = db.session.scalars(
        sa.select(JournalEntry).where(JournalEntry.action == "export_downloaded")
    ).one()
    assert line.actor_kind == "member"
    assert line.facts == {"offers": 3}


def test_the_filters_of_the_page_are_those_of_the_file(client: CheckedClient) -> None:
    followed(brand="Fournil A")
    other = followed(brand="Fournil B")
    other.department = "75"
    base = enter(client, opco_member())
    page = client.get(f"{base}/entreprises?departement=75")
    assert "Exporter l’offre (CSV)" in page.text
    rows = lines_of(client.submit(page, form="/exporter").data)[1:]
    assert [row[2] for row in rows] == ["Fournil B"]


def test_twenty_thousand_offers_are_written_by_a_job(client: CheckedClient, record_property) -> None:  # type: ignore[no-untyped-def]
    followed(brand="Boulangerie Éloïse")
    many_offers(LONG - 1)
    member = opco_member()
    colleague = make_member(member.organisation, email="collegue@opco.example")
    base = enter(client, member)
    page = client.get(f"{base}/entreprises")
    start = time.monotonic()
    asked = client.submit(page, form="/exporter")
    record_property("secondes de la demande", time.monotonic() - start)
    assert "En attente" in asked.text
    assert "Actualiser" in asked.text
    assert run_job("write_exports", dry=True).counts == {"waiting": 1}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = run_job("write_exports", dry=False)
    assert report.counts == {"lines": LONG, "ready": 1}
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    record_property("Mo de plus pendant l’export", grown)
    assert grown <= 100
    assert run_job("write_exports", dry=False).counts == {}
    mail = sa.select(OutboxMessage.recipient).where(OutboxMessage.template == "export_ready")
    assert db.session.scalars(mail).all() == [member.account.email]
    ready = client.get(asked.request.path)
    got = client.submit(ready, button="Télécharger")
    head, *rows = lines_of(got.data)
    got.close()
    assert tuple(head) == COLUMNS
    assert len(rows) == LONG
    assert len({row[0] for row in rows}) == LONG
    assert {row[2] for row in rows} == {"Boulangerie Éloïse"}
    enter(client, colleague)
    assert client.get(asked.request.path).status_code == 404


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long begins at three offers, by batches of two."""
    monkeypatch.setattr("app.web.recruiter.opco_exports.AT_ONCE", 2)
    monkeypatch.setattr(export_module, "BATCH", 2)


@pytest.mark.usefixtures("short")
def test_an_export_is_stopped_and_forgotten(client: CheckedClient) -> None:
    followed(offers=3)
    base = enter(client, opco_member())
    asked = client.submit(client.get(f"{base}/entreprises"), form="/exporter")
    stopped = client.submit(asked, button="Arrêter")
    assert "Rien n’a été gardé" in stopped.text
    assert run_job("write_exports", dry=False).counts == {}
    again = client.submit(client.get(f"{base}/entreprises"), form="/exporter")
    run_job("write_exports", dry=False)
    db.session.expire_all()
    done = db.session.scalars(sa.select(Export).where(Export.status == ExportStatus.DONE)).one()
    path = file_of(done, exports_folder())
    assert path.exists()
    with clock.moved_by(timedelta(hours=23)):
        assert run_job("forget_exports", dry=False).counts == {"erased": 0}
    with clock.moved_by(timedelta(hours=25)):
        assert run_job("forget_exports", dry=True).counts == {"erased": 2}
        assert path.exists()
        assert run_job("forget_exports", dry=False).counts == {"erased": 2}
    assert not path.exists()
    assert client.get(again.request.path).status_code == 404
