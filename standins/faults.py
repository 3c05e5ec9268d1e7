"""The ways a partner fails: what the switches can ask of a stand-in."""

import json
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from standins.exchange import Fault, Refusal, Reply

KINDS = (
    "down", "reset", "slow", "429", "500", "502", "503", "504", "401", "403", "404", "409", "422",
    "garbage", "html", "empty", "drift", "deep", "huge", "enormous", "entities", "truncated", "drip",
    "drip_headers", "redirect",
)  # fmt: skip

_HTML = b"<!doctype html><title>Maintenance</title><h1>Le service revient bientot</h1>"
# Ten levels of ten: a reader that unfolds them needs gigabytes.
_ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (level, b"&a%d;" % (level - 1) * 10) for level in range(1, 11))
    + b"]><x>&a10;</x>"
)
ENORMOUS = 50 * 1024 * 1024
_BODIES: dict[str, tuple[int, bytes, str]] = {
    "500": (500, b'{"erreur": "Une erreur est survenue."}', "application/json"),
    "502": (502, b"<html><h1>502 Bad Gateway</h1></html>", "text/html"),
    "503": (503, b"<html><h1>503 Service Unavailable</h1></html>", "text/html"),
    "504": (504, b"<html><h1>504 Gateway Timeout</h1></html>", "text/html"),
    "409": (409, b'{"erreur": "Deja la."}', "application/json"),
    "422": (422, b'{"erreur": "Champ refuse."}', "application/json"),
    "entities": (200, _ENTITIES, "text/xml; charset=utf-8"),
    "401": (401, b'{"erreur": "Cle refusee."}', "application/json"),
    "403": (403, b'{"erreur": "Acces refuse."}', "application/json"),
    "404": (404, b'{"erreur": "Introuvable."}', "application/json"),
    "garbage": (200, b'{"results": [{"siren": "99', "application/json"),
    "html": (200, _HTML, "text/html; charset=utf-8"),
    "empty": (200, b"", "application/json"),
    "drift": (
        200,
        b'{"data": {"resultats": [{"identifiant": 1}]}, "meta": {"version": 4}}',
        "application/json",
    ),
    "deep": (200, b'{"results": ' + b"[" * 5000 + b"]" * 5000 + b"}", "application/json"),
    "huge": (200, b'{"results": [], "bourrage": "' + b"x" * 10_000_000 + b'"}', "application/json"),
}


@dataclass(slots=True)
class Switch:
    """A fault asked for on the paths that begin with `path`; `left` counts down, None never ends."""

    path: str
    fault: Fault
    left: int | None = None


class Switchboard:
    """The switches that are on, oldest first."""

    def __init__(self) -> None:
        self._switches: list[Switch] = []
        self._lock = threading.Lock()

    def set(self, asked: dict[str, object]) -> None:
        """Turn a switch on from `{"path", "kind", "times"?, "seconds"?, "retry_after"?, "before"?}`."""
        unknown = set(asked) - {"path", "kind", "times", "seconds", "retry_after", "before"}
        kind, times = str(asked.get("kind", "")), asked.get("times")
        if unknown or kind not in KINDS or not (times is None or isinstance(times, int)):
            raise Refusal(400, {"erreur": f"Panne inconnue ; les sortes sont {', '.join(KINDS)}."})
        seconds = float(str(asked.get("seconds", 8 if kind == "slow" else 0)))
        wait = asked.get("retry_after")
        before = bool(asked.get("before", False))
        fault = Fault(kind, seconds, int(str(wait)) if wait is not None else None, before)
        with self._lock:
            self._switches.append(Switch(str(asked.get("path", "/")), fault, times))

    def take(self, path: str) -> Fault | None:
        """The fault that this request must suffer, counted."""
        with self._lock:
            for switch in self._switches:
                if path.startswith(switch.path) and switch.left != 0:
                    if switch.left is not None:
                        switch.left -= 1
                    return switch.fault
        return None

    def clear(self) -> None:
        """Turn everything off."""
        with self._lock:
            self._switches.clear()


def spoil(reply: Reply, fault: Fault) -> Reply:
    """The answer as the fault leaves it, when the fault changes what is said rather than how it travels."""
    if fault.kind == "429":
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return Reply(429, json.dumps({"erreur": "Trop de requêtes"}).encode(), headers=headers)
    if fault.kind == "redirect":
        return Reply(302, b"", headers={"Location": "http://127.0.0.1:9/ailleurs"})
    if fault.kind in _BODIES:
        status, body, content_type = _BODIES[fault.kind]
        return Reply(status, body, content_type)
    return replace(reply, fault=fault)


def travel(
    connection: socket.socket, head: bytes, body: bytes, *, fault: Fault | None, stop: threading.Event
) -> None:
    """Send an answer, suffering the fault on the way."""
    kind = fault.kind if fault else ""
    if kind == "slow" and fault is not None:
        stop.wait(fault.seconds)
    if kind in {"down", "reset"}:
        # Linger 0 makes close() send a reset instead of a polite end.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if kind == "reset":
            connection.sendall(head + body[: len(body) // 2])
        return
    if kind == "enormous":
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
        connection.sendall(b"Content-Length: %d\r\nConnection: close\r\n\r\n" % ENORMOUS)
        for _ in range(ENORMOUS // 65536):
            connection.sendall(b"x" * 65536)
    elif kind == "truncated":
        connection.sendall(head + body[: len(body) // 2])
    elif kind == "drip":
        connection.sendall(head)
        _drip(connection.sendall, body, stop)
    elif kind == "drip_headers":
        _drip(connection.sendall, head + body, stop)
    else:
        connection.sendall(head + body)


def _drip(send: Callable[[bytes], None], content: bytes, stop: threading.Event) -> None:
    for position in range(len(content)):
        if stop.wait(1.0):
            return
        send(content[position : position + 1])
