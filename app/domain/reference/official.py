"""What France Travail's ROME 4.0 says of jobs, kept here and refreshed by a job when credentials are set."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.database import Code, Model, UtcDateTime, db
from app.core.identifiers import RomeCode
from app.domain.reference.rome_source import SourceAppellation, SourceSheet

REFRESH_AFTER = timedelta(days=30)
MOST_TASKS, MOST_SKILLS = 8, 8


class OfficialSheet(Model):
    """A job sheet as the register gives it; `found` is false when the register has none for the code."""

    __tablename__ = "official_sheet"

    rome_code: Mapped[RomeCode] = mapped_column(Code(RomeCode, 5), primary_key=True)
    found: Mapped[bool]
    tasks: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    skills: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class OfficialAppellation(Model):
    """A name that a job goes by, with the OGR number that France Travail wants on an offer."""

    __tablename__ = "official_appellation"

    ogr: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    label: Mapped[str] = mapped_column(sa.String(200))
    rome_code: Mapped[RomeCode] = mapped_column(Code(RomeCode, 5), index=True)


def official_sheet(code: RomeCode) -> OfficialSheet | None:
    """The register's sheet of a job, if it was read and exists."""
    sheet = db.session.get(OfficialSheet, code)
    return sheet if sheet is not None and sheet.found and sheet.tasks else None


def codes_to_read(codes: list[RomeCode], *, limit: int) -> list[RomeCode]:
    """Those never read, or read more than thirty days ago: the next run goes on where this one stops."""
    recent = sa.select(OfficialSheet.rome_code).where(OfficialSheet.read_at > clock.now() - REFRESH_AFTER)
    known = set(db.session.scalars(recent))
    return [code for code in codes if code not in known][:limit]


def store_sheet(code: RomeCode, sheet: SourceSheet | None) -> None:
    """Write what was read; an obsolete sheet counts as none."""
    row = db.session.get(OfficialSheet, code) or OfficialSheet(rome_code=code)
    usable = sheet is not None and not sheet.obsolete
    row.found = usable
    row.tasks, row.skills = [], []
    if sheet is not None and usable:
        tasks = [skill for group in sheet.groups for skill in group.skills]
        row.tasks = [_line(task) for task in tasks[:MOST_TASKS]]
        row.skills = [_line(skill) for skill in sheet.knowledge[:MOST_SKILLS]]
    row.read_at = clock.now()
    db.session.add(row)


def store_appellations(found: list[SourceAppellation]) -> int:
    """Replace the list of appellations; returns how many there are."""
    db.session.execute(sa.delete(OfficialAppellation))
    db.session.add_all(
        OfficialAppellation(ogr=one.ogr, label=one.label[:200], rome_code=one.rome_code) for one in found
    )
    return len(found)


def _line(text: str) -> str:
    clean = " ".join(text.split())[:200]
    return clean[:1].upper() + clean[1:]
