"""API Apprentissage: pages of courses, who answers for a place, trouble said; and the job that reads it."""

import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.adapters.course_reading import course_of
from app.adapters.training_catalogue import PAGE_SIZE, HttpTrainingCatalogue
from app.core import clock
from app.core.database import db
from app.core.identifiers import RomeCode, Uai
from app.domain.cfa_requests.catalogue import READ_AGAIN_AFTER
from app.domain.cfa_requests.catalogue_models import CatalogueReading, Cfa, Training
from app.domain.cfa_requests.matching import cfas_near
from app.domain.cfa_requests.source import CatalogueUnavailable
from app.scheduling.runner import run_job
from standins.apprentissage.catalogue import centres, courses
from standins.apprentissage.server import TOKEN
from tests.adapters.test_standins import ask
from tests.factories.offers import make_offer
from tests.support.standins import Partner, apprentissage_served, closed_port


@pytest.fixture(scope="module")
def served_catalogue() -> Iterator[Partner]:
    """The national catalogue."""
    with apprentissage_served() as partner:
        yield partner


@pytest.fixture
def catalogue(served_catalogue: Partner) -> Partner:
    """The same, well and with all its courses."""
    served_catalogue.reset()
    return served_catalogue


def source(partner: Partner, *, token: str = TOKEN, timeout: float = 5.0) -> HttpTrainingCatalogue:
    return HttpTrainingCatalogue(f"{partner.url}/api", token=token, timeout=timeout)


def test_every_page_is_read(catalogue: Partner) -> None:
    first = source(catalogue).courses(0)
    assert (len(first.courses), first.unreadable) == (PAGE_SIZE, 0)
    total = sum(len(source(catalogue).courses(page).courses) for page in range(first.pages))
    assert total == len(courses(2027))


def test_a_course_comes_with_its_centre(catalogue: Partner) -> None:
    bakery = source(catalogue).courses(0).courses[0]
    assert (bakery.title, bakery.level, bakery.rncp) == ("CAP Boulanger", 3, "RNCP90001")
    assert bakery.rome_codes == (RomeCode("D1102"),)
    assert bakery.next_start is not None
    assert bakery.next_start.month == 9
    cfa = bakery.cfa
    assert cfa is not None
    assert (cfa.name, cfa.city, cfa.certified) == ("CFA des métiers de bouche de Rodez", "Rodez", True)
    assert [email.partition("@")[0] for email in cfa.emails] == ["apprentissage", "accueil"]


def test_who_answers_for_a_place(catalogue: Partner) -> None:
    known = centres()[0]
    found = source(catalogue).identify(siret=None, uai=Uai(known.uai))
    assert found is not None
    assert found.siret == known.siret
    assert source(catalogue).identify(siret=None, uai=Uai("9990000A")) is None
    assert source(catalogue).identify(siret=None, uai=None) is None


ROW: dict[str, Any] = dict(courses(2027)[0])
BROKEN: list[Any] = [
    None,
    [],
    {},
    {**ROW, "identifiant": {}},
    {**ROW, "lieu": {"geolocalisation": {"type": "Point", "coordinates": [400, 95]}}},
    {**ROW, "lieu": {"geolocalisation": {"type": "Point", "coordinates": ["x"]}}},
    {**ROW, "statut": {"catalogue": "archivé"}},
    {**ROW, "certification": {"valeur": {"intitule": {"cfd": None, "rncp": ""}}}},
]


@pytest.mark.parametrize("row", BROKEN, ids=range(len(BROKEN)))
def test_a_row_that_cannot_be_read_is_left_out(row: Any) -> None:
    assert course_of(row) is None


def test_what_is_missing_in_a_course_is_left_out_of_it() -> None:
    organisation = {**ROW["formateur"]["organisme"], "contacts": [{"email": "pas une adresse"}, 3, {}]}
    found = course_of(
        {**ROW, "formateur": {"organisme": organisation}, "sessions": [{"debut": "hier"}], "contact": None}
    )
    assert found is not None
    assert found.cfa is not None
    assert (found.cfa.emails, found.next_start) == ((), None)
    orphan = course_of({**ROW, "formateur": {"organisme": None}, "responsable": None})
    assert orphan is not None
    assert (orphan.cfa, str(orphan.place_siret)) == (None, centres()[0].siret)


FAULTS = ["down", "slow", "429", "500", "garbage", "html", "empty", "drift", "truncated", "redirect", "403"]


