"""What every connector must do, whatever its partner does. Written once: connectors join in cases.py."""

import logging
import time

import pytest

from app.domain.diffusion.advert import FIELD_LABELS
from app.domain.diffusion.board import Act, Reply, Verdict
from app.domain.diffusion.lifecycle import DiffusionStatus
from tests.adapters.platforms.cases import advert, order
from tests.adapters.platforms.conftest import TIMEOUT, Stage

S, V = DiffusionStatus, Verdict
REFERENCE = "DA-7K3M9P"
WRONG_SECRET = "jeton-perime-5f1c9"
# The fault → what it comes to for an act that writes, and for a reading.
FAULTS: dict[str, tuple[set[Verdict], set[Verdict]]] = {
    "401": ({V.CREDENTIAL}, {V.CREDENTIAL}),
    "403": ({V.CREDENTIAL}, {V.CREDENTIAL}),
    "429": ({V.TRANSIENT}, {V.TRANSIENT}),
    "404": ({V.CONFLICT, V.BROKEN}, {V.ABSENT}),
    "409": ({V.CONFLICT}, {V.TRANSIENT, V.ABSENT, V.BROKEN}),
    "422": ({V.REFUSED}, {V.TRANSIENT, V.BROKEN}),
    "500": ({V.DOUBTFUL}, {V.TRANSIENT}),
    "503": ({V.DOUBTFUL}, {V.TRANSIENT}),
    "504": ({V.DOUBTFUL}, {V.TRANSIENT}),
    "html": ({V.DOUBTFUL}, {V.TRANSIENT}),
    "empty": ({V.DOUBTFUL}, {V.TRANSIENT}),
    "drift": ({V.DOUBTFUL}, {V.TRANSIENT}),
    "garbage": ({V.DOUBTFUL}, {V.TRANSIENT}),
    "entities": ({V.DOUBTFUL}, {V.TRANSIENT}),
    "enormous": ({V.DOUBTFUL}, {V.TRANSIENT}),
    "truncated": ({V.DOUBTFUL}, {V.TRANSIENT}),
    "redirect": ({V.DOUBTFUL}, {V.TRANSIENT}),
    "down": ({V.DOUBTFUL}, {V.TRANSIENT}),
    "reset": ({V.DOUBTFUL}, {V.TRANSIENT}),
    "slow": ({V.DOUBTFUL}, {V.TRANSIENT}),
}


def test_what_is_published_is_seen_there(stage: Stage) -> None:
    reply = stage.perform(Act.PUBLISH)
    assert reply.verdict is V.ACCEPTED
    assert reply.exchanges[0].host == "127.0.0.1"
    stage.case.examine(stage.partner)
    assert stage.case.live(stage.partner) == [REFERENCE]
    assert stage.case.creations(stage.partner) == 1
    if stage.may("read"):
        seen = stage.perform(Act.READ, S.SENDING, remote_id=reply.remote_id)
        assert (seen.verdict, seen.status) == (V.ACCEPTED, S.PUBLISHED)
        assert seen.remote_status


def test_an_update_makes_no_second_copy(stage: Stage) -> None:
    remote_id = stage.publish()
    if not stage.may("update"):
        pytest.skip("le contenu y est figé")
    changed = advert(title="Boulangère ou boulanger en apprentissage")
    reply = stage.perform(Act.UPDATE, S.PUBLISHED, remote_id=remote_id, advert=changed)
    assert reply.verdict is V.ACCEPTED
    stage.case.examine(stage.partner)
    assert stage.case.live(stage.partner) == [REFERENCE]
    assert stage.case.creations(stage.partner) == 1


@pytest.mark.parametrize("act", [Act.WITHDRAW, Act.SUSPEND])
def test_what_is_withdrawn_is_no_longer_seen(stage: Stage, act: Act) -> None:
    if not stage.may(act.value):
        pytest.skip(f"ne sait pas : {act.value}")
    remote_id = stage.publish()
    assert stage.perform(act, S.PUBLISHED, remote_id=remote_id).verdict is V.ACCEPTED
    stage.case.examine(stage.partner)
    assert stage.case.live(stage.partner) == []
    if stage.may("read"):
        seen = stage.perform(Act.READ, S.PUBLISHED, remote_id=remote_id, withdrawing=True)
        assert seen.status is S.SUSPENDED or (seen.status is not None and seen.status.is_over)
    # Asked a second time: already so, which isn't a failure.
    again = stage.perform(act, S.PUBLISHED, remote_id=remote_id, withdrawing=True)
    assert again.verdict in {V.ACCEPTED, V.CONFLICT}


