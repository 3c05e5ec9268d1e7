"""Servers that a whole test run shares: started by the first process that asks, ended with the run.

A supervisor process holds each server and watches the process that owns the run (pytest, or the controller of
xdist's workers). When the owner ends, even killed, the supervisor stops the server and removes its folder.
"""

import argparse
import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

_START_LIMIT = 60.0
_WATCH_EVERY = 0.3
_PR_SET_PDEATHSIG = 1


def unavailable(tool: str, reason: str) -> None:
    """A tool that a test needs is missing: a failure in CI, a loud skip on a person's machine."""
    message = f"{tool} : {reason}"
    if os.environ.get("CI"):
        pytest.fail(message, pytrace=False)
    pytest.skip(f"PAS VÉRIFIÉ ICI, {message}")


def die_with_parent(by: signal.Signals = signal.SIGQUIT) -> None:
    """For `preexec_fn`: the child gets this signal when its parent dies, even by kill -9 (Linux)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, by)


def run_owner() -> int:
    """The process whose end is the end of the run."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


def is_alive(pid: int) -> bool:
    """Does the process run? A zombie doesn't."""
    return _stat(pid)[:1] not in ([], ["Z"])


def shared_service(module: str, variable: str) -> str:
    """Address of the run's server that `python -m module` starts; `variable` gives one that runs already."""
    given = os.environ.get(variable)
    if given:
        return given
    owner = run_owner()
    # The start time tells two processes with the same number apart.
    folder = Path(tempfile.gettempdir()) / f"depot-essais-{os.getuid()}-{owner}-{_stat(owner)[19]}"
    folder.mkdir(exist_ok=True)
    address_file = folder / f"{module.rpartition('.')[2]}.address"
    with address_file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not address_file.exists():
            _start_supervisor(module, owner, address_file)
    return address_file.read_text("utf-8")


def _start_supervisor(module: str, owner: int, address_file: Path) -> None:
    log = address_file.with_suffix(".log")
    with log.open("wb") as output:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", module, "--owner", str(owner), "--announce", str(address_file)],
            cwd=Path(__file__).resolve().parents[2],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    limit = time.monotonic() + _START_LIMIT
    while not address_file.exists():
        if supervisor.poll() is not None or time.monotonic() > limit:
            supervisor.kill()
            raise RuntimeError(f"{module} didn't start:\n{log.read_text('utf-8', 'replace')}")
        time.sleep(0.02)
    # It outlives this call on purpose, and ends by itself: no warning about a child left running.
    supervisor.returncode = 0


def supervise(serve: Callable[[], AbstractContextManager[str]], title: str) -> None:
    """Body of `python -m`: hold the server until the owner ends, or Ctrl-C; print its address when alone."""
    parser = argparse.ArgumentParser(description=title)
    parser.add_argument("--owner", type=int, help="numéro du processus à suivre")
    parser.add_argument("--announce", type=Path, help="fichier où écrire l’adresse")
    options = parser.parse_args()
    # SIGINT too: what a shell starts in the background inherits it ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, _leave)
    try:
        with serve() as address:
            if options.announce:
                _write_whole(options.announce, address)
            else:
                sys.stdout.write(f"{address}\n")
                sys.stdout.flush()
            while options.owner is None or is_alive(options.owner):
                time.sleep(_WATCH_EVERY)
    except KeyboardInterrupt:
        pass
    finally:
        if options.announce:
            options.announce.unlink(missing_ok=True)
            _remove_if_last(options.announce.parent)


def _leave(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _write_whole(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    part.write_text(text, "utf-8")
    part.rename(path)


def _remove_if_last(folder: Path) -> None:
    if not list(folder.glob("*.address")):
        shutil.rmtree(folder, ignore_errors=True)


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat from the state on (see proc(5)); empty when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return []
