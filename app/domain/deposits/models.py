"""Series: many offers that a structure deposits in one order; SeriesLine: one company and one job."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Code, Model, UtcDateTime, enum_column, personal
from app.core.identifiers import Siret
from app.core.tokens import public_id
from app.domain.accounts.models import Account
from app.domain.deposits.lifecycle import LineStatus, SeriesStatus
from app.domain.offers.models import Offer
from app.domain.organisations.models import Organisation

BASIS = "mission d’intérêt public"


class Series(Model):
    """Lines to read again, then deposited one by one. `retried_as`: what was made of its ignored lines."""

    __tablename__ = "series"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    organisation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    status: Mapped[SeriesStatus] = mapped_column(enum_column(SeriesStatus), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ordered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When somebody has said that its result is known: it is then a task of the dashboard no more.
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retried_as_id: Mapped[int | None] = mapped_column(sa.ForeignKey("series.id", ondelete="SET NULL"))

    organisation: Mapped[Organisation] = relationship(lazy="joined")
    author: Mapped[Account] = relationship(lazy="joined")
    retried_as: Mapped["Series | None"] = relationship(remote_side=[id])
    lines: Mapped[list["SeriesLine"]] = relationship(
        back_populates="series", order_by="SeriesLine.number", cascade="all, delete-orphan"
    )

    @property
    def version(self) -> str:
        """Changes with every line that is corrected or taken away."""
        return self.saved_at.isoformat()


class SeriesLine(Model):
    """One line of the table. `typed`: its cells; `clean`: its answers once none has to be put right.

    `problems`: (field, sentence) pairs. `company`: what the registers said, until the line is settled.
    """

    __tablename__ = "series_line"
    __table_args__ = (
        sa.UniqueConstraint("series_id", "number"),
        sa.Index("ix_series_line_due", "status", "next_try_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(sa.ForeignKey("series.id", ondelete="CASCADE"))
    number: Mapped[int]
    status: Mapped[LineStatus] = mapped_column(enum_column(LineStatus))
    siret: Mapped[Siret | None] = mapped_column(Code(Siret, 14), index=True)
    typed: Mapped[dict[str, str]] = mapped_column(
        sa.JSON,
        default=dict,
        info=personal("contact de l’entreprise et poste", basis=BASIS, kept="série", recipients="OPCO"),
    )
    clean: Mapped[dict[str, Any] | None] = mapped_column(
        sa.JSON(none_as_null=True),
        info=personal("contact de l’entreprise et poste", basis=BASIS, kept="série", recipients="OPCO"),
    )
    problems: Mapped[list[list[str]]] = mapped_column(sa.JSON, default=list)
    company: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    company_name: Mapped[str] = mapped_column(sa.String(160), default="")
    anyway: Mapped[bool] = mapped_column(default=False)
    offer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("offer.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    series: Mapped[Series] = relationship(back_populates="lines")
    offer: Mapped[Offer | None] = relationship()
