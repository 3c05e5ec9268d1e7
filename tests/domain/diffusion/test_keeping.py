"""What is kept of diffusion and for how long, and the comparison with a platform's own list."""

import os
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app import diffusion_upkeep, file_upkeep
from app.core import clock
from app.core.database import db
from app.domain.diffusion import reconciliation
from app.domain.diffusion.board import Listed
from app.domain.diffusion.lifecycle import SUBMISSION_LIFECYCLE, DiffusionStatus, SubmissionStatus
from app.domain.diffusion.models import Attempt, Diffusion, Submission
from app.domain.diffusion.reconciliation import Compared
from app.domain.diffusion.registry import PLATFORMS, turn
from app.outbox.models import OutboxMessage
from app.scheduling.runner import run_job
from tests.factories.diffusions import make_diffusion
from tests.factories.offers import make_offer

pytestmark = pytest.mark.usefixtures("db_session")
S, LBA = DiffusionStatus, "api_apprentissage"
ANOTHER_MINUTE = timedelta(minutes=1)


def _exchanges(*ages: timedelta) -> list[int]:
    """Exchanges that old, of one sending; their numbers."""
    sending = make_diffusion(make_offer(), status=S.UNCERTAIN).submissions[0]
    sending.attempts = [Attempt(act="read", at=clock.now() - age, verdict="transient") for age in ages]
    db.session.commit()
    return [one.id for one in sending.attempts]


def _left() -> list[int]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(Attempt.id).order_by(Attempt.id)))


def test_exchanges_are_kept_ninety_days_and_erased_a_batch_at_a_time() -> None:
    term = diffusion_upkeep.ATTEMPTS_KEPT
    with clock.set_to(clock.now()):
        *old, young = _exchanges(term + ANOTHER_MINUTE, term * 2, term * 3, term - ANOTHER_MINUTE)
        before = clock.now() - term
        assert reconciliation.forget_attempts(before, dry=True, limit=2) == 2
        assert _left() == [*old, young]
        assert [reconciliation.forget_attempts(before, dry=False, limit=2) for _ in range(3)] == [2, 1, 0]
        assert _left() == [young]
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Submission)) == 1


@pytest.mark.parametrize("dry", [True, False])
def test_the_job_erases_them_unless_it_only_counts(dry: bool) -> None:
    term = diffusion_upkeep.ATTEMPTS_KEPT
    old, young = _exchanges(term + ANOTHER_MINUTE, term - ANOTHER_MINUTE)
    result = run_job("forget_attempts", dry=dry)
    assert (result.error, result.counts.get("erased")) == (None, 1)
    assert _left() == ([old, young] if dry else [young])


def test_the_files_of_a_month_ago_are_erased_from_the_disk(app: Flask) -> None:
    folder = file_upkeep.files_folder()
    folder.mkdir(parents=True, exist_ok=True)
    ages = {"vieux.zip": file_upkeep.KEPT + ANOTHER_MINUTE, "jeune.zip": file_upkeep.KEPT - ANOTHER_MINUTE}
    for name, age in ages.items():
        path = folder / name
        path.write_bytes(b"PK")
        moment = (clock.now() - age).timestamp()
        os.utime(path, (moment, moment))
    assert run_job("deliver_files", dry=True).error is None
    assert {path.name for path in folder.iterdir()} >= set(ages), "a dry run erases nothing"
    assert run_job("deliver_files", dry=False).error is None
    assert {path.name for path in folder.iterdir()} & set(ages) == {"jeune.zip"}
    (folder / "jeune.zip").unlink()


def _sent(status: DiffusionStatus, sending: SubmissionStatus) -> Diffusion:
    found = make_diffusion(make_offer(), status=status)
    SUBMISSION_LIFECYCLE.put_back(found.submissions[0], sending)
    return found


def _orders(found: Diffusion) -> list[str]:
    query = sa.select(OutboxMessage.template).where(OutboxMessage.lane == f"push:{LBA}:{found.id}")
    return list(db.session.scalars(query))


def test_the_list_of_a_platform_is_compared_with_what_we_believe(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, missing = (_sent(S.PUBLISHED, SubmissionStatus.KNOWN) for _ in range(2))
    waiting = _sent(S.SENDING, SubmissionStatus.KNOWN)
    orphan, over = (_sent(S.CANCELLED, SubmissionStatus.OVER) for _ in range(2))
    doubtful = _sent(S.UNCERTAIN, SubmissionStatus.IN_DOUBT)
    elsewhere = make_diffusion(make_offer(), platform="apec", status=S.PUBLISHED)
    SUBMISSION_LIFECYCLE.put_back(elsewhere.submissions[0], SubmissionStatus.KNOWN)
    orphan.wanted = False
    turn(LBA, on=True)
    db.session.commit()
    there = [one.submissions[0].reference for one in (seen, orphan)]
    listed = [Listed(reference, f"là-bas-{reference}", S.PUBLISHED) for reference in (*there, "DA-AUTRUI")]
    # However many there are, a few at a time.
    monkeypatch.setattr(reconciliation, "BATCH", 1)
    steps = list(reconciliation.compare(PLATFORMS[LBA], listed))
    assert sorted((one.missing, one.orphans) for one in steps[:-1])[-2:] == [(0, 1), (1, 0)]
    assert (len(steps) > 2, steps[-1]) == (True, Compared(unknown=1))
    db.session.commit()
    assert _orders(missing) == ["read"]
    sending = orphan.submissions[0]
    assert (sending.status, sending.remote_id) == (SubmissionStatus.KNOWN, f"là-bas-{sending.reference}")
    assert _orders(orphan) != [], "it is withdrawn, or read, at once"
    for untouched in (seen, waiting, over, doubtful, elsewhere):
        assert _orders(untouched) == []
    assert over.submissions[0].status is SubmissionStatus.OVER
