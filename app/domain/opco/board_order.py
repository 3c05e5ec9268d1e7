"""In which order the board « Entreprises à accompagner » shows its companies; kept in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.domain.employers.models import Establishment
from app.domain.opco.models import FollowUp

NAME, PLACE, AGE, EXCHANGE = "entreprise", "lieu", "anciennete", "echange"
_COLUMNS: dict[str, tuple[Any, ...]] = {
    NAME: (sa.func.lower(sa.func.coalesce(sa.func.nullif(Establishment.brand, ""), Establishment.name)),),
    PLACE: (Establishment.postcode, Establishment.city),
    AGE: (FollowUp.moved_at,),
    EXCHANGE: (FollowUp.last_contact_on,),
}
# These stand in the company's own row.
_OF_COMPANIES = frozenset({NAME, PLACE})


@dataclass(frozen=True, slots=True)
class Order:
    """`key` is one of the columns; unknown values ask for the oldest first."""

    key: str = AGE
    descending: bool = False

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "Order":
        """Read `tri` of an address: « lieu », « -lieu »."""
        asked = args.get("tri", "")
        key = asked.removeprefix("-")
        return cls(key, asked.startswith("-")) if key in _COLUMNS else cls()

    @property
    def args(self) -> dict[str, str]:
        """The same, for an address."""
        return {} if self == Order() else {"tri": f"-{self.key}" if self.descending else self.key}

    @property
    def way(self) -> str:
        """« asc » or « desc »."""
        return "desc" if self.descending else "asc"

    def by(self, key: str) -> "Order":
        """By this column; the other way when it is the present one."""
        return Order(key, key == self.key and not self.descending)

    def apply(self, query: "sa.Select[Any]") -> "sa.Select[Any]":
        """Order a selection of follow-ups; what isn't known comes last, whatever the way."""
        if self.key in _OF_COMPANIES:
            query = query.join(Establishment, Establishment.id == FollowUp.establishment_id)
        columns = [column.desc() if self.descending else column.asc() for column in _COLUMNS[self.key]]
        if self.key == EXCHANGE:
            columns = [column.nulls_last() for column in columns]
        return query.order_by(*columns, FollowUp.id.desc() if self.descending else FollowUp.id)
