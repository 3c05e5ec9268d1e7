"""P7: ending every offer by the real job, against the same writes in bare SQL; 1, 2 and 4 workers."""

import statistics
import time
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from bench import clockwork
from bench.results import Row
from bench.scene import Scene, connect

LIMIT_SECONDS = 1.0
# Each offer ended once: one state, one version, one line, one e-mail.
COUNTS = """
SELECT (SELECT count(*) FROM offer WHERE status = 'ended' AND end_reason = 'expired' AND version = 2),
       (SELECT count(*) FROM offer WHERE status <> 'ended'),
       (SELECT count(*) FROM journal_entry WHERE action = 'offer_expired'),
       (SELECT count(DISTINCT object_id) FROM journal_entry WHERE action = 'offer_expired'),
       (SELECT count(*) FROM outbox_message WHERE template = 'offer_expired' AND status = 'pending'),
       (SELECT count(DISTINCT dedupe_key) FROM outbox_message)
"""


@dataclass(frozen=True)
class Pass:
    """One pass over every offer: seconds from the first start to the last end; `cpu` with the server's."""

    seconds: float
    cpu: float
    longest: float


def measure(scene: Scene) -> list[Row]:
    """A row for each number of workers, the longest transaction, and what a killed worker leaves."""
    rows, longest = [], 0.0
    for workers in scene.pace.workers:
        ours, theirs = [], []
        for _ in range(scene.pace.rounds):
            ours.append(_pass(scene, "real", workers))
            theirs.append(_pass(scene, "bare", workers))
        longest = max(longest, *(each.longest for each in ours))
        name = f"P7 clôture de {scene.scale} offres, {workers} processus"
        seconds = [statistics.median(each.seconds for each in passes) for passes in (ours, theirs)]
        cpu = [statistics.median(each.cpu for each in passes) for passes in (ours, theirs)]
        rows.append(Row.lower(name, seconds[0], "s", seconds[1], "SQL nu", 2.0, 1.3))
        rows.append(Row.lower(f"{name}, processeur", cpu[0], "s CPU", cpu[1], "SQL nu", 2.0, 1.3))
    rows.append(Row.at_most("P7 plus long verrou", longest, "s", LIMIT_SECONDS))
    left = _survive_a_kill(scene)
    rows.append(Row.at_most("P7 offres closes deux fois ou oubliées après kill -9", left, "offres", 0))
    return rows


def _pass(scene: Scene, kind: str, workers: int) -> Pass:
    with scene.database() as url:
        team = [_Worker(scene, kind, url) for _ in range(workers)]
        for worker in team:
            worker.is_ready()
        start, used = time.monotonic(), scene.server_cpu()
        for worker in team:
            worker.begin()
        said = [worker.said() for worker in team]
        seconds = time.monotonic() - start
        used = scene.server_cpu() - used + sum(each["cpu"] for each in said)
        assert sum(each["closed"] for each in said) == scene.scale, said
        assert _wrong(url, scene.scale) == 0
    return Pass(seconds, used, max(each["longest"] for each in said))


def _survive_a_kill(scene: Scene) -> int:
    """One of two workers is killed in the middle; the other and a later run do the rest."""
    with scene.database() as url:
        killed, other, last = (_Worker(scene, "real", url) for _ in range(3))
        for worker in (killed, other, last):
            worker.is_ready()
        killed.begin()
        with connect(url, autocommit=True) as connection:
            while not connection.execute("SELECT 1 FROM outbox_message LIMIT 1").fetchone():
                time.sleep(0.01)
        other.begin()
        killed.kill()
        other.said()
        last.begin()
        last.said()
        return _wrong(url, scene.scale)


def _wrong(url: str, scale: int) -> int:
    with connect(url) as connection:
        found = connection.execute(COUNTS).fetchone()
    assert found is not None
    ended, left, *written = found
    return left + sum(abs(scale - number) for number in (ended, *written))


class _Worker:
    """A process of the measure; forked from one that has imported everything, so that it is soon ready."""

    def __init__(self, scene: Scene, kind: str, url: str) -> None:
        processes = get_context("forkserver")
        processes.set_forkserver_preload([clockwork.__name__])
        self._pipe: Connection
        self._pipe, theirs = processes.Pipe()
        given = (kind, scene.settings(url), url, theirs)
        self._process: BaseProcess = processes.Process(target=clockwork.work, args=given, daemon=True)
        self._process.start()
        theirs.close()

    def is_ready(self) -> None:
        """Wait until it waits."""
        assert self._pipe.recv() == "prêt"

    def begin(self) -> None:
        """Let it work."""
        self._pipe.send("allez")

    def said(self) -> dict[str, float]:
        """What it did; raises EOFError when it died."""
        answer: dict[str, float] = self._pipe.recv()
        self._process.join()
        return answer

    def kill(self) -> None:
        """As a cut of power."""
        self._process.kill()
        self._process.join()
