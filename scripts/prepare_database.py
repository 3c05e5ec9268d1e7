"""Bring the database up to date and fill it: reference rows and, in development, examples.

Same effect as `flask db upgrade` and `flask seed --demo`, in one start of the application.
Run by `python -m scripts.prepare_database`, from the root.
"""

import logging

from flask_migrate import upgrade

from app.cli import create_app


def main() -> None:
    """Migrate, then seed; both do nothing the second time."""
    app = create_app()
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with app.app_context():
        upgrade()
        arguments = ["seed", "--demo"] if app.extensions["settings"].development else ["seed"]
        seeded = app.test_cli_runner().invoke(args=arguments, catch_exceptions=False)
    if seeded.exit_code:
        raise SystemExit(f"Les tables ne se remplissent pas : {seeded.output}")


if __name__ == "__main__":
    main()
