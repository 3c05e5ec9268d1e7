"""One act on many rows: chosen, fixed, confirmed, done once; each row says what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm.exc import StaleDataError

from app.core import clock
from app.core.database import db
from app.core.errors import DomainError, Refused
from app.core.failpoints import failpoint
from app.lists.models import Batch, BatchItem, Outcome

MOST = 1_000
# How long its result can be read.
KEPT = timedelta(days=7)
NOTHING_CHOSEN = "Cochez au moins une ligne."
GONE = "Elle n’est plus dans votre liste."
CHANGED = "Elle a changé depuis votre choix."
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Name:
    """How a row is shown: « Fournil du Lac », « 12000 Rodez », and its address on the portal."""

    label: str
    detail: str
    url: str = ""


class BatchAct(Protocol[T]):
    """One kind of act, with what was chosen for it. Its texts are French; `apply` never commits."""

    @property
    def code(self) -> str:
        """The act, in the row of the batch (40 signs at most)."""

    @property
    def choice(self) -> str:
        """What was chosen for it (80 signs at most)."""

    def load(self, numbers: Sequence[int]) -> dict[int, T]:
        """The rows that the person may act on, by number; the others are left out."""

    def seen(self, subject: T) -> str:
        """What the act depends on, as it stands now (80 characters at most)."""

    def name(self, subject: T) -> Name:
        """How the row is shown."""

    def obstacle(self, subject: T) -> str:
        """Why the act can't be done on this row; empty when it can."""

    def apply(self, subject: T) -> None:
        """Do it; raises DomainError with the reason."""

    def title(self, number: int) -> str:
        """« Passer 20 entreprises à l’étape « Contactée » »: the confirm page and its button."""

    def effect(self) -> str:
        """What follows, and whether e-mails leave."""

    def count(self, number: int) -> str:
        """« 20 entreprises »."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a batch as its pages show it; `name` is None when the row can't be seen any more."""

    name: Name | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """How a batch ended; the two numbers always make its total."""

    done: int
    skipped: int


def prepare(
    act: BatchAct[Any],
    numbers: Sequence[int],
    *,
    account_id: int,
    organisation_id: int | None = None,
    asked: dict[str, Any] | None = None,
) -> Batch:
    """Fix the rows and their present state. Raises Refused for none, or for more than MOST."""
    wanted = list(dict.fromkeys(numbers))
    if len(wanted) > MOST:
        raise Refused(f"Au plus {MOST} lignes à la fois : ajoutez un filtre.")
    found = act.load(wanted)
    kept = [number for number in wanted if number in found]
    if not kept:
        raise Refused(NOTHING_CHOSEN)
    batch = Batch(
        account_id=account_id,
        organisation_id=organisation_id,
        act=act.code,
        choice=act.choice,
        asked=asked or {},
        total=len(kept),
        made_at=clock.now(),
    )
    db.session.add(batch)
    db.session.flush()
    rows = [
        {"batch_id": batch.id, "rank": rank, "object_id": number, "seen": act.seen(found[number])}
        for rank, number in enumerate(kept)
    ]
    db.session.execute(sa.insert(BatchItem), rows)
    return batch


def batch_of(public_id: str, *, account_id: int, organisation_id: int | None = None) -> Batch | None:
    """The batch of an address, for whoever made it and where it was made."""
    query = sa.select(Batch).where(
        Batch.public_id == public_id,
        Batch.account_id == account_id,
        Batch.organisation_id.is_not_distinct_from(organisation_id),
    )
    return db.session.scalar(query)


def run(batch: Batch, act: BatchAct[Any]) -> bool:
    """Do it, row by row, all in the present transaction; False when it was done before."""
    query = sa.select(Batch).where(Batch.id == batch.id).with_for_update()
    batch = db.session.scalars(query.execution_options(populate_existing=True)).one()
    if batch.done_at is not None:
        return False
    items = _items(batch)
    found = act.load([item.object_id for item in items])
    for item in items:
        item.reason = _apply(act, found.get(item.object_id), item.seen)
        item.outcome = Outcome.SKIPPED if item.reason else Outcome.DONE
    failpoint("batches.applied_before_mark")
    batch.done_at = clock.now()
    return True


def _apply(act: BatchAct[T], subject: T | None, seen: str) -> str:
    """Why the row was skipped; empty when the act is done."""
    if subject is None:
        return GONE
    reason = act.obstacle(subject)
    if reason or act.seen(subject) != seen:
        return reason or CHANGED
    try:
        with db.session.begin_nested():
            act.apply(subject)
    except DomainError as refusal:
        return refusal.message[:300]
    except StaleDataError:
        # Somebody else's change was committed between our reading and our writing.
        return CHANGED
    return ""


def again(batch: Batch, act: BatchAct[Any]) -> Batch:
    """« Réessayer ces 5 »: a batch of the rows that were skipped, as they stand now."""
    skipped = [item.object_id for item in _items(batch, Outcome.SKIPPED)]
    return prepare(
        act,
        skipped,
        account_id=batch.account_id,
        organisation_id=batch.organisation_id,
        asked=batch.asked,
    )


def tally(batch: Batch) -> Tally:
    """How it ended."""
    query = sa.select(BatchItem.outcome, sa.func.count()).where(BatchItem.batch_id == batch.id)
    counted = {row[0]: row[1] for row in db.session.execute(query.group_by(BatchItem.outcome))}
    return Tally(counted.get(Outcome.DONE, 0), counted.get(Outcome.SKIPPED, 0))


def first_lines(batch: Batch, act: BatchAct[Any], *, limit: int = 10) -> list[Line]:
    """The first rows, as they stand now."""
    items = _items(batch, limit=limit)
    found = act.load([item.object_id for item in items])
    return [_line(act, found.get(item.object_id)) for item in items]


def obstacles(batch: Batch, act: BatchAct[Any]) -> dict[str, int]:
    """Reason → how many rows can't take the act now: « 3 sur 20 sont incomplets » before it is done."""
    found = act.load([item.object_id for item in _items(batch)])
    counted: dict[str, int] = {}
    for subject in found.values():
        if reason := act.obstacle(subject):
            counted[reason] = counted.get(reason, 0) + 1
    if left := batch.total - len(found):
        counted[GONE] = left
    return counted


def skipped_lines(batch: Batch, act: BatchAct[Any], *, limit: int = MOST) -> list[Line]:
    """The rows that were skipped, each with its reason."""
    items = _items(batch, Outcome.SKIPPED, limit=limit)
    found = act.load([item.object_id for item in items])
    return [_line(act, found.get(item.object_id), item.reason) for item in items]


def _line(act: BatchAct[T], subject: T | None, reason: str = "") -> Line:
    return Line(act.name(subject) if subject is not None else None, reason)


def _items(batch: Batch, outcome: Outcome | None = None, *, limit: int = MOST) -> list[BatchItem]:
    query = sa.select(BatchItem).where(BatchItem.batch_id == batch.id)
    if outcome is not None:
        query = query.where(BatchItem.outcome == outcome)
    return list(db.session.scalars(query.order_by(BatchItem.rank).limit(limit)))
