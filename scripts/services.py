"""Processes that `make run` holds: each with its group, its log, and an end that leaves nothing behind."""

import contextlib
import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STOP_LIMIT = 30.0
SHOWN_LINES = 12
_PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    """Between fork and exec: if the supervisor is killed outright, its children are told to end (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Service:
    """One process and its children, in a group of their own so that Ctrl-C reaches only the supervisor."""

    def __init__(self, name: str, command: list[object], variables: dict[str, str], logs: Path) -> None:
        self.name = name
        self.command = [str(part) for part in command]
        self.variables = variables
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        self.log = logs / f"{plain.replace(' ', '-')}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; its log begins anew."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )

    def has_ended(self) -> bool:
        """Is the process over?"""
        return self.process is not None and self.process.poll() is not None

    def ask_to_stop(self) -> None:
        """SIGTERM to the process: it ends its own children in order."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self) -> None:
        """Until the end, or SIGKILL to the whole group after thirty seconds."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_LIMIT)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def complaint(self) -> str:
        """Why it ended: the settings it refused, one a line, or else the end of its log."""
        lines = self.log.read_text("utf-8", "replace").strip().splitlines()
        refused = next((line for line in lines if "à corriger :" in line), "")
        if refused:
            return refused.replace(" : ", " :\n  ", 1).replace(" ; ", "\n  ")
        code = self.process.returncode if self.process else 0
        ended = f"Arrêt de tout : « {self.name} » s’est terminé (code {code})."
        return "\n".join([ended, *lines[-SHOWN_LINES:]])


class ServiceEnded(Exception):
    """A service that should run has ended."""

    def __init__(self, service: Service) -> None:
        self.sentence = f"\n{service.complaint()}"
        super().__init__(self.sentence)


@dataclass(frozen=True, slots=True)
class Health:
    """What the portal answers; status 0 when it doesn't yet."""

    status: int
    text: str


def first_answer(host: str, port: int, path: str) -> Health:
    """Ask once, on this machine, without following anything."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return Health(answer.status, answer.read(400).decode("utf-8", "replace"))
    except (OSError, http.client.HTTPException):
        return Health(0, "")
    finally:
        connection.close()


def free_port() -> int:
    """A port of this machine that nobody listens to."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def is_taken(host: str, port: int) -> bool:
    """Does something hold this address already?"""
    try:
        socket.create_server((host, port)).close()
    except OSError:
        return True
    return False
