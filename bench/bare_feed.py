"""The reference of the feed: the same columns of the same offers, each row written as JSON, and no more."""

import json
import os
import sys
from datetime import date, datetime
from decimal import Decimal

from psycopg.rows import dict_row

from bench.scene import connect

QUERY = """
SELECT o.public_id, o.reference, o.title, o.description, o.tasks, o.skills, o.rome_code, o.job_name, o.brand,
    o.about_company, o.address_line, o.postcode, o.city, o.commune_code, o.lat, o.lon, o.contract_types,
    o.level, o.duration_months, o.start_on, o.openings, o.rhythm, o.remote, o.published_at, o.changed_at,
    o.last_day, e.siret, e.naf, e.verification, e.brand AS known_brand, e.name AS known_name
FROM offer o JOIN establishment e ON e.id = o.establishment_id
WHERE o.status = 'online' AND o.last_day >= current_date
ORDER BY o.id DESC
"""


def main() -> None:
    """Say that it is ready, wait, write."""
    out = sys.stdout
    with (
        connect(os.environ["DATABASE_URL"]) as connection,
        connection.cursor("f", row_factory=dict_row) as rows,
    ):
        rows.itersize = 500
        out.write("\n")
        out.flush()
        sys.stdin.read()
        rows.execute(QUERY)
        out.write("[")
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=_plain))
            out.write(",\n")
        out.write("{}]\n")


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)


if __name__ == "__main__":
    main()
