"""Jobs of the platforms fed by a file: leaving it every night, looking whether its offers are seen."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import cast

from flask import current_app

from app import boards
from app.core import clock
from app.core.database import db
from app.core.failpoints import failpoint
from app.domain.diffusion import file_recording, file_writing
from app.domain.diffusion.board import Board
from app.domain.diffusion.file_search import look, to_look_for
from app.domain.diffusion.files import (
    FILE_LIFECYCLE,
    Delivered,
    FileBoard,
    FileDelivery,
    FileStatus,
    Receipt,
    SearchUnavailable,
)
from app.domain.diffusion.platform import Options, Platform, Transport
from app.domain.diffusion.platforms.france_travail import EMPTY_FILE
from app.domain.diffusion.registry import PLATFORMS, open_platforms
from app.domain.reference.official import store_appellations
from app.domain.reference.rome_source import RomeUnavailable
from app.scheduling import Counts, Daily, Every, Run, job

MANY = 20
KEPT = timedelta(days=30)
LOOKED_FOR_AT_ONCE = 2000
# One question stops by itself after a minute, and what it was waiting for may last as long again.
ONE_SEARCH = timedelta(minutes=2)
Target = tuple[Platform, FileBoard, Options]


class FileNotTaken(Exception):
    """The file of the night wasn't received: the run fails, in sight of portal staff, and is tried again."""


def files_folder() -> Path:
    """Where the files are kept."""
    return Path(current_app.extensions["settings"].data_dir).resolve() / "fichiers"


def targets() -> list[Target]:
    """The platforms that take a file, are set up and open."""
    ready: Mapping[str, Board] = current_app.extensions["boards"]
    opened = open_platforms()
    return [
        (platform, cast(FileBoard, ready[key]), opened[key])
        for key, platform in PLATFORMS.items()
        if platform.transport is Transport.FILE and key in ready and key in opened
    ]


NIGHT = Daily(5, 30)


@job(
    "deliver_files",
    at=NIGHT,
    title="Déposer le fichier de la nuit chez France Travail",
    words={
        "offers": ("offre dans le fichier", "offres dans le fichier"),
        "left_out": ("offre laissée de côté", "offres laissées de côté"),
        "sent": ("offre reçue pour la première fois", "offres reçues pour la première fois"),
        "ended": ("offre qui n’y est plus", "offres qui n’y sont plus"),
    },
)
def deliver_files(run: Run) -> Counts:
    """A full snapshot for each platform that takes a file; one that fails doesn't stop the others."""
    failed = []
    if not run.dry:
        _learn_job_numbers(run)
    for target in targets():
        try:
            _deliver(run, *target)
        except FileNotTaken as trouble:
            failed.append(str(trouble))
    if not run.dry:
        _forget_old_files()
    if failed:
        raise FileNotTaken(" ; ".join(failed))
    return run.counts


def _deliver(run: Run, platform: Platform, board: FileBoard, options: Options) -> None:
    last = file_recording.last_received(platform)
    former = last.offers if last is not None else 0
    if run.dry:
        run.count("offers", former)
        return
    if last is not None and last.status is FileStatus.ACKNOWLEDGED:
        # The process died between the receipt and its writing down.
        _record(run, last, board)
    number = _take_up(run, platform, board) or _write(run, former, platform, board, options)
    delivery = db.session.get_one(FileDelivery, number)
    run.count("offers", delivery.offers)
    run.count("left_out", delivery.left_out)
    archive = _archive(number)
    # Whoever finds it without an answer knows that it may have left.
    delivery.delivered_at = None
    failpoint("files.written_before_delivery")
    # Another process that took the slot meanwhile would leave a file of its own, and this one after it.
    run.commit(then=platform.timeout)
    answer = board.deliver(archive)
    failpoint("files.delivered_before_mark")
    _take(run, number, answer, board)


def _write(run: Run, former: int, platform: Platform, board: FileBoard, options: Options) -> int:
    """The file of the night; gives its number."""
    for _ in file_writing.join_missing(platform, options):
        run.commit()
    number = file_writing.begin(platform, host=board.host).id
    run.commit()
    snapshot = file_writing.Snapshot(platform, board, options, number)
    for _ in snapshot.write(_archive(number)):
        failpoint("files.midway")
        run.commit()
    if snapshot.offers == 0 and former >= MANY and not options.get(EMPTY_FILE, False):
        _refuse(run, number, f"fichier vide, alors que le précédent portait {former} offres : non déposé")
    return number


