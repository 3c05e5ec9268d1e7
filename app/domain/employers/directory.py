"""What the service asks of a directory of companies, whoever answers (port)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Protocol

from app.core.geo import Point
from app.core.identifiers import Siren, Siret


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; `line` is the street with its number, `line2` what completes it.

    Abroad, and where the register is silent, `postcode` and `line` are empty.
    """

    line: str
    postcode: str
    city: str
    commune_code: str | None = None
    line2: str | None = None


@dataclass(frozen=True, slots=True)
class DirectoryAnswer:
    """An establishment as a register describes it at `read_at` (aware, UTC).

    `naf` keeps its dot (10.71C); `headcount_code` is Insee's bracket (NN, 00, 01…), `headcount_year` the year
    it was counted, `firm_headcount_code` that of the whole firm; `idcc` are the collective agreements, in the
    register's order.
    """

    siret: Siret
    name: str
    address: Address
    is_open: bool
    source: str
    read_at: datetime
    brand: str | None = None
    point: Point | None = None
    naf: str | None = None
    naf_label: str | None = None
    naf_2025: str | None = None
    headcount_code: str | None = None
    headcount_label: str | None = None
    headcount_year: int | None = None
    firm_headcount_code: str | None = None
    closed_on: date | None = None
    idcc: tuple[int, ...] = ()
    is_training_body: bool = False
    is_public_body: bool = False
    is_head_office: bool = False
    successors: tuple[Siret, ...] = ()
    diffusible: bool = True


class Outcome(Enum):
    """How a look-up by SIRET ended."""

    FOUND = "found"
    CLOSED = "closed"
    # Absent from the public directory, with no way to tell why.
    NOT_LISTED = "not_listed"
    NON_DIFFUSIBLE = "non_diffusible"
    # Unknown to Sirene itself: the only proof that a number doesn't exist.
    UNKNOWN = "unknown"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class LookUp:
    """How it ended, and who settled it (`source`). `company` is there for FOUND and CLOSED only."""

    outcome: Outcome
    read_at: datetime
    source: str
    company: DirectoryAnswer | None = None


class DirectoryUnavailable(Exception):
    """The directory didn't answer, or not in a form that can be trusted."""


class CompanyDirectory(Protocol):
    """A register of companies. Each call takes a few seconds at most."""

    def by_siret(self, siret: Siret) -> LookUp:
        """Look one establishment up. Never raises: trouble is the outcome UNAVAILABLE."""
        ...

    def by_siren(self, siren: Siren) -> list[DirectoryAnswer]:
        """The establishments of a firm, open ones first, head office first; raises DirectoryUnavailable."""
        ...

    def by_name(self, text: str, *, limit: int = 10) -> list[DirectoryAnswer]:
        """Open establishments whose firm answers to these words; raises DirectoryUnavailable."""
        ...
