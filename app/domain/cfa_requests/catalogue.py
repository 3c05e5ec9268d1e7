"""Writing what the catalogue gives into the local copy, page by page; a course gone from it is archived."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app.core import clock
from app.core.database import db
from app.core.identifiers import Siret, Uai
from app.domain.cfa_requests.catalogue_models import CatalogueReading, Cfa, CfaEmail, Training, TrainingRome
from app.domain.cfa_requests.source import CoursePage, Identity, SourceCfa, SourceCourse
from app.domain.employers.services import normalise_email

READ_AGAIN_AFTER = timedelta(hours=20)
MOST_EMAILS = 5
Place = tuple[Siret | None, Uai | None]
_READING = 1


def page_to_read() -> int | None:
    """The page where the reading stands, 0 when a new one is due; None while the copy is fresh."""
    reading = db.session.get(CatalogueReading, _READING)
    if reading is None:
        return 0
    if reading.ended_at is None:
        return reading.next_page
    return 0 if clock.now() - reading.ended_at >= READ_AGAIN_AFTER else None


def store_page(number: int, page: CoursePage, *, identities: Mapping[Place, Identity | None]) -> int:
    """Write a page and move the cursor; returns how many of its courses are in the copy.

    `identities`: who answers for the places of the courses whose centre the catalogue doesn't give.
    """
    now = clock.now()
    if number == 0:
        reading = db.session.merge(CatalogueReading(id=_READING, next_page=0, began_at=now, ended_at=None))
    else:
        reading = db.session.get_one(CatalogueReading, _READING)
    known = _Centres(page.courses, identities)
    keys = [course.key for course in page.courses]
    query = sa.select(Training).where(Training.key.in_(keys)).options(selectinload(Training.romes))
    rows = {row.key: row for row in db.session.scalars(query)}
    stored = 0
    for course in page.courses:
        cfa = known.of(course)
        if cfa is not None:
            _store(course, cfa, rows.setdefault(course.key, Training(key=course.key)))
            stored += 1
    reading.next_page = number + 1
    db.session.flush()
    return stored


class _Centres:
    """The centres of a page, read together, written once each."""

    def __init__(self, courses: Iterable[SourceCourse], identities: Mapping[Place, Identity | None]) -> None:
        self.identities = identities
        given = {_number(course.cfa): course.cfa for course in courses if course.cfa is not None}
        answered = {identity.siret for identity in identities.values() if identity is not None}
        sirets = {cfa.siret for cfa in given.values() if cfa.siret} | answered
        uais = {cfa.uai for cfa in given.values() if cfa.siret is None}
        query = (
            sa.select(Cfa)
            .where(sa.or_(Cfa.siret.in_(sirets), sa.and_(Cfa.siret.is_(None), Cfa.uai.in_(uais))))
            .options(selectinload(Cfa.emails))
        )
        self.rows: dict[str, Cfa] = {str(cfa.siret or cfa.uai): cfa for cfa in db.session.scalars(query)}
        for number, source in given.items():
            self.rows[number] = _store_cfa(source, self.rows.get(number))

    def of(self, course: SourceCourse) -> Cfa | None:
        """The centre of a course; None when nobody known answers for its place."""
        if course.cfa is not None:
            return self.rows[_number(course.cfa)]
        identity = self.identities.get((course.place_siret, course.place_uai))
        return None if identity is None else self.rows.get(str(identity.siret))


def _number(cfa: SourceCfa) -> str:
    return str(cfa.siret or cfa.uai)


def _store_cfa(source: SourceCfa, row: Cfa | None) -> Cfa:
    if row is None:
        row = Cfa(siret=source.siret)
        db.session.add(row)
    row.uai = source.uai or row.uai
    row.title, row.certified = source.name, source.certified
    row.postcode, row.city = source.postcode, source.city
    if source.point is not None:
        row.lat, row.lon = source.point.lat, source.point.lon
    row.read_at = clock.now()
    # Whoever has opted out is never written to again: its addresses aren't kept either.
    _store_emails(row, source.emails if row.opted_out_at is None else ())
    return row


def _store_emails(row: Cfa, emails: tuple[str, ...]) -> None:
    wanted = list(dict.fromkeys(normalise_email(email) for email in emails))[:MOST_EMAILS]
    spelt = {normalise_email(email): email.strip() for email in emails}
    kept = {one.email_norm: one for one in row.emails}
    for norm, one in kept.items():
        if norm not in wanted:
            row.emails.remove(one)
    for rank, norm in enumerate(wanted):
        if norm in kept:
            kept[norm].rank = rank
        else:
            row.emails.append(CfaEmail(rank=rank, email=spelt[norm], email_norm=norm))


def _store(course: SourceCourse, cfa: Cfa, row: Training) -> None:
    row.cfa, row.title, row.rncp, row.level = cfa, course.title, course.rncp, course.level
    row.lat, row.lon, row.next_start = course.point.lat, course.point.lon, course.next_start
    row.url = course.url
    row.read_at, row.archived_at = clock.now(), None
    former = {one.rome_code: one for one in row.romes}
    for code, one in former.items():
        if code not in course.rome_codes:
            row.romes.remove(one)
    for code in dict.fromkeys(course.rome_codes):
        if code not in former:
            row.romes.append(TrainingRome(rome_code=code, lat=row.lat, lon=row.lon))
        elif (former[code].lat, former[code].lon) != (row.lat, row.lon):
            former[code].lat, former[code].lon = row.lat, row.lon
    db.session.add(row)


def end_reading() -> int:
    """The last page was read: what this reading hasn't seen is archived; returns how many courses were.

    A reading that has seen less than half of what was known archives nothing: the source was ill.
    """
    reading = db.session.get_one(CatalogueReading, _READING)
    live = sa.select(sa.func.count()).select_from(Training).where(Training.archived_at.is_(None))
    gone = Training.read_at < reading.began_at
    unseen, known = db.session.scalar(live.where(gone)) or 0, db.session.scalar(live) or 0
    reading.ended_at = clock.now()
    db.session.flush()
    return 0 if unseen * 2 > known else _archive(reading.began_at)


def _archive(before: datetime) -> int:
    gone = sa.select(Training.id).where(Training.read_at < before, Training.archived_at.is_(None))
    ids = list(db.session.scalars(gone))
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        db.session.execute(sa.delete(TrainingRome).where(TrainingRome.training_id.in_(part)))
        db.session.execute(sa.update(Training).where(Training.id.in_(part)).values(archived_at=clock.now()))
    if ids:
        taught = sa.select(Training.id).where(
            Training.cfa_id == CfaEmail.cfa_id, Training.archived_at.is_(None)
        )
        db.session.execute(
            sa.delete(CfaEmail).where(~taught.exists()).execution_options(synchronize_session=False)
        )
        db.session.expire_all()
    return len(ids)
