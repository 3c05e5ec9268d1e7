"""One worker's loop over the messages of one kind: ask the circuit, claim a batch, send it, begin again."""

import os
import secrets
import socket
import threading
from collections.abc import Callable
from typing import Protocol

from app.core.failpoints import failpoint
from app.outbox import circuit
from app.outbox.circuit import Gate
from app.outbox.leases import Claimed
from app.outbox.settling import Counts, Settler


class Claim(Protocol):
    """Takes up to `limit` due messages."""

    def __call__(self, *, limit: int) -> list[Claimed]:
        """The messages taken."""


def worker_name() -> str:
    """The name under which a worker holds its leases: host, process, a random part."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(6)}"


def drain_batches(
    settler: Settler,
    claim: Claim,
    send: Callable[[list[Claimed]], None],
    *,
    counts: Counts,
    batch: int,
    limit: int,
    stop: threading.Event | None = None,
) -> None:
    """Until nothing is due, `limit` is reached, or the partner is in trouble. `send` adds to `counts`."""
    while counts.total < limit and not (stop and stop.is_set()):
        gate = circuit.gate(settler.kind)
        if gate is Gate.OPEN:
            return
        room = 1 if gate is Gate.PROBE else min(batch, limit - counts.total)
        claimed = claim(limit=room)
        if not claimed:
            if gate is Gate.PROBE:
                circuit.give_probe_back(settler.kind)
            return
        failpoint("outbox.after_claim")
        settler.begin(gate)
        send(claimed)
        if gate is Gate.PROBE and not settler.partner_asked:
            circuit.give_probe_back(settler.kind)
        if counts.released:
            return
