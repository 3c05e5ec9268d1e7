"""What the service asks of France Travail's register of jobs, ROME 4.0 (port)."""

from dataclasses import dataclass
from typing import Protocol

from app.core.identifiers import RomeCode


@dataclass(frozen=True, slots=True)
class SourceAppellation:
    """A name that a job goes by, with its OGR number at France Travail."""

    ogr: int
    label: str
    rome_code: RomeCode


@dataclass(frozen=True, slots=True)
class SkillGroup:
    """Skills under one heading of a sheet."""

    heading: str
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceSheet:
    """A job sheet: what the person does, by heading, and what they know."""

    code: RomeCode
    label: str
    obsolete: bool
    groups: tuple[SkillGroup, ...]
    knowledge: tuple[str, ...]


class RomeUnavailable(Exception):
    """The register of jobs didn't answer, or not in a form that can be trusted."""


class RomeSource(Protocol):
    """The register of jobs. Meant for refreshing jobs, not for pages."""

    def appellations(self) -> list[SourceAppellation]:
        """Every appellation; raises RomeUnavailable."""
        ...

    def sheet(self, code: RomeCode) -> SourceSheet | None:
        """The sheet of a job, None when the register has none; raises RomeUnavailable."""
        ...
