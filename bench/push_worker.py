"""The workers of one platform, in a process as that of `flask jobs serve`."""

import json
import sys
import threading
import time

from flask import Flask

from app import create_app
from app.core.database import db
from app.domain.diffusion.engine import Pusher
from app.domain.diffusion.registry import PLATFORMS


def main() -> None:
    """`python -m bench.push_worker PLATFORM THREADS`."""
    key, number = sys.argv[1], int(sys.argv[2])
    app = create_app()
    counts: list[int] = []
    threads = [threading.Thread(target=_work, args=(app, key, counts)) for _ in range(number)]
    sys.stdout.write("pret\n")
    sys.stdout.flush()
    sys.stdin.read()
    start, used = time.monotonic(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = {
        "seconds": time.monotonic() - start,
        "cpu": time.process_time() - used,
        "sent": sum(counts),
    }
    sys.stdout.write(json.dumps(told))


def _work(app: Flask, key: str, counts: list[int]) -> None:
    with app.app_context():
        pusher = Pusher(PLATFORMS[key], app.extensions["boards"][key])
        while sent := pusher.drain(limit=10_000).sent:
            counts.append(sent)
        db.session.remove()


if __name__ == "__main__":
    main()