@pytest.mark.parametrize("kind", FAULTS)
def test_trouble_is_said_and_bounded(catalogue: Partner, kind: str) -> None:
    catalogue.fails(kind)
    start = time.monotonic()
    with pytest.raises(CatalogueUnavailable):
        source(catalogue, timeout=0.5).courses(0)
    assert time.monotonic() - start < 2.0


def test_a_closed_port_is_trouble() -> None:
    with pytest.raises(CatalogueUnavailable):
        source(Partner(closed_port())).courses(0)


def test_the_partner_is_spared_when_it_asks_to_wait(catalogue: Partner) -> None:
    reader = source(catalogue)
    catalogue.fails("429", times=1, retry_after=30)
    for _ in range(3):
        with pytest.raises(CatalogueUnavailable):
            reader.courses(0)
    assert len(catalogue.journal("/api")) == 1
    with clock.set_to(clock.now() + (READ_AGAIN_AFTER / 100)):
        assert reader.courses(0).courses


def test_the_token_is_shown_nowhere(catalogue: Partner, caplog: pytest.LogCaptureFixture) -> None:
    reader = source(catalogue, token="un-jeton-tres-secret")
    with caplog.at_level(logging.DEBUG), pytest.raises(CatalogueUnavailable, match="token") as refusal:
        reader.courses(0)
    shown = [caplog.text, repr(reader), repr(refusal.value), str(catalogue.journal())]
    assert not any("un-jeton-tres-secret" in text for text in shown)


STRICT = [
    ("", 401),
    ("?couleur=rouge", 400),
    ("?page_size=1001", 400),
    ("?page_index=-1", 400),
    ("?latitude=44", 400),
    ("?romes=boulanger", 400),
    ("?romes=D1102&longitude=2.57&latitude=44.35&radius=30&target_diploma_level=3", 200),
]


@pytest.mark.parametrize(("query", "status"), STRICT)
def test_the_stand_in_is_as_strict_as_the_partner(catalogue: Partner, query: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"} if query else {}
    found, content, _ = ask(f"{catalogue.url}/api/formation/v1/search{query}", headers=headers)
    assert found == status
    assert ("message" in content) is (status != 200)
    if status == 200:
        assert {row["lieu"]["adresse"]["commune"]["nom"] for row in content["data"]} == {"Rodez"}


@pytest.fixture
def reading(app: Flask, catalogue: Partner, db_session: object) -> Partner:
    """The application reads the simulated catalogue."""
    settings = app.extensions["adapters"]
    app.extensions["adapters"] = type(settings)(
        **{
            **{name: getattr(settings, name) for name in settings.__dataclass_fields__},
            "courses": source(catalogue),
        }
    )
    return catalogue


def live() -> int:
    query = sa.select(sa.func.count()).select_from(Training).where(Training.archived_at.is_(None))
    return db.session.scalar(query) or 0


def read(*, dry: bool = False, limit: int | None = None) -> dict[str, int]:
    report = run_job("refresh_catalogue", slot=f"essai {time.monotonic()}", dry=dry, limit=limit)
    assert report.error is None
    db.session.expire_all()
    return dict(report.counts)


def test_the_job_resumes_counts_archives_and_rests(reading: Partner) -> None:
    whole = len(courses(2027))
    assert read(dry=True)["courses"] == whole
    assert live() == 0
    first = read(limit=3)
    assert first["courses"] + first["left_out"] == 3 * PAGE_SIZE
    assert db.session.get_one(CatalogueReading, 1).next_page == 3
    reading.fails("503", times=1)
    assert read() == {}
    rest = read()
    assert first["courses"] + rest["courses"] == live()
    assert rest["archived"] == 0
    assert read() == {}
    assert cfas_near(make_offer())[0].cfa.title == "CFA des métiers de bouche de Rodez"


def test_a_course_gone_is_archived_by_the_next_reading(reading: Partner) -> None:
    read()
    before = live()
    gone = str(courses(clock.today().year + 1)[0]["identifiant"]["cle_ministere_educatif"])
    reading._post("/retraits", {"cles": [gone]})
    with clock.moved_by(READ_AGAIN_AFTER * 2):
        assert read()["archived"] == 1
    assert live() == before - 1
    assert (db.session.scalar(sa.select(sa.func.count()).select_from(Cfa)) or 0) > 100


def test_the_copy_serves_when_the_catalogue_is_down(reading: Partner) -> None:
    read()
    reading.fails("down")
    with clock.moved_by(READ_AGAIN_AFTER * 2):
        assert read() == {}
        assert len(cfas_near(make_offer())) >= 3
