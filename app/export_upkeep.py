"""Jobs of long exports: writing the file, erasing it a day later."""

from pathlib import Path

from flask import current_app

from app.core.database import db
from app.domain.cfa_requests.counts import cfas_of
from app.domain.opco.export_emails import ExportReady
from app.domain.opco.lifecycle import ExportStatus
from app.domain.opco.long_exports import Export, file_of, over, waiting_exports, write_export
from app.outbox import queue
from app.scheduling import Counts, Every, Run, job


def exports_folder() -> Path:
    """Where the files are kept."""
    return Path(current_app.extensions["settings"].data_dir).resolve() / "exports"


@job(
    "write_exports",
    at=Every(minutes=1),
    title="Écrire les exports demandés",
    words={"lines": ("ligne écrite", "lignes écrites"), "ready": ("export prêt", "exports prêts"),
           "waiting": ("export demandé", "exports demandés")},
)  # fmt: skip
def write_exports(run: Run) -> Counts:
    """One after the other, by batches: no page waits, and memory holds one batch."""
    waiting = waiting_exports(limit=run.limit or 100)
    if run.dry:
        run.count("waiting", len(waiting))
        return run.counts
    for number in waiting:
        _write(run, number)
    return run.counts


def _write(run: Run, number: int) -> None:
    written = 0
    for export in write_export(number, exports_folder(), cfas=cfas_of):
        run.count("lines", export.done - written)
        written = export.done
        if export.status is ExportStatus.DONE:
            run.count("ready")
            queue(ExportReady(export))
        run.commit()


@job(
    "forget_exports",
    at=Every(minutes=60),
    title="Effacer les exports d’hier",
    words={"erased": ("export effacé", "exports effacés")},
)
def forget_exports(run: Run) -> Counts:
    """The file, then its line; a file without a line is erased too."""
    found = over(limit=run.limit or 1000)
    run.count("erased", len(found))
    if run.dry:
        return run.counts
    for export in found:
        file_of(export, exports_folder()).unlink(missing_ok=True)
        db.session.delete(export)
    run.commit()
    _erase_strays()
    return run.counts


def _erase_strays() -> None:
    """What a removed structure or account has left."""
    folder = exports_folder()
    for path in folder.iterdir() if folder.is_dir() else ():
        known = db.session.query(Export.id).filter_by(public_id=path.stem).first()
        if known is None:
            path.unlink(missing_ok=True)
