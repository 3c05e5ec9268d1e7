"""The port: what the connector needs besides the offer, and the trial of an identifier."""

from dataclasses import dataclass, field
from typing import Protocol

from app.domain.diffusion.board import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class ApecFacts:
    """Whose identifier, which company text, for whom, which pay (gross euros a year)."""

    recruiter: str = field(repr=False)
    about: str
    for_another: bool
    """The offer is another firm's than the structure's: « indirect » at APEC."""
    may_for_others: bool
    is_public: bool = False
    """The firm of the offer is a public employer."""
    pay_min: int | None
    pay_max: int | None


class ApecIdentifierCheck(Protocol):
    """Asks APEC whether it knows a recruiter: a reading, nothing is published."""

    def check(self, recruiter: str) -> Trial:
        """`untestable` when APEC doesn't answer."""
