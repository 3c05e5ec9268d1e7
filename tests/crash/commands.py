"""What the processes of the crash tests run: the commands of operations, in the application's context."""

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask

from app import boards, seeds
from app.core import clock
from app.core.database import begin_write, db
from app.mailing import deliverer_of
from app.outbox import bounces
from app.scheduling.runner import run_job


def drain(app: Flask) -> None:
    """`flask outbox drain`."""
    deliverer = deliverer_of(app)
    deliverer.drain(limit=1000)
    deliverer.close()


def push(app: Flask) -> None:
    """`flask platforms drain`."""
    boards.drain(app)


def run_slot(_app: Flask, name: str, slot: str) -> None:
    """A job, as the scheduler calls it: for one slot."""
    run_job(name, slot=slot, dry=False)


def run_slot_stopped(_app: Flask, name: str, slot: str) -> None:
    """The same, when the process is asked to stop during the first batch."""
    stop = threading.Event()
    stop.set()
    run_job(name, slot=slot, dry=False, stop=stop)


def take_in_bounce(_app: Flask, email: str) -> None:
    """A relay's webhook, which says that an address doesn't exist."""
    begin_write()
    bounces.take_in({"event": "hard_bounce", "email": email, "ts": clock.now().timestamp()}, provider="essai")
    db.session.commit()


def seed(_app: Flask) -> None:
    """`flask seed`."""
    seeds.seed_reference()
    db.session.commit()


COMMANDS: dict[str, Callable[..., Any]] = {
    "drain": drain,
    "push": push,
    "run_slot": run_slot,
    "run_slot_stopped": run_slot_stopped,
    "bounce": take_in_bounce,
    "seed": seed,
}
