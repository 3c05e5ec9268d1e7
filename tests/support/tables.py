"""Empty tables between two tests, reference rows kept."""

import sqlalchemy as sa
from flask import Flask

from app.core.database import db

KEPT = frozenset({"opco", "legal_parameter", "alembic_version"})


def empty(app: Flask) -> None:
    """Nothing but reference rows, and no limit reached. In a context of the application."""
    db.session.remove()
    tables = [table for table in reversed(db.metadata.sorted_tables) if table.name not in KEPT]
    if db.engine.dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in tables)
        db.session.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    else:
        db.session.execute(sa.text("PRAGMA defer_foreign_keys=ON"))
        for table in tables:
            db.session.execute(table.delete())
    db.session.commit()
    limiter = app.extensions["limiter"]
    for one in limiter if isinstance(limiter, set) else {limiter}:
        one.reset()