def test_a_refusal_names_its_code_and_its_field(stage: Stage) -> None:
    stage.case.refuse(stage.partner)
    reply = stage.perform(Act.PUBLISH)
    if reply.verdict is V.ACCEPTED:
        stage.case.examine(stage.partner)
        reply = stage.perform(Act.READ, S.SENDING, remote_id=reply.remote_id)
    # What it hasn't looked at is seen by nobody: it looks now, and shows nothing.
    stage.case.examine(stage.partner)
    assert (reply.verdict, bool(reply.code)) == (V.REFUSED, True)
    assert reply.field == stage.case.refused_field
    assert stage.case.live(stage.partner) == []


def test_what_the_partner_finds_invalid_is_refused_with_our_field(stage: Stage) -> None:
    if not stage.case.invalid:
        pytest.skip("rien qui passe notre contrôle et pas le sien")
    wrong = advert(**stage.case.invalid)
    assert not [one for one in stage.board.problems(wrong) if one.blocking]
    reply = stage.perform(Act.PUBLISH, advert=wrong)
    assert (reply.verdict, reply.field) == (V.REFUSED, next(iter(stage.case.invalid)))
    assert FIELD_LABELS[str(reply.field)] in reply.message


def test_our_own_validator_stops_what_would_be_refused(stage: Stage) -> None:
    assert [one for one in stage.board.problems(advert()) if one.blocking] == []
    found = stage.board.problems(advert(title="B"))
    assert [one.field for one in found if one.blocking] == ["title"]


def _answered(stage: Stage, act: Act, remote_id: str | None) -> tuple[Reply, float]:
    known = S.PUBLISHED if act is Act.READ else S.QUEUED
    start = time.monotonic()
    reply = stage.perform(act, known, remote_id=remote_id)
    return reply, time.monotonic() - start


@pytest.mark.parametrize("kind", FAULTS)
def test_trouble_is_classed_and_bounded(stage: Stage, kind: str) -> None:
    remote_id = stage.publish()
    stage.partner.fails(kind, path=stage.case.path, seconds=5 * TIMEOUT, retry_after=17)
    written, took = _answered(stage, Act.PUBLISH, None)
    assert written.verdict in FAULTS[kind][0]
    assert took < 3 * TIMEOUT
    if kind == "429":
        assert written.retry_after == 17
    if not stage.may("read"):
        return
    read, took = _answered(stage, Act.READ, remote_id)
    assert read.verdict in FAULTS[kind][1]
    assert took < 3 * TIMEOUT


def test_a_refused_key_is_a_matter_of_key(stage: Stage) -> None:
    stranger = stage.case.board(stage.partner.url, WRONG_SECRET, TIMEOUT)
    asked = order(Act.PUBLISH, known=S.QUEUED, account=stage.case.account)
    assert stranger.perform(asked).verdict is V.CREDENTIAL
    stage.case.examine(stage.partner)
    assert stage.case.live(stage.partner) == []
    refused, accepted = stranger.test(), stage.board.test()
    assert refused.untestable or not refused.works
    assert accepted.untestable or accepted.works


def test_a_status_that_no_table_knows_is_never_taken_for_another(stage: Stage) -> None:
    if stage.case.unknown is None:
        pytest.skip("ses réponses ne disent pas d’état")
    remote_id = stage.publish()
    stage.case.unknown(stage.partner)
    reply = stage.perform(Act.READ, S.PUBLISHED, remote_id=remote_id)
    assert (reply.verdict, reply.status, reply.code) == (V.TRANSIENT, None, "statut_inconnu")


def test_a_wrong_certificate_lets_nothing_leave(stage: Stage, untrusted: str) -> None:
    stage.partner = type(stage.partner)(untrusted)
    reply = stage.perform(Act.PUBLISH)
    assert (reply.verdict, reply.code) == (V.TRANSIENT, "connect")


@pytest.mark.parametrize("before", [True, False], ids=["avant la création", "après la création"])
def test_an_answer_that_never_comes_is_a_doubt(stage: Stage, before: bool) -> None:
    stage.partner.fails("slow", path=stage.case.path, seconds=5 * TIMEOUT, times=1, before=before)
    assert stage.perform(Act.PUBLISH).verdict is V.DOUBTFUL
    stage.case.examine(stage.partner)
    assert stage.case.live(stage.partner) == ([] if before else [REFERENCE])


def test_no_secret_nor_person_is_kept_or_said(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    text = "Écrivez à camille.fabre@boulangerie.example ou au 05 65 00 12 34, c’est une boulangerie."
    board = stage.board
    reply = stage.perform(Act.PUBLISH, advert=advert(about_company=text))
    stage.partner.fails("401", path=stage.case.path)
    refused = stage.perform(Act.PUBLISH)
    kept = "".join(one.request + one.answer for one in (*reply.exchanges, *refused.exchanges))
    said = caplog.text + repr(board) + repr(reply) + repr(refused)
    for hidden in (stage.case.secret, "camille.fabre", "05 65 00 12 34"):
        assert hidden not in kept
        assert hidden not in said
