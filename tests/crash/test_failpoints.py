"""A process dies at each named moment; once others have taken over, no invariant is broken (G3)."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.core.database import db
from app.core.failpoints import REGISTRY
from app.domain.diffusion.models import Diffusion
from app.domain.opco.models import Opco
from tests.crash.command_cases import COMMAND_CASES, REMINDER_CASE, REMINDER_MOMENTS, CommandCase
from tests.crash.file_cases import FILE_CASES, file_says_the_truth
from tests.crash.invariants import violations
from tests.crash.processes import KILLED
from tests.crash.push_cases import PUSH_CASES, one_live_copy
from tests.crash.stage import Stage
from tests.crash.web_cases import MORE_WEB_CASES, WEB_CASES, WebCase
from tests.support.diffusion import command
from tests.support.france_travail import held

pytestmark = [pytest.mark.failpoint, pytest.mark.timeout(180)]
Record = Callable[[str, object], None]
ROOT = Path(__file__).resolve().parents[2]
# Played at each run of the suite; all the others in the long proofs.
SHORT = frozenset(
    {
        "request.before_commit",
        "request.after_commit_before_response",
        "links.after_consume_before_session",
        "outbox.after_send_before_mark",
        "scheduler.after_slot_before_work",
        "offers.expiry_midway",
        "push.after_created_before_mark",
        "files.delivered_before_mark",
    }
)


def _marked(name: str, *values: object, short: bool = False) -> object:
    kept = short and name in SHORT
    return pytest.param(name, *values, id=name, marks=[] if kept else [pytest.mark.assurance])


def test_each_moment_is_in_the_code_and_has_its_case(record_property: Record) -> None:
    found: list[str] = []
    for path in (ROOT / "app").rglob("*.py"):
        found += re.findall(r'\bfailpoint\("([^"]+)"\)', path.read_text("utf-8"))
    assert set(found) == REGISTRY
    assert len(found) == len(REGISTRY), "a moment is one place of the code"
    commands = set(COMMAND_CASES) | set(PUSH_CASES) | set(FILE_CASES)
    assert set(WEB_CASES) | commands == REGISTRY
    assert not set(WEB_CASES) & commands
    record_property("points d’arrêt inscrits", len(REGISTRY))


def _dies(stage: Stage, name: str, case: CommandCase, record: Record, *, first: bool) -> None:
    """Prepare, let the command die there, then time pass."""
    with stage.app.app_context():
        case.prepare(stage)
        db.session.commit()
    assert stage.run(case.command, *case.arguments, failpoint=name) == KILLED
    _reached(name, record, first=first)
    stage.let_time_pass()


def _web() -> Iterator[object]:
    for name, case in sorted(WEB_CASES.items()):
        yield _marked(name, case, short=True)
    for number, (name, case) in enumerate(MORE_WEB_CASES):
        yield pytest.param(name, case, id=f"{name}-{number}", marks=pytest.mark.assurance)


@pytest.mark.parametrize(("name", "case"), list(_web()))
def test_a_server_dies_there_and_the_person_tries_again(
    stage: Stage, name: str, case: WebCase, record_property: Record
) -> None:
    page = case.prepare(stage)
    assert page.status_code == 200, page.request.path
    with stage.server(name) as server:
        with pytest.raises(ConnectionError):
            case.act(stage, page)
        assert server.died() == KILLED
    _reached(name, record_property, first=WEB_CASES[name] is case)
    with stage.server():
        again = case.act(stage, page)
    assert again.status_code in case.status, again.text[:2000]
    _nothing_is_broken(stage, record_property, gaps=0)


@pytest.mark.parametrize(
    ("name", "case"), [_marked(name, case, short=True) for name, case in sorted(COMMAND_CASES.items())]
)
def test_a_command_dies_there_and_another_takes_over(
    stage: Stage, name: str, case: CommandCase, record_property: Record
) -> None:
    _play(stage, name, case, record_property)


@pytest.mark.parametrize(
    ("name", "case"), [_marked(name, case, short=True) for name, case in sorted(PUSH_CASES.items())]
)
def test_a_push_dies_there_and_the_offer_is_there_once(
    stage: Stage, name: str, case: CommandCase, record_property: Record
) -> None:
    _dies(stage, name, case, record_property, first=True)
    assert stage.run(case.command, *case.arguments) == 0
    for _ in range(3):
        stage.let_time_pass()
        assert stage.run("push") == 0
    assert stage.training is not None
    held = command(stage.training, publier=True)["offres"]
    with stage.app.app_context():
        broken = one_live_copy([one["reference"] for one in held if one["statut"] == "Active"])
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Diffusion)) == 2
    record_property("invariants rompus", len(broken))
    assert broken == []
    _nothing_is_broken(stage, record_property, gaps=0)


@pytest.mark.parametrize(
    ("name", "case"), [_marked(name, case, short=True) for name, case in sorted(FILE_CASES.items())]
)
def test_a_night_dies_there_and_the_file_is_true_the_next(
    stage: Stage, name: str, case: CommandCase, record_property: Record
) -> None:
    _dies(stage, name, case, record_property, first=True)
    # What was no longer in a file that was received is written down by the file of the next night.
    assert stage.run(case.command, *case.arguments) == 0
    assert stage.run(case.command, "deliver_files", "essai-2") == 0
    assert stage.rome is not None
    rows = [row["Par_ref_offre"] for row in held(stage.rome)]
    with stage.app.app_context():
        broken = file_says_the_truth(rows)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Diffusion)) == 3
    record_property("invariants rompus", len(broken))
    assert broken == []
    _nothing_is_broken(stage, record_property, gaps=0)


@pytest.mark.parametrize("name", [_marked(name) for name in REMINDER_MOMENTS])
def test_a_worker_that_dies_there_never_sends_a_reminder_twice(
    stage: Stage, name: str, record_property: Record
) -> None:
    _play(stage, name, REMINDER_CASE, record_property)


def _play(stage: Stage, name: str, case: CommandCase, record: Record) -> None:
    _dies(stage, name, case, record, first=COMMAND_CASES.get(name) is case)
    assert stage.run(case.command, *case.arguments) == 0
    _nothing_is_broken(stage, record, gaps=int(case.gap))


def _reached(name: str, record: Record, *, first: bool) -> None:
    """A process has died there: each moment counts once, whatever the acts in which it is played again."""
    record("arrêts joués", 1)
    if first:
        record("points d’arrêt atteints", 1)


def _nothing_is_broken(stage: Stage, record: Record, *, gaps: int) -> None:
    stage.settle()
    with stage.app.app_context():
        broken = violations(stage.seen(gaps=gaps))
        record("invariants rompus", len(broken))
        assert broken == {}
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Opco)) == 11
