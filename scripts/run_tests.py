"""`make test`: everything the suite needs, then pytest on SQLite and on PostgreSQL.

Standard library only, like `make run`. What is given after `--` goes to pytest: `-- tests/web -k manage`.
"""

import os
import shutil
import subprocess
import sys
import time

from scripts import prepare

ROOT = prepare.ROOT
# One more than there are cores: a test often waits for a browser, a server or a lock.
WORKERS = str((os.cpu_count() or 2) + 1)
# `make assurance` runs on both databases whatever is run on one here.
# These read files or words, bring their own database, or decide in Python who may enter: SQLite is enough.
ON_SQLITE = (
    "tests/access",
    "tests/adapters",
    "tests/domain/reference",
    "tests/emails",
    "tests/links/test_clicks.py",
    "tests/meta",
    "tests/outbox",
    "tests/schedule",
    "tests/acceptance/test_criterion_24_content.py",
    "tests/architecture/test_generated_docs.py",
    "tests/architecture/test_imports.py",
    "tests/architecture/test_lifecycles.py",
    "tests/architecture/test_settings.py",
    "tests/architecture/test_sizes.py",
    "tests/architecture/test_templates.py",
)
# These try what the stricter database refuses, or kill processes that share it: PostgreSQL is enough.
ON_POSTGRESQL = (
    "tests/badinput",
    "tests/concurrency",
    "tests/crash",
    "tests/web/test_deposit_bad_inputs.py",
)
# Debian's packages: the browser, and Java for the strict HTML check.
PROGRAMS = {
    "chromium-headless-shell": ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"),
    "default-jre-headless": ("java",),
}
APT = ["apt-get", "-o", "DPkg::Lock::Timeout=120", "-q", "-y", "--no-install-recommends"]


def programs() -> None:
    """Install what is missing where we may; say loudly what will not be checked otherwise."""
    missing = [package for package, names in PROGRAMS.items() if not any(map(shutil.which, names))]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        with prepare.step(f"Paquets Debian ({', '.join(missing)})"):
            for command in (["apt-get", "-q", "update"], [*APT, "install", *missing]):
                subprocess.run(
                    command,
                    check=False,
                    capture_output=True,
                    env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                )
        missing = [package for package in missing if not any(map(shutil.which, PROGRAMS[package]))]
    if missing and os.environ.get("CI"):
        raise SystemExit(f"Il manque {', '.join(missing)} : la suite ne serait pas complète.")
    for package in missing:
        prepare.say(f"  ATTENTION, PAS VÉRIFIÉ ICI faute de {package} (apt install {package})")


def suite(database: str, given: list[str]) -> tuple[int, str]:
    """One pass of pytest; gives its exit code and its closing line."""
    elsewhere = ON_POSTGRESQL if database == "sqlite" else ON_SQLITE
    skipped = [] if given else [f"--ignore={folder}" for folder in elsewhere]
    command = [prepare.PYTHON, "-m", "pytest", "-n", WORKERS, "-q", "-m", "not assurance", *skipped, *given]
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, "TEST_DATABASE": database},
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    last = ""
    for line in process.stdout or ():
        sys.stdout.write(line)
        sys.stdout.flush()
        last = line.strip() or last
    return process.wait(), last


def main() -> int:
    """0 when both passes are green."""
    arguments = sys.argv[1:]
    prepare.environment("dev")
    prepare.static_files()
    if arguments == ["--prepare-only"]:
        return 0
    programs()
    start = time.monotonic()
    given = arguments[1:] if arguments[:1] == ["--"] else arguments
    results = {}
    for name, title in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL")):
        prepare.say(f"\nSuite d’essais sur {title}")
        results[title] = suite(name, given)
    prepare.say(f"\nDurée : {(time.monotonic() - start) / 60:.1f} min. Dernières lignes de pytest :")
    for title, (code, closing) in results.items():
        prepare.say(f"{title} (code {code})\n{closing}")
    return max(code for code, _ in results.values())


if __name__ == "__main__":
    sys.exit(main())
