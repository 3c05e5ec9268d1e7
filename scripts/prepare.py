"""What must be in place before anything runs; each step is done only when it is needed.

Standard library only.
"""

import contextlib
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence

from scripts import setup_env

ROOT = setup_env.ROOT
PYTHON = setup_env.PYTHON
# What may change tables or seeds; reading it all takes some ten milliseconds.
DATABASE_SOURCES = ("app", "migrations", "scripts/prepare_database.py")


def say(text: str) -> None:
    """A line for the person at the screen."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    """Say what is being done, then how long it took."""
    start = time.monotonic()
    sys.stdout.write(f"  {title}…")
    sys.stdout.flush()
    try:
        yield
    except BaseException:
        say("")
        raise
    say(f" {time.monotonic() - start:.1f} s".replace(".", ","))


def environment(profile: str) -> None:
    """Python and its packages."""
    if sys.version_info < setup_env.OLDEST:
        setup_env.main()
    if not setup_env.is_ready(profile):
        with step("Environnement Python"):
            setup_env.prepare(profile)


def static_files() -> None:
    """The pinned packages the pages draw from, then style sheets, script and icons."""
    if not (ROOT / "static" / "dist" / ".fingerprint").exists():
        with step("Système de design, feuilles de style et icônes"):
            _build()
    else:
        _build()


def _build() -> None:
    tool([PYTHON, "scripts/fetch_assets.py"])
    tool([PYTHON, "scripts/build_static.py"])


def database(variables: Mapping[str, str]) -> None:
    """Tables and rows, for the database that these variables name."""
    data = ROOT / variables["DATA_DIR"]
    data.mkdir(parents=True, exist_ok=True)
    url = variables.get("DATABASE_URL", "")
    stamp, wanted = data / ".base", _database_fingerprint(url)
    # A file that is there stays as we left it; of a server's database we can't tell, so it is asked.
    known = not url and (data / "depot.sqlite3").exists() and stamp.exists()
    if known and stamp.read_text("utf-8") == wanted:
        return
    with step("Base de données et exemples"):
        # The companies of the examples are simulated ones: nobody else is asked.
        tool([PYTHON, "-m", "scripts.prepare_database"], {**variables, "LOOKUPS": "standin"})
    stamp.write_text(wanted, "utf-8")


def _database_fingerprint(url: str) -> str:
    total = hashlib.sha256(url.encode())
    for source in DATABASE_SOURCES:
        path = ROOT / source
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and file.suffix != ".pyc":
                total.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return total.hexdigest()


def tool(command: Sequence[object], variables: Mapping[str, str] | None = None) -> None:
    """Run one of our tools without a word; what it said is shown when it fails, and ends everything."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=dict(variables or os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"\n{(done.stdout + done.stderr).strip()}")
