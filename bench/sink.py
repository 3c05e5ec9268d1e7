"""The relay of the mail measures, in a process of its own: takes every message, keeps its bytes."""

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from scripts.services import free_port


class Sink:
    """A running relay: `port`, and what it has received since it was last asked."""

    def __init__(self, port: int, pipe: Connection) -> None:
        self.port = port
        self._pipe = pipe

    def take(self) -> list[tuple[str, bytes]]:
        """(recipient, bytes) of each message since the last call."""
        self._pipe.send("donne")
        received: list[tuple[str, bytes]] = self._pipe.recv()
        return received


@contextmanager
def relay() -> Iterator[Sink]:
    """A relay for the length of the block."""
    processes = get_context("forkserver")
    ours, theirs = processes.Pipe()
    port = free_port()
    process = processes.Process(target=_serve, args=(port, theirs), daemon=True)
    process.start()
    # Held here too, it would be awaited for ever if the process died.
    theirs.close()
    assert ours.recv() == "prêt"
    try:
        yield Sink(port, ours)
    finally:
        process.terminate()
        process.join()


class _Keeper:
    def __init__(self) -> None:
        self.received: list[tuple[str, bytes]] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.received.append((envelope.rcpt_tos[0], envelope.original_content or b""))
        return "250 2.0.0 Message pris en charge"


def _serve(port: int, pipe: Connection) -> None:
    keeper = _Keeper()
    controller = Controller(keeper, hostname="127.0.0.1", port=port)
    controller.start()
    pipe.send("prêt")
    while pipe.recv() == "donne":
        received, keeper.received = keeper.received, []
        pipe.send(received)
