"""Exports too long for one answer: asked for, written by a job, fetched within a day by who asked."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.audit import journal
from app.audit.actor import Actor
from app.core import clock
from app.core.database import Model, UtcDateTime, db, enum_column
from app.core.tokens import public_id
from app.domain.accounts.models import Account
from app.domain.opco.board_filter import BoardFilter
from app.domain.opco.determination import opco_by_code
from app.domain.opco.export import COLUMNS, CfaCounts, batch_after, count_offers, file_name
from app.domain.opco.lifecycle import EXPORT_LIFECYCLE, ExportStatus
from app.domain.opco.models import Opco
from app.domain.organisations.models import Organisation
from app.lists.spreadsheet import BOM, as_csv

LIFE = timedelta(hours=24)


class Export(Model):
    """One long export. The file is in DATA_DIR/exports, under its public number."""

    __tablename__ = "export"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    organisation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    filters: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    title: Mapped[str] = mapped_column(sa.String(160))
    status: Mapped[ExportStatus] = mapped_column(enum_column(ExportStatus), index=True)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    organisation: Mapped[Organisation] = relationship(lazy="joined")
    account: Mapped[Account] = relationship(lazy="joined")

    @property
    def ends_at(self) -> datetime:
        """When the file is erased."""
        return (self.finished_at or self.asked_at) + LIFE

    @property
    def due_at(self) -> datetime | None:
        """When it should be ready, once a part is done."""
        if self.status is not ExportStatus.RUNNING or not self.done or self.started_at is None:
            return None
        spent = clock.now() - self.started_at
        return clock.now() + spent * (max(0, self.total - self.done) / self.done)


def ask_export(
    space: Organisation, opco: Opco, wanted: BoardFilter, *, account: Account, by: Actor
) -> Export:
    """Keep what is asked for; a job begins within the minute."""
    export = Export(
        organisation=space,
        account=account,
        filters=wanted.args,
        title=file_name(opco, wanted),
        total=count_offers(opco, wanted),
        asked_at=clock.now(),
    )
    EXPORT_LIFECYCLE.begin(export, ExportStatus.WAITING)
    db.session.add(export)
    journal.record("export_asked", export, by=by, facts={"offers": export.total})
    return export


def export_of(account: Account, space: Organisation, address: str) -> Export | None:
    """The export of an address, for the person who asked for it."""
    query = sa.select(Export).where(
        Export.public_id == address,
        Export.account_id == account.id,
        Export.organisation_id == space.id,
        Export.asked_at > clock.now() - 2 * LIFE,
    )
    return db.session.scalar(query)


def exports_of(account: Account, space: Organisation, *, limit: int = 20) -> list[Export]:
    """The latest ones of a person."""
    query = sa.select(Export).where(Export.account_id == account.id, Export.organisation_id == space.id)
    return list(db.session.scalars(query.order_by(Export.id.desc()).limit(limit)))


def stop_export(export: Export, *, by: Actor) -> bool:
    """« Arrêter »: the job leaves it at its next batch; False when there was nothing left to stop."""
    if not EXPORT_LIFECYCLE.may(export, "stop"):
        return False
    EXPORT_LIFECYCLE.apply(export, "stop")
    export.finished_at = clock.now()
    journal.record("export_stopped", export, by=by)
    return True


def waiting_exports(*, limit: int) -> list[int]:
    """Those to write; one that a stop of the machine interrupted begins again."""
    states = (ExportStatus.WAITING, ExportStatus.RUNNING)
    query = sa.select(Export.id).where(Export.status.in_(states)).order_by(Export.id).limit(limit)
    return list(db.session.scalars(query))


def file_of(export: Export, folder: Path) -> Path:
    """Where its lines are."""
    return folder / f"{export.public_id}.csv"


def write_export(number: int, folder: Path, *, cfas: CfaCounts) -> Iterator[Export]:
    """Write the file by batches, yielding after each one so that the caller commits; done at the last one."""
    export = db.session.get_one(Export, number)
    opco = opco_by_code(export.organisation.opco_code or "")
    wanted = BoardFilter.of(export.filters)
    if EXPORT_LIFECYCLE.may(export, "start"):
        EXPORT_LIFECYCLE.apply(export, "start")
    export.started_at, export.done = clock.now(), 0
    folder.mkdir(parents=True, exist_ok=True)
    path, last = file_of(export, folder), 0
    with path.with_suffix(".part").open("w", encoding="utf-8", newline="") as file:
        file.write(BOM + as_csv([COLUMNS]))
        while (batch := batch_after(opco, wanted, last=last, cfas=cfas)).lines:
            file.write(as_csv(batch.lines))
            last = batch.last
            export.done += len(batch.lines)
            yield export
            db.session.refresh(export)
            if export.status is not ExportStatus.RUNNING:
                break
    if export.status is not ExportStatus.RUNNING:
        path.with_suffix(".part").unlink()
        return
    path.with_suffix(".part").replace(path)
    EXPORT_LIFECYCLE.apply(export, "finish")
    export.total, export.finished_at = export.done, clock.now()
    yield export


def over(*, limit: int) -> list[Export]:
    """Those whose day has passed."""
    moment = sa.func.coalesce(Export.finished_at, Export.asked_at)
    states = (ExportStatus.DONE, ExportStatus.STOPPED)
    query = sa.select(Export).where(Export.status.in_(states), moment <= clock.now() - LIFE)
    return list(db.session.scalars(query.order_by(Export.id).limit(limit)))
