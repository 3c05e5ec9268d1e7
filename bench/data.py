"""Many offers, quickly: real communes drawn by population, real jobs with their generated adverts.

Written by COPY, PostgreSQL's fastest way in; the columns are the models' own, so a new one without a value is
refused by the database at once.
"""

import csv
import io
import json
import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import accumulate, chain, islice
from typing import Any

import sqlalchemy as sa
from psycopg import sql
from stdnum import luhn

from app.core import clock
from app.core.database import db
from app.core.identifiers import Siret
from app.domain.employers.models import Contact, Employer, Establishment, Verification
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer, Remote
from app.domain.offers.publication import DAYS_ONLINE
from app.domain.reference.adverts import write_advert
from app.domain.reference.jobs import JobHit, search_jobs
from app.domain.reference.place_table import place_table
from app.domain.reference.places import Commune, commune_by_code

OFFERS_A_COMPANY = 4
LINES_A_BLOCK = 5_000
LEVELS = (None, 3, 3, 4, 5, 6, 7)
Row = dict[str, Any]


def fill(scale: int, *, seed: int = 1) -> None:
    """`scale` offers online, deposited over the last four weeks, by a quarter as many companies. Commits."""
    companies = max(1, scale // OFFERS_A_COMPANY)
    places = _drawn_places(companies, dice=random.Random(seed))
    now = clock.now()
    _copy(Employer.__table__, (_employer(n, now) for n in range(1, companies + 1)))
    _copy(Establishment.__table__, (_establishment(n, place, now) for n, place in enumerate(places, 1)))
    _copy(Contact.__table__, (_contact(n, now) for n in range(1, companies + 1)))
    _copy(Offer.__table__, _offers(scale, places, now, dice=random.Random(seed + 1)))
    for table in ("employer", "establishment", "contact", "offer"):
        # The tables are ours: their names hold nothing to escape.
        last = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608
        db.session.execute(sa.text(last))
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))


def siret_of(number: int) -> Siret:
    """The SIRET of the n-th company: its key is right, and no register knows it."""
    base = f"{50000000 + number:08d}"
    siren = base + luhn.calc_check_digit(base)
    return Siret(f"{siren}0001" + luhn.calc_check_digit(f"{siren}0001"))


def some_jobs() -> list[JobHit]:
    """Every job of the list, everyday names first, by the beginnings of its codes."""
    starts = (f"{letter}{number}" for letter in "ABCDEFGHIJKLMN" for number in range(11, 30))
    return [hit for start in starts for hit in search_jobs(start, limit=50)]


def _drawn_places(number: int, *, dice: random.Random) -> list[Commune]:
    table = place_table()
    codes, weights = [], []
    for row in range(len(table)):
        code, _, postcodes, *_, population, lat, _, _ = table.fields(row)
        if lat and postcodes:
            codes.append(code)
            weights.append(int(population))
    drawn = dice.choices(codes, cum_weights=list(accumulate(weights)), k=number)
    known = {code: commune_by_code(code) for code in set(drawn)}
    return [place for code in drawn if (place := known[code]) is not None]


def _employer(number: int, now: datetime) -> Row:
    return {
        "id": number,
        "siren": siret_of(number).siren,
        "name": f"SOCIÉTÉ N° {number}",
        "idcc": _json([843]),
        "headcount_code": "02",
        "created_at": now,
    }


def _establishment(number: int, place: Commune, now: datetime) -> Row:
    return {
        "id": number,
        "public_id": f"etab{number:08d}",
        "siret": siret_of(number),
        "employer_id": number,
        "name": f"SOCIÉTÉ N° {number}",
        "address_line": f"{number % 90 + 1} rue de la République",
        "postcode": place.postcodes[0],
        "city": place.name,
        "commune_code": place.code,
        "lat": place.point.lat if place.point else None,
        "lon": place.point.lon if place.point else None,
        "naf": "10.71C",
        "naf_label": "Boulangerie et boulangerie-pâtisserie",
        "is_training_body": False,
        "verification": Verification.VERIFIED.value,
        "verification_source": "recherche-entreprises",
        "verified_at": now - timedelta(days=30),
        "checks": 1,
        "created_at": now,
    }


def _contact(number: int, now: datetime) -> Row:
    address = f"contact{number}@entreprise.example"
    return {
        "id": number,
        "establishment_id": number,
        "email": address,
        "email_norm": address,
        "name": "Camille Martin",
        "phone": "+33565001234",
        "confirmed_at": now,
        "created_at": now,
    }


def _offers(scale: int, places: list[Commune], now: datetime, *, dice: random.Random) -> Iterator[Row]:
    adverts = [_advert(hit) for hit in some_jobs()]
    today = clock.today()
    for number in range(1, scale + 1):
        company = (number - 1) % len(places) + 1
        place = places[company - 1]
        published = now - timedelta(seconds=dice.randrange(DAYS_ONLINE * 86_400 - 3600) + 600)
        yield {
            **dice.choice(adverts),
            **_life(number, published),
            "establishment_id": company,
            "contact_id": company,
            "level": dice.choice(LEVELS),
            "start_on": today + timedelta(days=dice.randrange(30, 300)),
            "address_line": f"{company % 90 + 1} rue de la République",
            "postcode": place.postcodes[0],
            "city": place.name,
            "commune_code": place.code,
            # A few streets around the middle of the commune, so that places differ.
            "lat": place.point.lat + dice.uniform(-0.02, 0.02) if place.point else None,
            "lon": place.point.lon + dice.uniform(-0.03, 0.03) if place.point else None,
        }


def _advert(hit: JobHit) -> Row:
    text = write_advert(rome_code=hit.rome_code, masculine=hit.masculine, feminine=hit.feminine)
    return {
        "rome_code": hit.rome_code,
        "job_key": hit.appellation_key,
        "job_name": hit.both,
        "title": text.title,
        "description": text.description,
        "tasks": _json(text.tasks),
        "skills": _json(text.skills),
        "contract_types": _json(["apprenticeship"]),
        "questions": _json([]),
        "edited": _json([]),
        "openings": 1,
        "remote": Remote.ONSITE.value,
        "origin": "site",
    }


def _life(number: int, published: datetime) -> Row:
    day = clock.day_of(published)
    return {
        "id": number,
        "public_id": f"offre{number:07d}",
        "reference": f"DA-{number:07d}",
        "short_code": f"{number:07d}",
        "status": OfferStatus.ONLINE.value,
        "deposited_at": published,
        "confirmed_at": published,
        "first_published_on": day,
        "published_at": published,
        "last_day": day + timedelta(days=DAYS_ONLINE),
        "changed_at": published,
        "version": 1,
    }


def _copy(table: Any, rows: Iterable[Row]) -> None:
    """Send rows of the same columns into a table, in the session's transaction. None is the empty field."""
    rows = iter(rows)
    first = next(rows)
    command = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, first))
    )
    driver: Any = db.session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(command) as copy:
        values = (row.values() for row in chain([first], rows))
        while lines := list(islice(values, LINES_A_BLOCK)):
            block = io.StringIO()
            csv.writer(block).writerows(lines)
            copy.write(block.getvalue())


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
