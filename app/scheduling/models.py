"""The table of runs: one row a job and business slot."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Model, UtcDateTime


class JobRun(Model):
    """One run. Unfinished (no `ended_at`, lease over) it is taken again; finished it is never run again."""

    __tablename__ = "job_run"
    __table_args__ = (sa.UniqueConstraint("job", "business_slot"),)

    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    job: Mapped[str] = mapped_column(sa.String(60))
    business_slot: Mapped[str] = mapped_column(sa.String(40))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    owner: Mapped[str] = mapped_column(sa.String(80))
    lease_until: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=1)
    counts: Mapped[dict[str, int]] = mapped_column(sa.JSON, default=dict)
    error: Mapped[str | None] = mapped_column(sa.String(500))