def _take_up(run: Run, platform: Platform, board: FileBoard) -> int | None:
    """The whole file of this night that the platform couldn't take: its number.

    Those of a process that died: one that was being written is nothing, a whole one may have arrived.
    """
    ready = None
    for delivery in file_recording.unfinished(platform):
        if delivery.delivered_at is not None:
            # Answered, and not received.
            if delivery.begun_at >= NIGHT.last(run.now).starts and _archive(delivery.id).is_file():
                ready = delivery.id
            else:
                FILE_LIFECYCLE.apply(delivery, "refuse")
                run.commit()
            continue
        number, written = delivery.id, delivery.status is FileStatus.WRITTEN
        delivery.answer = "arrêt du processus qui s’en chargeait"
        FILE_LIFECYCLE.apply(delivery, "doubt" if written else "refuse")
        run.commit()
        if written and (archive := _archive(number)).is_file():
            for _ in file_recording.doubt(db.session.get_one(FileDelivery, number), board, archive):
                run.commit()
    return ready


def _refuse(run: Run, number: int, why: str) -> None:
    delivery = db.session.get_one(FileDelivery, number)
    delivery.answer = why
    FILE_LIFECYCLE.apply(delivery, "refuse")
    run.commit()
    raise FileNotTaken(f"{delivery.platform} : {why}")


def _take(run: Run, number: int, answer: Delivered, board: FileBoard) -> None:
    delivery = db.session.get_one(FileDelivery, number)
    file_recording.take(delivery, answer)
    run.commit()
    if answer.receipt is Receipt.ACKNOWLEDGED:
        _record(run, delivery, board)
        return
    if answer.receipt is Receipt.UNCERTAIN:
        for _ in file_recording.doubt(delivery, board, _archive(number)):
            run.commit()
    name = PLATFORMS[db.session.get_one(FileDelivery, number).platform].name
    raise FileNotTaken(f"{name} : {answer.answer[:200]}")


def _record(run: Run, delivery: FileDelivery, board: FileBoard) -> None:
    number, archive = delivery.id, _archive(delivery.id)
    if not archive.is_file():
        # Left on another machine, or erased: the file of this night says as much.
        current_app.logger.error("file %s of %s isn't here any more", number, delivery.platform)
        FILE_LIFECYCLE.apply(delivery, "record")
        run.commit()
        return
    for sent in file_recording.record(delivery, board, archive):
        run.count("sent", sent)
        failpoint("files.recorded_midway")
        run.commit()
    for ended in file_recording.end_absent(db.session.get_one(FileDelivery, number)):
        run.count("ended", ended)
        failpoint("files.ended_midway")
        run.commit()


def _archive(number: int) -> Path:
    return files_folder() / db.session.get_one(FileDelivery, number).file_name


def _learn_job_numbers(run: Run) -> None:
    """In a demonstration nobody else reads the official list: without it no offer has its number."""
    source = boards.simulated_job_names(current_app.extensions["settings"])
    if source is None or len(file_writing.JobNumbers()) > 0:
        return
    try:
        store_appellations(source.appellations())
        run.commit()
    except RomeUnavailable:
        db.session.rollback()


def _forget_old_files() -> None:
    oldest = (clock.now() - KEPT).timestamp()
    folder = files_folder()
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


@job(
    "look_for_offers",
    at=Every(minutes=180),
    title="Chercher nos offres chez France Travail",
    words={
        "seen": ("offre vue", "offres vues"),
        "places": ("recherche", "recherches"),
    },
)
def look_for_offers(run: Run) -> Counts:
    """Received isn't published: the search says which are seen. Ten questions a second at most."""
    for platform, board, _ in targets():
        if not board.can_search:
            continue
        places = to_look_for(platform, limit=run.limit or LOOKED_FOR_AT_ONCE)
        run.commit(then=ONE_SEARCH)
        for place in places:
            run.count("places")
            if run.dry:
                continue
            try:
                run.count("seen", look(place, board, platform))
            except SearchUnavailable as trouble:
                current_app.logger.warning("search of %s: %s, the next run goes on", platform.key, trouble)
                db.session.rollback()
                break
            run.commit(then=ONE_SEARCH)
    return run.counts
