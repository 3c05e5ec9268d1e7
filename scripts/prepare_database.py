"""Bring the database up to date and fill it: reference rows and, for a demonstration, examples.

Same effect as `flask db upgrade` and `flask seed --demo`, in one start of the application.
"""

import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from flask_migrate import upgrade

from app import create_app, seeds
from app.core.database import db


def main() -> None:
    """Migrate, then seed; both do nothing the second time."""
    app = create_app()
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with app.app_context():
        upgrade()
        seeds.seed_reference()
        if app.extensions["settings"].development:
            seeds.seed_demonstration()
        db.session.commit()


if __name__ == "__main__":
    main()
