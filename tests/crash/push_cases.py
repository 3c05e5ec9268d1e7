"""The moments of pushing: an offer, a partner that keeps what it is given, a worker that dies."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.core.database import db
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.models import Diffusion
from app.domain.diffusion.registry import turn
from app.domain.offers.models import Offer
from app.domain.offers.queries import is_visible
from tests.crash.command_cases import SLOT, CommandCase
from tests.crash.stage import Stage
from tests.factories.offers import make_offer
from tests.support.diffusion import command

LBA = "api_apprentissage"
S = DiffusionStatus


def _open(stage: Stage) -> None:
    assert stage.training is not None
    command(stage.training, delai=0)
    turn(LBA, on=True)


def _to_push(stage: Stage) -> None:
    """Two offers to send."""
    _open(stage)
    for _ in range(2):
        make_offer()


def _before_it_opened(stage: Stage) -> None:
    """Offers that nobody has asked to send: the nightly comparison does."""
    for _ in range(2):
        make_offer()
    db.session.flush()
    _open(stage)


PUSH_CASES: dict[str, CommandCase] = {
    "push.superseded_before_order": CommandCase(
        _before_it_opened, "run_slot", ("reconcile_diffusions", SLOT)
    ),
    "push.reserved_before_commit": CommandCase(_to_push, "push"),
    "push.handed_before_call": CommandCase(_to_push, "push"),
    "push.after_created_before_mark": CommandCase(_to_push, "push"),
    "push.recorded_before_next": CommandCase(_to_push, "push"),
    "reconcile.midway": CommandCase(_before_it_opened, "run_slot", ("reconcile_diffusions", SLOT)),
}


def one_live_copy(live: Sequence[str]) -> list[str]:
    """I2: an offer online has one live copy there and says so; one that is over has none."""
    wrong = []
    query = sa.select(Offer, Diffusion).join(Diffusion, Diffusion.offer_id == Offer.id)
    for offer, diffusion in db.session.execute(query.where(Diffusion.platform == LBA)):
        copies = [one for one in live if one == offer.reference or one.startswith(f"{offer.reference}-")]
        if len(copies) > 1:
            wrong.append(f"offer {offer.id}: {len(copies)} copies")
        elif is_visible(offer) and (not copies or diffusion.status is not S.PUBLISHED):
            # What dies is ours alone: the partner refuses nothing, so that each offer gets there and is seen.
            wrong.append(f"offer {offer.id}: {len(copies)} copy, {diffusion.status.value}")
        elif not is_visible(offer) and copies:
            wrong.append(f"offer {offer.id}: still there")
    return wrong
