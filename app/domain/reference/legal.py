"""Legal parameters as rows: dated, sourced, reviewed. No legal figure stands in the code."""

import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from app.core.database import Model, db, enum_column
from app.domain.reference.legal_values import LegalValue, Unit, conditions_key

SEEDS = Path(__file__).parent / "data" / "legal_parameters.toml"


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal kept as its own text: SQLite has no exact decimal, and cents must not drift."""

    impl = sa.String(20)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


def _key_of_conditions(context: DefaultExecutionContext) -> str:
    return conditions_key(context.get_current_parameters()["conditions"])


class LegalParameter(Model):
    """One value of one parameter, under conditions, for a time. A past value is closed, never edited."""

    __tablename__ = "legal_parameter"
    __table_args__ = (
        sa.UniqueConstraint("parameter", "conditions_key", "valid_from", name="uq_legal_parameter_value"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ends_after_start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    parameter: Mapped[str] = mapped_column(sa.String(40), index=True)
    value: Mapped[Decimal] = mapped_column(ExactDecimal)
    unit: Mapped[Unit] = mapped_column(enum_column(Unit, 12))
    conditions: Mapped[dict[str, object]] = mapped_column(sa.JSON, default=dict)
    conditions_key: Mapped[str] = mapped_column(sa.String(400), default=_key_of_conditions)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source_label: Mapped[str] = mapped_column(sa.String(300))
    source_url: Mapped[str | None] = mapped_column(sa.String(400))
    checked_by: Mapped[str | None] = mapped_column(sa.String(120))
    checked_on: Mapped[date | None]
    next_review: Mapped[date | None]

    def as_value(self) -> LegalValue:
        """The row as computations and pages receive it."""
        return LegalValue(
            id=self.id,
            parameter=self.parameter,
            value=self.value,
            unit=self.unit,
            conditions=dict(self.conditions),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            source_label=self.source_label,
            source_url=self.source_url,
            checked_by=self.checked_by,
            checked_on=self.checked_on,
            next_review=self.next_review,
        )


def legal_values(*parameters: str, session: Session | None = None) -> tuple[LegalValue, ...]:
    """Every dated value of the named parameters, in one statement."""
    query = (
        sa.select(LegalParameter)
        .where(LegalParameter.parameter.in_(parameters))
        .order_by(LegalParameter.parameter, LegalParameter.valid_from, LegalParameter.id)
    )
    return tuple(row.as_value() for row in (session or db.session).scalars(query))


def seed_values(path: Path = SEEDS) -> Iterator[LegalValue]:
    """The values of the committed table, outside any database."""
    content = tomllib.loads(path.read_text("utf-8"))
    for group in content["parameter"]:
        shared: dict[str, Any] = {**content["defaults"], **group}
        rows, name = shared.pop("values"), shared.pop("name")
        unit = Unit(shared.pop("unit"))
        for row in rows:
            conditions = {key: given for key, given in row.items() if key != "value"}
            yield LegalValue(
                parameter=name, value=Decimal(row["value"]), unit=unit, conditions=conditions, **shared
            )


def seed_legal_parameters(session: Session) -> int:
    """Add the committed values that the table doesn't hold yet; change none. Gives how many were added."""
    held = {
        tuple(row)
        for row in session.execute(
            sa.select(LegalParameter.parameter, LegalParameter.conditions_key, LegalParameter.valid_from)
        )
    }
    missing = [
        value
        for value in seed_values()
        if (value.parameter, conditions_key(value.conditions), value.valid_from) not in held
    ]
    session.add_all(_row(value) for value in missing)
    session.flush()
    return len(missing)


def _row(value: LegalValue) -> LegalParameter:
    return LegalParameter(
        parameter=value.parameter,
        value=value.value,
        unit=value.unit,
        conditions=dict(value.conditions),
        valid_from=value.valid_from,
        valid_to=value.valid_to,
        source_label=value.source_label,
        source_url=value.source_url,
        checked_by=value.checked_by,
        checked_on=value.checked_on,
        next_review=value.next_review,
    )
