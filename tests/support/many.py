"""Many more rows like those that exist, written at once: what pages must not ask one by one."""

import secrets
from typing import Any

import sqlalchemy as sa

from app.audit.models import JournalEntry
from app.core import clock
from app.core.database import db
from app.domain.cfa_requests.catalogue_models import Cfa
from app.domain.cfa_requests.models import CfaRequest, ProposedCandidate
from app.domain.deposits.models import SeriesLine
from app.domain.diffusion.feed_readings import FeedReading
from app.domain.diffusion.files import FileDelivery
from app.domain.diffusion.models import Attempt, Diffusion, Submission
from app.domain.employers.mandates import Mandate
from app.domain.employers.models import Contact, Employer, Establishment, Verification
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Hold, Offer
from app.domain.opco.models import ContactLogEntry, FollowUp
from app.lists.models import BatchItem, SavedView
from app.outbox.models import OutboxMessage, OutboxStatus, Pause, SuppressedAddress
from app.scheduling.models import JobRun
from tests.factories.offers import new_siret

SITE = "api_apprentissage"
# Nothing else hangs on these.
ALIKE = (
    JournalEntry, OutboxMessage, Pause, SuppressedAddress, ContactLogEntry, JobRun, SavedView, FileDelivery,
)  # fmt: skip


def many_rows(number: int) -> None:
    """`number` more of whatever pages list: offers of each state and where they are shown, companies,
    follow-ups, messages, lines, runs, files, readers. Commits."""
    for status in OfferStatus:
        offers = _copies(Offer, number, Offer.status == status)
        shown = _copies(Diffusion, len(offers), each={"offer_id": offers}, platform=SITE, account="")
        sent = _copies(Submission, len(shown), each={"diffusion_id": shown}, platform=SITE, rank=1)
        _copies(Attempt, len(sent), each={"submission_id": sent})
        if status is OfferStatus.HELD:
            _copies(Hold, len(offers), each={"offer_id": offers})
    for verification in (Verification.VERIFIED, Verification.TO_VERIFY):
        employers = _copies(Employer, number // 2)
        of_theirs = {"employer_id": employers}
        establishments = _copies(Establishment, len(employers), each=of_theirs, verification=verification)
        for model in (Contact, FollowUp):
            _copies(model, len(establishments), each={"establishment_id": establishments})
    places = _copies(Establishment, number, each={"employer_id": _copies(Employer, number)})
    _copies(Mandate, len(places), each={"establishment_id": places})
    first = 1_000 + 1_000 * (db.session.scalar(sa.select(sa.func.count()).select_from(SeriesLine)) or 0)
    _copies(SeriesLine, number, each={"number": list(range(first, first + number))})
    rank = 1_000 + (db.session.scalar(sa.select(sa.func.count()).select_from(BatchItem)) or 0)
    _copies(BatchItem, number, each={"rank": list(range(rank, rank + number))})
    _read_feeds(number)
    for _ in range(number):
        [cfa] = _copies(Cfa, 1)
        [request] = _copies(CfaRequest, 1, cfa_id=cfa)
        _copies(ProposedCandidate, 1, request_id=request)
    for model in ALIKE:
        _copies(model, number)
    _copies(OutboxMessage, number, status=OutboxStatus.DEAD)
    db.session.commit()


def _read_feeds(number: int) -> None:
    """As many programmes that read a feed: the table has no number of its own."""
    now = clock.now()
    rows = [
        {"feed": "json", "reader": secrets.token_hex(8), "first_at": now, "last_at": now, "readings": 1}
        for _ in range(number)
    ]
    db.session.execute(sa.insert(FeedReading), rows)


def _copies(
    model: Any,
    number: int,
    *like: sa.ColumnElement[bool],
    each: dict[str, list[int]] | None = None,
    **over: Any,
) -> list[int]:
    """Rows as the first one of the table that is `like` this; their numbers. `each` has a value a row."""
    table = model.__table__
    first = db.session.execute(sa.select(table).where(*like).order_by(table.c.id).limit(1)).one_or_none()
    if first is None or number == 0:
        return []
    alone = {column.name for column in table.columns if _is_alone(column)}
    kept = {name: value for name, value in first._mapping.items() if name != "id"}
    rows = [{**kept, **{name: _new(table.c[name]) for name in alone}, **over} for _ in range(number)]
    for name, values in (each or {}).items():
        for row, value in zip(rows, values, strict=True):
            row[name] = value
    return list(db.session.scalars(sa.insert(table).returning(table.c.id), rows))


def _is_alone(column: sa.Column[Any]) -> bool:
    """Must no other row have this value? Numbers are given by the database."""
    if column.primary_key or column.foreign_keys:
        return False
    unique = [set(each.columns) for each in column.table.constraints if isinstance(each, sa.UniqueConstraint)]
    return bool(column.unique) or any(column in columns for columns in unique)


def _new(column: sa.Column[Any]) -> str:
    if column.name in {"siret", "siren"}:
        siret = new_siret()
        return siret if column.name == "siret" else siret.siren
    length = getattr(column.type, "length", None) or 40
    return secrets.token_hex(20)[:length]
