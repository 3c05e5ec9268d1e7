"""The board of an OPCO's agents, with every company of the database in its field: 95th percentiles."""

import statistics
import time

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core import clock
from app.core.database import db
from app.core.identifiers import Siret
from app.domain.accounts import sessions
from app.domain.accounts.models import Account
from app.domain.opco.determination import opco_by_code
from app.domain.organisations.lifecycle import ORGANISATION_LIFECYCLE, OrganisationStatus
from app.domain.organisations.models import Kind, Membership, Organisation
from app.domain.organisations.roles import Role
from bench.results import Row
from bench.scene import Scene

P95 = 300
ASKED = (
    "", "?etape=toutes", "?etape=contacted&page=40", "?departement=75&etape=toutes", "?metier=boulanger",
    "?origine=company&etape=toutes", "?anciennete=late", "?q=soci%C3%A9t%C3%A9+n%C2%B0+1234",
    "?tri=entreprise", "?tri=-lieu&etape=toutes", "?tri=-echange&page=30",
)  # fmt: skip
# Seven companies in ten to contact, two contacted a week ago, one followed; an exchange for three in ten.
_FOLLOW_UPS = """
INSERT INTO follow_up (public_id, establishment_id, opco_id, department, status, opened_at, moved_at, note,
                       version)
SELECT 'suivi' || e.id, e.id, :opco, left(e.postcode, 2),
       CASE WHEN e.id % 10 < 7 THEN 'to_contact' WHEN e.id % 10 < 9 THEN 'contacted' ELSE 'supported' END,
       :now, :now - e.id * interval '1 minute', '', 1
FROM establishment e
"""
_EXCHANGES = """
INSERT INTO contact_log_entry (follow_up_id, day, means, outcome, reached, author, noted_at)
SELECT f.id, current_date, 'phone', 'Rendez-vous', CASE WHEN f.id % 2 = 0 THEN 'interview' END, 'OPCO', :now
FROM follow_up f WHERE f.status <> 'to_contact'
"""
_SUMS = """
UPDATE follow_up f SET last_contact_on = l.day, contacted_at = l.noted, interview_at = l.interview
FROM (SELECT follow_up_id, max(day) AS day, max(noted_at) AS noted,
             max(noted_at) FILTER (WHERE reached = 'interview') AS interview
      FROM contact_log_entry GROUP BY follow_up_id) l
WHERE l.follow_up_id = f.id
"""


def measure(scene: Scene) -> list[Row]:
    """The slowest of the ways to ask for it."""
    with scene.database() as url, scene.application(url) as app:
        client, address = _agent(app)
        times = {asked: _times(client, f"{address}{asked}", scene.pace.rounds * 7) for asked in ASKED}
    p95 = {asked: statistics.quantiles(found, n=20)[-1] for asked, found in times.items()}
    worst = max(p95, key=lambda asked: p95[asked])
    return [
        Row.told("Tableau OPCO, médiane de la première page", statistics.median(times[""]), "ms"),
        Row.at_most(f"Tableau OPCO, 95e centile ({worst or 'sans filtre'})", p95[worst], "ms", P95, 100),
    ]


def _times(client: FlaskClient, address: str, number: int) -> list[float]:
    """Milliseconds of each answer, once the caches are warm."""
    found = []
    for rank in range(number + 1):
        start = time.perf_counter()
        answer = client.get(address)
        spent = (time.perf_counter() - start) * 1000
        assert answer.status_code == 200, address
        if rank:
            found.append(spent)
    return found


def _agent(app: Flask) -> tuple[FlaskClient, str]:
    """A member of OPCO EP who is signed in, and the address of the board."""
    with app.app_context():
        now = clock.now()
        db.session.execute(sa.text(_FOLLOW_UPS), {"opco": opco_by_code("06").id, "now": now})
        db.session.execute(sa.text(_EXCHANGES), {"now": now})
        db.session.execute(sa.text(_SUMS))
        space = Organisation(
            siret=Siret("99100091000018"), kind=Kind.OPCO, name="OPCO EP", opco_code="06", created_at=now
        )
        ORGANISATION_LIFECYCLE.begin(space, OrganisationStatus.VERIFIED)
        account = Account(email="agent@opco.example", name="Agent", created_at=now)
        db.session.add(Membership(organisation=space, account=account, role=Role.RECRUITER, since=now))
        db.session.flush()
        _, token = sessions.open_session(account=account, links=[], proven=True)
        db.session.commit()
        address = f"/espace/{space.public_id}/entreprises"
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))
    client = app.test_client()
    client.set_cookie("session", token)
    return client, address
