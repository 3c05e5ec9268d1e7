"""Job sheets from the register: read a part each night, used in adverts, edited texts left alone."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from app.adapters.rome import HttpRomeSource
from app.core.database import db
from app.core.identifiers import RomeCode
from app.domain.reference.official import OfficialAppellation, OfficialSheet, official_sheet
from app.scheduling.runner import run_job
from standins.rome.server import CLIENT_ID, CLIENT_SECRET
from tests.support.standins import Partner, rome_served


@pytest.fixture
def rome(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Partner]:
    with rome_served() as partner:
        source = HttpRomeSource(
            f"{partner.url}/partenaire",
            token_url=f"{partner.url}/connexion/oauth2/access_token",
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            timeout=5,
        )
        former = app.extensions["adapters"]
        app.extensions["adapters"] = replace(former, rome=source)
        yield partner
        app.extensions["adapters"] = former


def test_a_night_reads_a_part_and_the_next_goes_on(app: Flask, rome: Partner, db_session: object) -> None:
    run_job("refresh_rome", dry=False, limit=5)
    first = set(db.session.scalars(sa.select(OfficialSheet.rome_code)))
    assert len(first) == 5
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OfficialAppellation)) > 1000
    run_job("refresh_rome", dry=False, limit=5)
    assert len(set(db.session.scalars(sa.select(OfficialSheet.rome_code)))) == 10


def test_a_silent_register_changes_nothing(app: Flask, rome: Partner, db_session: object) -> None:
    rome.fails("500", path="/")
    run_job("refresh_rome", dry=False, limit=5)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OfficialSheet)) == 0
    assert official_sheet(RomeCode("D1102")) is None
