"""Processor time and memory of processes, as Linux counts them."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid: int) -> float:
    """Time used by a process and all its descendants, those that have ended and been waited for included."""
    total = 0.0
    for number in (pid, *_descendants(pid)):
        fields = _stat(number)
        # utime, stime, and the same of the children waited for: see proc(5).
        total += sum(int(field) for field in fields[11:15])
    return total / _TICKS


def resident_mb(pid: int) -> float:
    """Memory of one process held by RAM, in MB (10⁶ bytes)."""
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * _PAGE / 1e6


def own_mb(pid: int) -> float:
    """Memory that one process costs, in MB: a page that several hold is divided among them (PSS)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise LookupError(f"no Pss for {pid}")


def highest_resident_mb(pid: int) -> float:
    """The most that it has ever held, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024 / 1e6
    raise LookupError(f"no VmHWM for {pid}")


def children(pid: int) -> list[int]:
    """Processes started by this one that still run."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    return [int(number) for number in text.split()]


def load() -> float:
    """Processes that want a core, on average over the last minute."""
    return os.getloadavg()[0]


def _descendants(pid: int) -> list[int]:
    try:
        direct = children(pid)
    except FileNotFoundError:
        return []
    return [*direct, *(deeper for child in direct for deeper in _descendants(child))]


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except FileNotFoundError:
        return []
