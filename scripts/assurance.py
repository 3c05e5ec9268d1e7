"""`make assurance`: the long proofs, one row a goal: on screen, reports/assurance.json, docs/preuves.md.

A goal holds when every test of its folders is green on both databases, and when the figures that these
tests give by `record_property("ce qui est compté", valeur)` are within its bounds. No figure is typed by
hand. A goal without a test says « pas encore mesuré ».

`python -m scripts.assurance G3 G5` plays these goals only; what is known of the others is kept.
`--page` plays nothing and writes the page again.
"""

import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from scripts.goals import GOALS, Goal, unmet
from scripts.proofs_page import FAILS, HOLDS, UNMEASURED, page

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "reports" / "assurance.json"
PAGE = ROOT / "docs" / "preuves.md"
DATABASES = ("sqlite", "postgresql")
NOTHING_COLLECTED = 5


@dataclass
class Result:
    """What was seen of one goal; `measures` gives a value for each name and database."""

    goal: str
    title: str
    target: str
    state: str = UNMEASURED
    measured_at: str = ""
    tests: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    measures: dict[str, dict[str, float]] = field(default_factory=dict)
    unmet: list[str] = field(default_factory=list)


def judge(goal: Goal) -> Result:
    """Run the proofs of a goal on both databases."""
    result = Result(goal.code, goal.title, goal.target)
    if not goal.paths:
        return result
    start = time.monotonic()
    codes = [_run(goal.paths, database, result) for database in DATABASES]
    result.seconds = round(time.monotonic() - start, 1)
    result.measured_at = datetime.now(UTC).isoformat(timespec="seconds")
    result.unmet = unmet(goal, result.measures)
    green = all(code in (0, NOTHING_COLLECTED) for code in codes)
    result.state = HOLDS if green and result.tests > result.skipped and not result.unmet else FAILS
    return result


def _run(paths: tuple[str, ...], database: str, result: Result) -> int:
    """One pass, long proofs and short ones, quietly; what fails is shown."""
    with tempfile.TemporaryDirectory() as folder:
        xml = Path(folder) / "essais.xml"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *paths, "-n", "2", "-q", "--timeout=1800", f"--junitxml={xml}"],
            cwd=ROOT,
            env={**os.environ, "TEST_DATABASE": database},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in (0, NOTHING_COLLECTED):
            sys.stdout.write(f"{done.stdout[-4000:]}{done.stderr[-2000:]}\n")
            sys.stdout.flush()
        if xml.exists():
            _count(ElementTree.parse(xml), database, result)  # noqa: S314  # pytest has just written it
    return done.returncode


def _count(report: "ElementTree.ElementTree[Any]", database: str, result: Result) -> None:
    for suite in report.iter("testsuite"):
        result.tests += int(suite.get("tests", 0))
        result.failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        result.skipped += int(suite.get("skipped", 0))
    for measure in report.iter("property"):
        note(result.measures, database, str(measure.get("name")), str(measure.get("value")))


def note(measures: dict[str, dict[str, float]], database: str, name: str, text: str) -> None:
    """Take a figure in. Several tests may give the same one: counts add up, the worst « au plus » is kept."""
    value = float(text) if "." in text else int(text)
    values = measures.setdefault(name, {})
    if database not in values:
        values[database] = value
    elif "au plus" in name or isinstance(value, float):
        values[database] = max(values[database], value)
    else:
        values[database] += value


def machine() -> dict[str, str | int]:
    """Where this was measured: figures mean nothing without it."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": os.cpu_count() or 0,
        "memory_gib": round(pages / 2**30),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": platform.system(),
    }


def _known() -> dict[str, dict[str, Any]]:
    """Goals of the last report, when it was measured on a machine like this one."""
    if not REPORT.exists():
        return {}
    report = json.loads(REPORT.read_text("utf-8"))
    return {row["goal"]: row for row in report["goals"]} if report["machine"] == machine() else {}


def _write(results: dict[str, dict[str, Any]]) -> None:
    """The report and its page, with a row for each goal."""
    rows = [
        results.get(goal.code) or asdict(Result(goal.code, goal.title, goal.target)) for goal in GOALS
    ]
    report = {"machine": machine(), "goals": rows}
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    PAGE.write_text(page(report), "utf-8")


def _say(result: Result) -> None:
    counted = f"{result.tests} essais, {result.seconds:.0f} s" if result.tests else ""
    sys.stdout.write(f"{result.goal:5} {result.title:32} {result.state:18} {counted}\n")
    for name, values in result.measures.items():
        shown = ", ".join(f"{value} ({database})" for database, value in values.items())
        sys.stdout.write(f"      {name} : {shown}\n")
    for lack in result.unmet:
        sys.stdout.write(f"      MANQUE {lack}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """1 when a goal that is measured doesn't hold."""
    only_page = "--page" in arguments
    wanted = set(arguments) - {"--page"} or {goal.code for goal in GOALS}
    unknown = wanted - {goal.code for goal in GOALS}
    if unknown:
        raise SystemExit(f"Objectif inconnu : {', '.join(sorted(unknown))}")
    if only_page:
        _write(_known())
    for goal in GOALS if not only_page else ():
        if goal.code in wanted:
            result = judge(goal)
            _say(result)
            # After each goal: what was seen stays if the next one is stopped, or played elsewhere meanwhile.
            _write({**_known(), goal.code: asdict(result)})
    results = _known()
    sys.stdout.write(f"Écrit dans {REPORT.relative_to(ROOT)} et {PAGE.relative_to(ROOT)}\n")
    return 1 if any(results.get(code, {}).get("state") == FAILS for code in wanted) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
