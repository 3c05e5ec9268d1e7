"""Empty tables between two tests, reference rows kept."""

from functools import cache

import sqlalchemy as sa
from flask import Flask

from app.core.database import db
from app.domain.diffusion.feed_readings import forget_last_readings
from app.domain.diffusion.registry import forget_switches

KEPT = frozenset({"opco", "legal_parameter", "alembic_version"})


def empty(app: Flask) -> None:
    """Nothing but reference rows, and no limit reached. In a context of the application.

    Only tables that hold rows are emptied: to truncate all of them took PostgreSQL a third of a second.
    """
    db.session.remove()
    tables = emptied()
    filled = set(db.session.scalars(names_of_filled()))
    if db.engine.dialect.name == "sqlite":
        db.session.execute(sa.text("PRAGMA defer_foreign_keys=ON"))
    for table in tables:
        if table.name in filled:
            db.session.execute(table.delete())
    db.session.commit()
    limiter = app.extensions["limiter"]
    for one in limiter if isinstance(limiter, set) else {limiter}:
        one.reset()
    app.extensions.pop("kept_pages", None)
    if "visits" in app.extensions:
        app.extensions["visits"].forget()
    forget_switches()
    forget_last_readings()


@cache
def emptied() -> list[sa.Table]:
    """The tables that tests fill, those that point to others first."""
    return [table for table in reversed(db.metadata.sorted_tables) if table.name not in KEPT]


@cache
def names_of_filled() -> sa.CompoundSelect[tuple[str]]:
    """The question « which of them hold a row? », in one statement."""
    names = (
        sa.select(sa.literal(table.name)).where(sa.exists(sa.select(sa.literal(1)).select_from(table)))
        for table in emptied()
    )
    return sa.union_all(*names)
