"""Writing the file of a platform: every offer wanted there, by batches, straight to the disk."""

import hashlib
import logging
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, lazyload, selectinload

from app.core import clock
from app.core.database import db
from app.domain.diffusion.advert import Advert, advert_of
from app.domain.diffusion.board import Act, Order, Problem, Reply, Verdict
from app.domain.diffusion.files import FILE_LIFECYCLE, Cfa, FileBoard, FileDelivery, FileStatus, Sheet
from app.domain.diffusion.job_numbers import JobNumbers
from app.domain.diffusion.lifecycle import SUBMISSION_LIFECYCLE, DiffusionStatus, SubmissionStatus
from app.domain.diffusion.models import Diffusion, Submission
from app.domain.diffusion.orders import never_asked, sync_offer
from app.domain.diffusion.planning import is_wanted
from app.domain.diffusion.platform import Options, Platform
from app.domain.diffusion.platforms.france_travail import REMOVAL_LINES
from app.domain.diffusion.recording import Recorder
from app.domain.employers.models import Establishment
from app.domain.offers.models import Offer
from app.domain.organisations.models import Kind
from app.domain.reference.naf import naf_label

log = logging.getLogger(__name__)
BATCH = 500
_MAY_BE_THERE = frozenset({SubmissionStatus.KNOWN, SubmissionStatus.IN_DOUBT})
_OFFER = (
    joinedload(Diffusion.offer).joinedload(Offer.organisation),
    joinedload(Diffusion.offer).lazyload(Offer.contact),
    joinedload(Diffusion.offer).joinedload(Offer.establishment).lazyload(Establishment.employer),
    selectinload(Diffusion.submissions),
)


def begin(platform: Platform, *, host: str) -> FileDelivery:
    """A new file, not written yet."""
    delivery = FileDelivery(platform=platform.key, begun_at=clock.now(), host=host)
    FILE_LIFECYCLE.begin(delivery, FileStatus.WRITING)
    db.session.add(delivery)
    db.session.flush()
    return delivery


def join_missing(platform: Platform, options: Options) -> Iterator[int]:
    """Offers online that nobody has looked at for this platform yet; a batch a step, commit after each."""
    query = sa.select(Offer).where(never_asked(platform, options)).options(lazyload(Offer.contact))
    last = 0
    while True:
        found = list(db.session.scalars(query.where(Offer.id > last).order_by(Offer.id).limit(BATCH)))
        if not found:
            return
        last = found[-1].id
        yield sum(bool(sync_offer(offer)) for offer in found)
        db.session.expunge_all()


