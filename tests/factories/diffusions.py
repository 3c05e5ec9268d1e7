"""An offer at a platform, in a state, with one sending and one exchange."""

from typing import Any

from app.core import clock
from app.core.database import db
from app.domain.diffusion.lifecycle import (
    DIFFUSION_LIFECYCLE,
    SUBMISSION_LIFECYCLE,
    DiffusionStatus,
    SubmissionStatus,
)
from app.domain.diffusion.models import Attempt, Diffusion, Submission
from app.domain.offers.models import Offer


def make_diffusion(
    offer: Offer, *, platform: str = "api_apprentissage", status: DiffusionStatus, **over: Any
) -> Diffusion:
    """Flushed; its sending has left and its answer hasn't come."""
    now = clock.now()
    found = Diffusion(offer_id=offer.id, platform=platform, since=now, asked_at=now, **over)
    DIFFUSION_LIFECYCLE.begin(found, status)
    sending = Submission(platform=platform, rank=1, reference=offer.reference, created_at=now)
    SUBMISSION_LIFECYCLE.begin(sending, SubmissionStatus.IN_DOUBT)
    sending.attempts.append(Attempt(act="publish", at=now, host="127.0.0.1", verdict="doubtful"))
    found.submissions.append(sending)
    db.session.add(found)
    db.session.flush()
    return found
