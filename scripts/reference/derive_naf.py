"""Derive app/domain/reference/data/naf.tsv from the archive of the package @socialgouv/codes-naf.

Usage: python scripts/reference/derive_naf.py ARCHIVE --date YYYY-MM-DD [--out FILE]

Only facts are kept: the sub-classes of the French nomenclature of activities (NAF rev. 2) and their labels.
"""

import argparse
import datetime
import json
import re
import sys
import tarfile
from pathlib import Path

EXPECTED_CODES = 732
INDEX = "package/index.json"
MANIFEST = "package/package.json"
DEFAULT_OUT = Path(__file__).resolve().parents[2] / "app/domain/reference/data/naf.tsv"
HEADER = """\
# Sous-classes de la nomenclature d’activités française (NAF rév. 2).
# Source : Insee, d’après le fichier index.json du paquet @socialgouv/codes-naf {version}.
# Licence : paquet sous licence Apache-2.0 ; nomenclature publiée par l’Insee (données ouvertes).
# Dérivé le {date} par scripts/reference/derive_naf.py ; {count} codes ; apostrophes typographiques.
# Colonnes : code, libellé.
"""


def read_codes(archive: Path) -> tuple[str, dict[str, str]]:
    """Return the package's version and {code: label}. Raises ValueError when the data is not what we know."""
    with tarfile.open(archive) as package:
        members = {}
        for name in (INDEX, MANIFEST):
            handle = package.extractfile(name)
            if handle is None:
                raise ValueError(f"{name} is missing")
            members[name] = json.load(handle)
    codes: dict[str, str] = {}
    for row in members[INDEX]:
        code, label = row["id"], " ".join(row["label"].split()).replace("'", "’")
        if re.fullmatch(r"\d\d\.\d\d[A-Z]", code):
            if not label or codes.setdefault(code, label) != label:
                raise ValueError(f"unexpected row: {row!r}")
    if len(codes) != EXPECTED_CODES:
        raise ValueError(f"{len(codes)} codes, {EXPECTED_CODES} expected")
    return members[MANIFEST]["version"], codes


def main() -> int:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--date", type=datetime.date.fromisoformat, required=True)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    options = parser.parse_args()
    version, codes = read_codes(options.archive)
    header = HEADER.format(version=version, date=options.date.isoformat(), count=len(codes))
    rows = "".join(f"{code}\t{label}\n" for code, label in sorted(codes.items()))
    options.out.write_text(header + rows, encoding="utf-8")
    print(f"{len(codes)} codes → {options.out.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
