"""The portal as it is served: gunicorn with two processes of four threads, on a port of this machine."""

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.processes import children, cpu_seconds
from bench.scene import Scene
from scripts.services import free_port

PROCESSES = 2
THREADS = 4
START_LIMIT = 120.0
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Server:
    """A running web server; `started_in` and `start_cpu`: seconds until its first right answer."""

    port: int
    process: "subprocess.Popen[bytes]"
    started_in: float
    start_cpu: float

    @property
    def workers(self) -> list[int]:
        """Its web processes."""
        return children(self.process.pid)

    def cpu(self) -> float:
        """Seconds of processor used so far, all its processes together."""
        return cpu_seconds(self.process.pid)


@contextmanager
def portal(scene: Scene, url: str, **more: object) -> Iterator[Server]:
    """`gunicorn wsgi:app` on this database, ready."""
    port = free_port()
    given = {"port": port, "base_url": f"http://127.0.0.1:{port}", "web_processes": PROCESSES, **more}
    with _gunicorn(["wsgi:app"], port, "/", variables=scene.variables(url, **given)) as server:
        yield server


@contextmanager
def bare(application: str, variables: dict[str, str]) -> Iterator[Server]:
    """Another WSGI application under the same server, with the same processes and threads."""
    port = free_port()
    # `python:bench` holds no setting: the portal's own file isn't read.
    options = ["-c", "python:bench", "-b", f"127.0.0.1:{port}", "-w", str(PROCESSES)]
    options += ["--threads", str(THREADS), "--log-level", "warning", "--no-control-socket"]
    with _gunicorn([*options, application], port, "/", variables=variables) as server:
        yield server


@contextmanager
def _gunicorn(arguments: list[str], port: int, path: str, *, variables: dict[str, str]) -> Iterator[Server]:
    start = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *arguments],
        cwd=ROOT,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        while not _answers(port, path):
            assert process.poll() is None, "gunicorn has ended"
            assert time.monotonic() - start < START_LIMIT, "gunicorn doesn't answer"
            time.sleep(0.02)
        yield Server(port, process, time.monotonic() - start, cpu_seconds(process.pid))
    finally:
        process.terminate()
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
