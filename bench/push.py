"""P9: pushes to a board that answers in 50 ms, 16 at a time, against bare httpx; what a dead board costs."""

import json
import socket
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.audit.actor import SYSTEM
from app.core.database import db
from app.domain.diffusion.orders import ask
from app.domain.diffusion.registry import turn
from app.domain.offers.models import Offer
from app.domain.offers.queries import visible
from bench.results import Row
from bench.scene import Scene

PUSHES = 1_600
CONNECTIONS = 16
DELAY = 0.05
ALIVE, DEAD = "site_vivant", "site_mort"
KEY = "cle-du-site-simule"
# Two hosts, as where there is more than one; one process holds one core at most.
PROCESSES = 2
SITE = """
[[site]]
key = "{key}"
name = "{key}"
form = "rest"
about = "Mesure."
url = "{url}/api"
repeatable = true
automatic = false
per_minute = 1000000
timeout = {timeout}
credential = {{ kind = "api_key", name = "X-Api-Key", key = "{secret}" }}
fields = {{ reference = "externalId" }}
"""


def measure(scene: Scene) -> list[Row]:
    """Pushes a second of both; then ours again while another board never answers."""
    number = min(PUSHES, scene.scale)
    ours, theirs, troubled, cpu = [], [], [], []
    with silent() as dead_url:
        for _ in range(scene.pace.rounds if number == PUSHES else 1):
            rate, used = _ours(scene, number, dead_url, dead=False)
            ours.append(rate)
            cpu.append(used / number * 1000)
            theirs.append(_bare(number))
            troubled.append(_ours(scene, number, dead_url, dead=True)[0])
    rate, bare, beside = (statistics.median(rates) for rates in (ours, theirs, troubled))
    said = f"httpx nu, {CONNECTIONS} connexions"
    return [
        Row.higher(f"P9 {number} envois, site à 50 ms", rate, "envois/s", bare, said, 0.7, 0.9),
        Row.higher("P9 les mêmes, à côté d’un site mort", beside, "envois/s", rate, "sans lui", 0.9, 1.0),
        Row.told("P9 processeur d’un envoi", statistics.median(cpu), "ms"),
    ]


def _ours(scene: Scene, number: int, dead_url: str, *, dead: bool) -> tuple[float, float]:
    with partner() as url, scene.database() as database:
        sites = scene.folder / "sites.toml"
        sites.write_text(
            SITE.format(key=ALIVE, url=url, timeout=5, secret=KEY)
            + SITE.format(key=DEAD, url=dead_url, timeout=5, secret=KEY),
            "utf-8",
        )
        _order(scene, database, sites, number, dead=dead)
        environment = scene.variables(database, sites_file=sites)
        started = [_worker(environment, ALIVE, CONNECTIONS // PROCESSES) for _ in range(PROCESSES)]
        beside = _worker(environment, DEAD, 2) if dead else None
        for process in [*started, *([beside] if beside else [])]:
            _go(process)
        told = [_told(process) for process in started]
        if beside is not None:
            beside.kill()
            beside.wait()
        assert sum(one["sent"] for one in told) == number, told
    return number / max(one["seconds"] for one in told), sum(one["cpu"] for one in told)


def _order(scene: Scene, database: str, sites: Path, number: int, *, dead: bool) -> None:
    """The orders, as a person's wish writes them."""
    keys = [ALIVE, DEAD] if dead else [ALIVE]
    with scene.application(database, sites_file=str(sites)) as app, app.app_context():
        for key in keys:
            turn(key, on=True)
        for offer in db.session.scalars(sa.select(Offer).where(visible()).order_by(Offer.id).limit(number)):
            for key in keys:
                ask(offer, key, by=SYSTEM)
        db.session.commit()


def _bare(number: int) -> float:
    """The same number of creations, by httpx alone, a client a thread."""
    with partner() as url:
        process = _process("bench.bare_push", url, str(number), str(CONNECTIONS))
        _go(process)
        told = _told(process)
    assert told["sent"] == number, told
    return number / float(told["seconds"])


@contextmanager
def partner() -> Iterator[str]:
    """The board, in a process of its own."""
    process = _process("bench.board_site", str(DELAY))
    assert process.stdout is not None
    try:
        yield process.stdout.readline().decode().strip()
    finally:
        process.kill()
        process.wait()


def _worker(environment: dict[str, str], key: str, threads: int) -> "subprocess.Popen[bytes]":
    return _process("bench.push_worker", key, str(threads), environment=environment)


def _process(module: str, *arguments: str, environment: Any = None) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def _go(process: "subprocess.Popen[bytes]") -> None:
    """Wait until it is ready, then let it start."""
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == b"pret\n"
    process.stdin.close()


def _told(process: "subprocess.Popen[bytes]") -> dict[str, Any]:
    assert process.stdout is not None
    found: dict[str, Any] = json.loads(process.stdout.read())
    process.wait()
    return found


@contextmanager
def silent() -> Iterator[str]:
    """A server that takes connections and never says anything."""
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=256) as server:

        def take() -> None:
            with suppress(OSError):
                while True:
                    kept.append(server.accept()[0])

        threading.Thread(target=take, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    for connection in kept:
        connection.close()
