"""The port to the national catalogue of apprenticeship courses, and what it gives."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from app.core.geo import Point
from app.core.identifiers import RomeCode, Siret, Uai


class CatalogueUnavailable(Exception):
    """The catalogue doesn't answer, or nothing that can be read; the message is a word for the log."""


@dataclass(frozen=True, slots=True)
class SourceCfa:
    """A training centre. `emails`: its contacts, the ones confirmed by the register first."""

    siret: Siret | None
    uai: Uai | None
    name: str
    certified: bool
    postcode: str
    city: str
    point: Point | None
    emails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceCourse:
    """One course. `cfa` is None when the catalogue doesn't know who gives it; the place may tell."""

    key: str
    title: str
    rncp: str | None
    level: int | None
    rome_codes: tuple[RomeCode, ...]
    point: Point
    next_start: date | None
    cfa: SourceCfa | None
    place_siret: Siret | None = None
    place_uai: Uai | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class CoursePage:
    """One page of courses, and how many pages there are. `unreadable`: rows left out."""

    courses: tuple[SourceCourse, ...]
    pages: int
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Identity:
    """What the register says of a place: the numbers of the centre that answers for it."""

    siret: Siret
    uai: Uai | None


class TrainingCatalogue(Protocol):
    """Courses page by page, and who answers for a place. Both raise CatalogueUnavailable."""

    def courses(self, page: int) -> CoursePage:
        """The courses of a page, counted from 0."""

    def identify(self, *, siret: Siret | None, uai: Uai | None) -> Identity | None:
        """The one centre open at these numbers, None when there is none or several."""
