"""A demonstration's catalogue: invented centres and courses, the ones that the stand-in serves."""

from datetime import date
from pathlib import Path

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.core.identifiers import CommuneCode, RomeCode, Siret, Uai
from app.domain.cfa_requests.catalogue import end_reading, store_page
from app.domain.cfa_requests.catalogue_models import Training
from app.domain.cfa_requests.source import CoursePage, SourceCfa, SourceCourse
from app.domain.reference.places import commune_by_code

_DATA = Path(__file__).parent / "data"


def seed_demo_catalogue() -> int:
    """Fill the copy when it is empty, as the reading of the catalogue would; returns how many courses."""
    if db.session.scalar(sa.select(Training.id).limit(1)) is not None:
        return 0
    courses = demo_courses()
    stored = store_page(0, CoursePage(tuple(courses), pages=1), identities={})
    end_reading()
    return stored


def demo_courses() -> list[SourceCourse]:
    """Every invented course, at the middle of the town of its centre."""
    taught = {row[0].removeprefix("RNCP"): row for row in _rows("demo_courses.tsv")}
    start = date(clock.today().year + 1, 9, 1)
    found = []
    for siret, uai, name, commune_code, certified, courses, emails in _rows("demo_cfas.tsv"):
        commune = commune_by_code(CommuneCode(commune_code))
        if commune is None or commune.point is None:
            raise LookupError(f"demonstration: {commune_code} has no place")
        cfa = SourceCfa(
            siret=Siret(siret) if siret else None,
            uai=Uai(uai),
            name=name,
            certified=certified == "1",
            postcode=commune.postcodes[0],
            city=commune.name,
            point=commune.point,
            emails=tuple(emails.split()),
        )
        for number in courses.split():
            rncp, level, title, codes = taught[number]
            found.append(
                SourceCourse(
                    key=f"{uai}|{rncp}",
                    title=title,
                    rncp=rncp,
                    level=int(level),
                    rome_codes=tuple(RomeCode(code) for code in codes.split()),
                    point=commune.point,
                    next_start=start,
                    cfa=cfa,
                )
            )
    return found


def _rows(name: str) -> list[list[str]]:
    lines = (_DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]
