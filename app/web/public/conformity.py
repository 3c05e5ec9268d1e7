"""What is known of the portal's conformity to the RGAA: the one record behind the footer and the declaration.

No other place may print a rate. The word follows from the record; automated checks alone never raise it.
"""

from dataclasses import dataclass
from datetime import date

HALF = 50
WHOLE = 100


@dataclass(frozen=True, slots=True)
class Conformity:
    """`rate`: percentage of applicable criteria met in the last full audit, None before the first one."""

    rate: int | None
    audited_on: date | None
    auditor: str
    is_external: bool
    established_on: date
    updated_on: date
    known_failures: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """« non conforme », « partiellement conforme » or « totalement conforme »."""
        if self.rate is None or self.audited_on is None or self.rate < HALF:
            return "non conforme"
        # « Totalement » asks for an audit by someone outside the team.
        return "totalement conforme" if self.rate == WHOLE and self.is_external else "partiellement conforme"


RECORD = Conformity(
    rate=None,
    audited_on=None,
    auditor="",
    is_external=False,
    established_on=date(2026, 11, 22),
    updated_on=date(2026, 11, 22),
)
