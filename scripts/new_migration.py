"""`make migration NOM=add_dossier_deadline`: compare the models with the migrations and write the next one.

The comparison is made on a database of its own, brought up to the last migration: yours isn't touched.
"""

import os
import re
import sys
import tempfile
from pathlib import Path

from flask_migrate import migrate, upgrade

from app.cli import create_app

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 32  # what alembic_version holds


def next_revision(name: str) -> str:
    """`0007_add_dossier_deadline`, the file's name and the revision's."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        sys.exit("Un nom en minuscules est attendu : make migration NOM=add_dossier_deadline")
    last = max((int(path.name[:4]) for path in (ROOT / "migrations/versions").glob("[0-9]*.py")), default=0)
    revision = f"{last + 1:04d}_{name}"
    if len(revision) > LONGEST:
        sys.exit(f"« {revision} » est trop long : {LONGEST} caractères au plus.")
    return revision


def main() -> None:
    """Write migrations/versions/<revision>.py, to be read again before it is committed."""
    revision = next_revision(sys.argv[1] if len(sys.argv) > 1 else "")
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update({"DATABASE_URL": f"sqlite:///{folder}/base.sqlite3", "DATA_DIR": folder})
        app = create_app()
        with app.app_context():
            upgrade()
            migrate(rev_id=revision, message=revision[5:].replace("_", " ").capitalize())


if __name__ == "__main__":
    main()
