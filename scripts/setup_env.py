"""Make .venv hold exactly what the locks say: `python3 -m scripts.setup_env [run|dev]`.

Standard library only, Python 3.11 or newer. Does nothing when the locks haven't changed since.
uv installs, itself pinned and hashed; pip does where uv can't run.
"""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "verrous.json"
OLDEST = (3, 11)
TOOLS = "requirements-tools.txt"
# The larger profile serves the smaller: whoever has tested isn't stripped of the tools by a start.
PROFILES = {
    "run": (TOOLS, "requirements.txt"),
    "dev": (TOOLS, "requirements.txt", "requirements-dev.txt"),
}


def fingerprint(profile: str) -> str:
    """Changes with the locks, the Python that runs, or the folder (a venv doesn't move)."""
    total = hashlib.sha256(f"{sys.version_info[:2]}{platform.machine()}{ROOT}".encode())
    for name in PROFILES[profile]:
        total.update((ROOT / name).read_bytes())
    return total.hexdigest()


def installed() -> dict[str, str]:
    """What was installed last: profile → fingerprint of its locks."""
    try:
        found: dict[str, str] = json.loads(STAMP.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if PYTHON.exists() else {}


def is_ready(profile: str) -> bool:
    """Is the environment as the locks of this profile want it?"""
    return installed().get(profile) == fingerprint(profile)


def prepare(profile: str) -> bool:
    """Install what is missing; False when there was nothing to do. Exits with a French sentence."""
    if is_ready(profile):
        return False
    if "dev" in installed() or (VENV / "bin" / "pytest").exists():
        profile = "dev"
    STAMP.unlink(missing_ok=True)
    if not _runs([PYTHON, "-m", "pip", "--version"]):
        _create()
    _install(PROFILES[profile])
    names = ["run", "dev"] if profile == "dev" else ["run"]
    STAMP.write_text(json.dumps({name: fingerprint(name) for name in names}), "utf-8")
    return True


def _create() -> None:
    """A fresh .venv with pip; Debian keeps a part of venv in a package of its own."""
    if not _runs([sys.executable, "-c", "import ensurepip"]):
        _install_venv_module()
    shutil.rmtree(VENV, ignore_errors=True)
    # The machine's own Python, even when the caller runs the one of the .venv that goes.
    base = getattr(sys, "_base_executable", sys.executable)
    done = subprocess.run([base, "-m", "venv", VENV], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"L’environnement Python ne se crée pas :\n{done.stdout}{done.stderr}".rstrip())


def _install_venv_module() -> None:
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", package]
        if _runs(install) or (_runs(["apt-get", "update", "-q"]) and _runs(install)):
            return
    sys.exit(f"Il manque le module venv de Python. Sous Debian : apt install {package}")


def _install(locks: tuple[str, ...]) -> None:
    options = [part for name in locks for part in ("-r", str(ROOT / name))]
    tool = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    if _runs([*tool, "--only-binary=:all:", "-r", ROOT / TOOLS]) and _runs(
        [PYTHON, "-m", "uv", "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode",
         "--python", PYTHON, *(str(ROOT / name) for name in locks)],
        env=_for_uv(),
    ):  # fmt: skip
        return
    # The tools' lock is left out: where uv can't be installed, all the rest still can.
    done = subprocess.run([*tool, *options[2:]], capture_output=True, text=True, check=False)
    if done.returncode:
        said = "\n".join(done.stderr.strip().splitlines()[-6:])
        sys.exit(f"Les dépendances ne s’installent pas ; vérifiez la connexion, puis relancez.\n{said}")


def _for_uv() -> dict[str, str]:
    """uv told what pip knows by its own variables: the house's mirror, the system's certificates."""
    given = {
        "UV_SYSTEM_CERTS": "true",
        "UV_DEFAULT_INDEX": os.environ.get("PIP_INDEX_URL", ""),
        "UV_HTTP_TIMEOUT": "60",
    }
    return {**{key: value for key, value in given.items() if value}, **os.environ}


def _runs(command: Sequence[object], env: dict[str, str] | None = None) -> bool:
    try:
        done = subprocess.run([str(part) for part in command], capture_output=True, check=False, env=env)
    except OSError:
        return False
    return done.returncode == 0


def main() -> None:
    """Check the Python, then prepare the profile named on the command line."""
    if sys.version_info < OLDEST:
        sys.exit(f"Python 3.11 au moins est nécessaire ; celui-ci est {platform.python_version()}.")
    profile = sys.argv[1] if len(sys.argv) > 1 else "run"
    if profile not in PROFILES:
        sys.exit(f"Profil inconnu : {profile}. Choisir parmi {', '.join(PROFILES)}.")
    prepare(profile)


if __name__ == "__main__":
    main()
