"""The moments of the nightly file: an offer that stays there, one that leaves, one that is new."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.core.database import db
from app.domain.diffusion.files import FileDelivery, FileStatus
from app.domain.diffusion.lifecycle import DiffusionStatus, SubmissionStatus
from app.domain.diffusion.models import Diffusion
from app.domain.diffusion.registry import turn
from app.domain.offers.life import close_offer
from app.domain.offers.lifecycle import EndReason
from app.domain.offers.queries import is_visible
from tests.crash.command_cases import SLOT, CommandCase
from tests.crash.stage import Stage
from tests.factories.offers import AGENT, make_offer

FRANCE_TRAVAIL = "france_travail"
S = DiffusionStatus


def _one_night_later(stage: Stage) -> None:
    turn(FRANCE_TRAVAIL, on=True)
    make_offer()
    leaving = make_offer()
    db.session.commit()
    assert stage.run("run_slot", "deliver_files", "essai-0") == 0
    close_offer(leaving, by=AGENT, reason=EndReason.FILLED_HERE)
    make_offer()


FILE_CASES: dict[str, CommandCase] = {
    name: CommandCase(_one_night_later, "run_slot", ("deliver_files", SLOT))
    for name in (
        "files.midway",
        "files.written_before_delivery",
        "files.delivered_before_mark",
        "files.recorded_midway",
        "files.ended_midway",
    )
}


def file_says_the_truth(held: Sequence[str]) -> list[str]:
    """The file there holds the offers that are online, each once; what is known here says the same."""
    wrong = []
    for diffusion in db.session.scalars(sa.select(Diffusion).where(Diffusion.platform == FRANCE_TRAVAIL)):
        last = diffusion.submissions[-1]
        if is_visible(diffusion.offer):
            if held.count(last.reference) != 1 or diffusion.status is not S.SENDING:
                wrong.append(f"offer {diffusion.offer_id}: {diffusion.status.value}")
        elif last.reference in held or last.status is not SubmissionStatus.OVER:
            wrong.append(f"offer {diffusion.offer_id}: still there")
    under_way = (FileStatus.WRITING, FileStatus.WRITTEN, FileStatus.ACKNOWLEDGED)
    for delivery in db.session.scalars(sa.select(FileDelivery).where(FileDelivery.status.in_(under_way))):
        wrong.append(f"file {delivery.id}: {delivery.status.value}")
    return wrong
