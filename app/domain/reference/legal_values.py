"""A dated legal value, outside the database: what computations receive and what pages show."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from itertools import combinations

Conditions = Mapping[str, object]


class Unit(Enum):
    """What a legal value counts."""

    EURO = "euro"
    PERCENT = "percent"
    HOURS = "hours"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class LegalValue:
    """`id` is the row that was applied; `checked_by` is None until someone has read the official text."""

    parameter: str
    value: Decimal
    unit: Unit
    valid_from: date
    conditions: Conditions = field(default_factory=dict)
    valid_to: date | None = None
    source_label: str = ""
    source_url: str | None = None
    checked_by: str | None = None
    checked_on: date | None = None
    next_review: date | None = None
    id: int | None = None

    @property
    def is_confirmed(self) -> bool:
        """Has a person compared it with the official text?"""
        return self.checked_by is not None

    def holds_on(self, day: date) -> bool:
        """Is this value in force that day?"""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def is_doubtful_on(self, day: date) -> bool:
        """Is a newer value expected by that day?"""
        return not self.holds_on(day) or (self.next_review is not None and day >= self.next_review)


def conditions_key(conditions: Conditions) -> str:
    """One text for one set of conditions, whatever their order."""
    return json.dumps(dict(conditions), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def values_of(values: Iterable[LegalValue], parameter: str, **conditions: object) -> Iterator[LegalValue]:
    """Values of one parameter whose conditions say at least `conditions`."""
    for value in values:
        if value.parameter == parameter and all(value.conditions.get(k) == v for k, v in conditions.items()):
            yield value


def latest_until(values: Iterable[LegalValue], day: date) -> LegalValue | None:
    """The value in force on `day`, or the last one before it; None when all begin later."""
    begun = [value for value in values if value.valid_from <= day]
    return max(begun, key=lambda value: value.valid_from, default=None)


def overlaps(values: Iterable[LegalValue]) -> list[tuple[LegalValue, LegalValue]]:
    """Pairs that say two things of the same conditions on the same day: there must be none."""
    by_meaning: dict[tuple[str, str], list[LegalValue]] = {}
    for value in values:
        by_meaning.setdefault((value.parameter, conditions_key(value.conditions)), []).append(value)
    return [
        (first, second)
        for same in by_meaning.values()
        for first, second in combinations(sorted(same, key=lambda value: value.valid_from), 2)
        if first.valid_to is None or second.valid_from <= first.valid_to
    ]
