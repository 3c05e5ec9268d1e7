"""Many requests from a few connections kept open, each answer checked. Loopback only."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

CONNECTIONS = 4
Check = Callable[[bytes], bool]


@dataclass
class Load:
    """What a round of requests gave; latencies in milliseconds."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, part: float) -> float:
        """The latency under which `part` (0 to 1) of the answers came."""
        ranked = sorted(self.latencies)
        return ranked[min(len(ranked) - 1, int(part * len(ranked)))]


class Wire:
    """One connection kept open, opened again when the server closes it; reads answers with a known length.

    Written on a socket: the standard client takes as long to read the headers as the server to make the page.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self._socket: socket.socket | None = None

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body."""
        for fresh in (False, True):
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            try:
                return self._exchange(path)
            except ConnectionError:
                self.close()
                if fresh:
                    raise
        raise ConnectionError(path)

    def close(self) -> None:
        """Let go of the connection."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _exchange(self, path: str) -> tuple[int, bytes]:
        line = self._socket
        assert line is not None
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode())
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._read(line)
        head, _, body = received.partition(b"\r\n\r\n")
        lower = head.lower()
        at = lower.index(b"content-length:") + 15
        length = int(lower[at:].split(b"\r\n", 1)[0])
        pieces, got = [body], len(body)
        while got < length:
            piece = self._read(line)
            pieces.append(piece)
            got += len(piece)
        if b"\r\nconnection: close" in lower:
            self.close()
        return int(head[9:12]), b"".join(pieces)

    @staticmethod
    def _read(line: socket.socket) -> bytes:
        piece = line.recv(262_144)
        if not piece:
            raise ConnectionResetError("closed by the server")
        return piece


def hammer(port: int, paths: Sequence[str], *, seconds: float, check: Check) -> Load:
    """Ask for the paths in turn from every connection at once; raises when an answer isn't right."""
    load, failures = Load(), []
    stop = time.monotonic() + seconds

    def ask(own: Iterator[str]) -> None:
        wire, latencies = Wire(port), []
        try:
            while (before := time.monotonic()) < stop:
                path = next(own)
                status, body = wire.get(path)
                latencies.append((time.monotonic() - before) * 1000)
                if status != 200 or not check(body):
                    raise AssertionError(f"{path}: {status}")
        except (AssertionError, OSError) as error:
            failures.append(error)
        finally:
            wire.close()
        load.latencies += latencies

    threads = [
        threading.Thread(target=ask, args=(_in_turn(paths, offset, CONNECTIONS),))
        for offset in range(CONNECTIONS)
    ]
    begin = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.seconds = time.monotonic() - begin
    if failures:
        raise failures[0]
    return load


def _in_turn(paths: Sequence[str], offset: int, step: int) -> Iterator[str]:
    at = offset
    while True:
        yield paths[at % len(paths)]
        at += step