class Snapshot:
    """One file being written. Memory holds a batch, whatever the number of offers."""

    def __init__(self, platform: Platform, board: FileBoard, options: Options, delivery_id: int) -> None:
        self.platform = platform
        self.board = board
        self.options = options
        self.number = delivery_id
        self.offers = self.removals = self.left_out = 0
        self._jobs = JobNumbers()

    def write(self, archive: Path) -> Iterator[None]:
        """Write the archive; a batch a step, commit after each. The last step has completed it."""
        archive.parent.mkdir(parents=True, exist_ok=True)
        partial = archive.with_suffix(".partiel")
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as zipped:
            with zipped.open(f"{archive.stem}.csv", "w", force_zip64=True) as out:
                out.write(f"{self.board.headings()}\n".encode())
                for batch in self._batches():
                    pressed = BytesIO()
                    for diffusion in batch:
                        pressed.write(self._line(diffusion))
                    out.write(pressed.getvalue())
                    yield
                    db.session.expunge_all()
        partial.replace(archive)
        self._complete(archive)
        yield

    def _batches(self) -> Iterator[list[Diffusion]]:
        query = sa.select(Diffusion).where(Diffusion.platform == self.platform.key).options(*_OFFER)
        last = 0
        while True:
            page = query.where(Diffusion.id > last).order_by(Diffusion.id).limit(BATCH)
            found = list(db.session.scalars(page))
            if not found:
                return
            last = found[-1].id
            yield found

    def _complete(self, archive: Path) -> None:
        delivery = db.session.get_one(FileDelivery, self.number)
        delivery.offers, delivery.removals, delivery.left_out = self.offers, self.removals, self.left_out
        delivery.size = archive.stat().st_size
        with archive.open("rb") as file:
            delivery.checksum = hashlib.file_digest(file, "sha256").hexdigest()
        FILE_LIFECYCLE.apply(delivery, "write")

    def _line(self, diffusion: Diffusion) -> bytes:
        """The line of one offer, or nothing. A fault of ours about one offer doesn't sink the file."""
        try:
            if is_wanted(diffusion, self.platform, self.options):
                return self._present(diffusion)
            return self._removal(diffusion) if self.options.get(REMOVAL_LINES, False) else b""
        except Exception:
            log.exception("file of %s: diffusion %s can't be written", self.platform.key, diffusion.id)
            self.left_out += 1
            return b""

    def _present(self, diffusion: Diffusion) -> bytes:
        submission = self._submission(diffusion)
        advert = advert_of(diffusion.offer)
        line, problems = self.board.inspected(self._sheet(diffusion.offer, advert, submission.reference))
        if problems:
            self.left_out += 1
            was_there = submission.status in _MAY_BE_THERE
            self._refuse(diffusion, submission, advert, problems[0])
            # Its former line is in the former file.
            removes = was_there and self.options.get(REMOVAL_LINES, False)
            return self._removal_of(diffusion, submission) if removes else b""
        digest = self.platform.digest_of(advert)
        if submission.sent_digest != digest:
            submission.sent_digest = digest
        self.offers += 1
        return f"{line}\n".encode()

    def _removal(self, diffusion: Diffusion) -> bytes:
        """What may be there still, and must leave."""
        submission = diffusion.submission
        if submission is None or submission.status not in _MAY_BE_THERE:
            return b""
        return self._removal_of(diffusion, submission)

    def _removal_of(self, diffusion: Diffusion, submission: Submission) -> bytes:
        advert = advert_of(diffusion.offer)
        line, _ = self.board.inspected(
            self._sheet(diffusion.offer, advert, submission.reference, removal=True)
        )
        self.removals += 1
        return f"{line}\n".encode()

    def _sheet(self, offer: Offer, advert: Advert, reference: str, *, removal: bool = False) -> Sheet:
        name = self._jobs.closest(offer.rome_code, offer.job_name)
        structure = offer.organisation
        by_cfa = structure is not None and structure.kind is Kind.CFA
        return Sheet(
            advert=advert,
            reference=reference,
            ogr=name.ogr if name else None,
            job_label=name.label if name else offer.job_name,
            naf_label=naf_label(advert.naf) if advert.naf else None,
            created_on=offer.first_published_on or clock.day_of(offer.deposited_at),
            changed_on=clock.day_of(offer.changed_at),
            address_more=offer.establishment.address_more,
            cfa=Cfa(structure.name, structure.siret) if structure is not None and by_cfa else None,
            removal=removal,
        )

    def _submission(self, diffusion: Diffusion) -> Submission:
        """The sending of this offer there: one for as long as it stays."""
        last = diffusion.submission
        if last is not None and last.status is not SubmissionStatus.OVER:
            return last
        rank = len(diffusion.submissions) + 1
        new = Submission(
            platform=self.platform.key,
            rank=rank,
            reference=self.board.reference_for(advert_of(diffusion.offer), rank),
            created_at=clock.now(),
            attempts=[],
        )
        SUBMISSION_LIFECYCLE.begin(new, SubmissionStatus.RESERVED)
        diffusion.submissions.append(new)
        return new

    def _refuse(self, diffusion: Diffusion, submission: Submission, advert: Advert, problem: Problem) -> None:
        """Said once to the employer, in plain French, with the field that mends it."""
        log.info("file of %s: %s left out, %s", self.platform.key, submission.reference, problem.message)
        if diffusion.status is DiffusionStatus.REFUSED and diffusion.reason_code == problem.code:
            return
        if submission.status is SubmissionStatus.REFUSED:
            SUBMISSION_LIFECYCLE.apply(submission, "hand")
        order = Order(
            act=Act.PUBLISH,
            advert=advert,
            reference=submission.reference,
            remote_id=None,
            known=diffusion.status,
        )
        reply = Reply(
            verdict=Verdict.REFUSED,
            code=problem.code,
            message=problem.message,
            field=problem.field or None,
        )
        Recorder(self.platform, order).take(diffusion, reply)
