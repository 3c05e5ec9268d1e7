"""`make assurance`: the long proofs, one row a goal, on screen and in reports/assurance.json.

A goal holds when every test of its folders is green on both databases. A figure is never typed by hand: a
test gives it by `record_property("ce qui est compté", valeur)`. A goal without a test says « pas encore
mesuré ».
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

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "reports" / "assurance.json"
DATABASES = ("sqlite", "postgresql")
NOTHING_COLLECTED = 5
HOLDS, FAILS, UNMEASURED = "tenu", "NON TENU", "pas encore mesuré"


@dataclass(frozen=True)
class Goal:
    """What is promised, and where its proofs stand."""

    code: str
    title: str
    target: str
    paths: tuple[str, ...]


GOALS = (
    Goal("G1", "Charge", "p95 < 300 ms, p99 < 800 ms, aucun dépôt perdu", ("tests/load",)),
    Goal("G2", "Pointe", "429 ou 503 au-delà, rien de perdu, retour en 60 s", ("tests/load_spike",)),
    Goal("G3", "Arrêt à chaque point", "100 % des points d’arrêt, aucun invariant rompu", ("tests/crash",)),
    Goal("G4", "Arrêts répétés", "rien de perdu, au plus un doublon par arrêt", ("tests/soak",)),
    Goal("G5", "Pannes", "60 pannes ou plus, chacune dans l’état documenté", ("tests/faults",)),
    Goal("G6", "Mauvaises saisies", "aucune erreur 500, aucun script exécuté", ("tests/badinput",)),
    Goal("G7", "Droits d’accès", "toutes les routes pour tous les acteurs", ("tests/access",)),
    Goal("G8", "Liens", "aucun lien ouvert par un robot, aucun double usage", ("tests/links",)),
    Goal("G9", "Énumération", "mêmes octets, écart médian < 5 ms", ("tests/timing",)),
    Goal("G10", "Retard et reprise", "10 000 courriels écoulés en 15 min", ("tests/outage",)),
    Goal("G11", "Horloge", "chaque créneau une fois, aucune offre après son terme", ("tests/schedule",)),
    Goal("G12", "Concurrence", "aucune mise à jour perdue, aucun doublon", ("tests/concurrency",)),
    Goal("G13", "Requêtes bornées", "15 par page au plus, sans lien avec le volume", ("tests/queries",)),
    Goal("G14", "ASVS niveau 2", "246 lignes répondues", ("tests/asvs",)),
    Goal("G15", "Fournitures et restauration", "aucune faille connue, reprise < 30 min", ("tests/supply",)),
    Goal("A11Y", "Accessibilité de tous les états", "axe et HTML strict : aucune erreur", ("tests/browser",)),
)


@dataclass
class Result:
    """What was seen of one goal."""

    goal: str
    title: str
    target: str
    state: str = UNMEASURED
    tests: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    measures: dict[str, str] = field(default_factory=dict)


def judge(goal: Goal) -> Result:
    """Run the proofs of a goal on both databases."""
    result = Result(goal.code, goal.title, goal.target)
    paths = [path for path in goal.paths if (ROOT / path).exists()]
    if not paths:
        return result
    start = time.monotonic()
    codes = [_run(paths, database, result) for database in DATABASES]
    result.seconds = round(time.monotonic() - start, 1)
    if any(code not in (0, NOTHING_COLLECTED) for code in codes):
        result.state = FAILS
    elif result.tests > result.skipped:
        result.state = HOLDS
    return result


def _run(paths: list[str], database: str, result: Result) -> int:
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
        if xml.exists():
            _count(ElementTree.parse(xml), database, result)  # noqa: S314  # pytest has just written it
    return done.returncode


def _count(report: "ElementTree.ElementTree[Any]", database: str, result: Result) -> None:
    for suite in report.iter("testsuite"):
        result.tests += int(suite.get("tests", 0))
        result.failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        result.skipped += int(suite.get("skipped", 0))
    for measure in report.iter("property"):
        result.measures[f"{measure.get('name')} ({database})"] = str(measure.get("value"))


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


def main() -> int:
    """1 when a goal that is measured doesn't hold."""
    wanted = set(sys.argv[1:])
    results = []
    for goal in GOALS:
        if wanted and goal.code not in wanted:
            continue
        result = judge(goal)
        results.append(result)
        counted = f"{result.tests} essais, {result.seconds:.0f} s" if result.tests else ""
        sys.stdout.write(f"{goal.code:5} {goal.title:32} {result.state:18} {counted}\n")
        for name, value in result.measures.items():
            sys.stdout.write(f"      {name} : {value}\n")
        sys.stdout.flush()
    REPORT.parent.mkdir(exist_ok=True)
    content = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "goals": [asdict(result) for result in results],
    }
    REPORT.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    sys.stdout.write(f"Écrit dans {REPORT.relative_to(ROOT)}\n")
    return 1 if any(result.state == FAILS for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
