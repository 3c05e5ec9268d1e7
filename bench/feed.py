"""P12: the JSON feed of every offer, streamed, against dumping the same rows as JSON."""

import http.client
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from bench.processes import cpu_seconds, highest_resident_mb, resident_mb
from bench.results import Row
from bench.scene import Scene
from bench.web import Server, portal

PIECE = 1 << 16
MEMORY_MB = 60
READ_WHOLE_UP_TO = 200_000


def measure(scene: Scene) -> list[Row]:
    """Offers a second of both, their processor time, and the memory that one reading takes."""
    ours, theirs, cpu, bare_cpu, memory = [], [], [], [], []
    with scene.database() as url, portal(scene, url) as server:
        _read(server, scene.scale, whole=scene.scale <= READ_WHOLE_UP_TO)
        for _ in range(scene.pace.rounds):
            idle = _rest(server)
            used = server.cpu()
            ours.append(scene.scale / _read(server, scene.scale))
            cpu.append(server.cpu() - used)
            memory.append(max(highest_resident_mb(pid) - idle[pid] for pid in server.workers))
            seconds, used = _dump(scene, url)
            theirs.append(scene.scale / seconds)
            bare_cpu.append(used)
    said = "mêmes lignes écrites en JSON"
    speed = [statistics.median(rates) for rates in (ours, theirs)]
    used = [statistics.median(seconds) for seconds in (cpu, bare_cpu)]
    return [
        Row.higher(f"P12 flux de {scene.scale} offres", speed[0], "offres/s", speed[1], said, 0.5, 0.8),
        Row.lower("P12 flux, processeur de l’application", used[0], "s", used[1], said, 2.0, 1.25),
        Row.at_most("P12 flux, mémoire en plus du repos", max(memory), "Mo", MEMORY_MB),
    ]


def _rest(server: Server) -> dict[int, float]:
    """Memory of each process before the reading; the highest mark is put back to it."""
    for pid in server.workers:
        Path(f"/proc/{pid}/clear_refs").write_text("5", "ascii")
    return {pid: resident_mb(pid) for pid in server.workers}


def _read(server: Server, scale: int, *, whole: bool = False) -> float:
    """Seconds to read all of it; `whole` reads the JSON and counts."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    start = time.monotonic()
    connection.request("GET", "/flux/offres.json")
    answer = connection.getresponse()
    assert answer.status == 200
    kept, last = [], b""
    while piece := answer.read(PIECE):
        last = (last + piece)[-200:]
        if whole:
            kept.append(piece)
    seconds = time.monotonic() - start
    connection.close()
    assert last.rstrip().endswith(b'"count":%d}' % scale), last
    if whole:
        offers = json.loads(b"".join(kept))["offers"]
        assert len({offer["id"] for offer in offers}) == scale
        assert all(offer["title"] and offer["location"]["city"] for offer in offers)
    return seconds


def _dump(scene: Scene, url: str) -> tuple[float, float]:
    """Seconds, and seconds of processor, of the bare dump."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.bare_feed"],
        env=scene.variables(url),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.read(1) == b"\n"
    used, start, size, last = cpu_seconds(process.pid), time.monotonic(), 0, b""
    process.stdin.close()
    while piece := process.stdout.read(PIECE):
        size += len(piece)
        last = piece
        used_now = cpu_seconds(process.pid)
    seconds = time.monotonic() - start
    process.wait()
    assert last.rstrip().endswith(b"]")
    assert size > scene.scale * 500, size
    return seconds, used_now - used
