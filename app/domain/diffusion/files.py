"""Platforms fed by a file: what goes into a line (port), and the files that were written and left there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Model, UtcDateTime, enum_column
from app.core.identifiers import RomeCode, Siret
from app.core.lifecycle import Lifecycle
from app.domain.diffusion.advert import Advert
from app.domain.diffusion.board import Board, Problem


class FileStatus(Enum):
    """What is known of a file. Acknowledged: received whole, which isn't published."""

    WRITING = "writing"
    WRITTEN = "written"
    ACKNOWLEDGED = "acknowledged"
    RECORDED = "recorded"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"

    @property
    def label(self) -> str:
        """The word that people read."""
        return FILE_LABELS[self]


F = FileStatus
FILE_LABELS = {
    F.WRITING: "En cours d’écriture",
    F.WRITTEN: "Écrit, pas encore déposé",
    F.ACKNOWLEDGED: "Reçu par le site",
    F.RECORDED: "Reçu par le site",
    F.REFUSED: "Pas accepté",
    F.UNCERTAIN: "Sans réponse lue",
}
FILE_LIFECYCLE: Lifecycle[FileStatus] = Lifecycle(
    "file",
    {
        "write": (frozenset({F.WRITING}), F.WRITTEN),
        "acknowledge": (frozenset({F.WRITTEN, F.UNCERTAIN}), F.ACKNOWLEDGED),
        "refuse": (frozenset({F.WRITING, F.WRITTEN, F.UNCERTAIN}), F.REFUSED),
        "doubt": (frozenset({F.WRITTEN}), F.UNCERTAIN),
        "record": (frozenset({F.ACKNOWLEDGED}), F.RECORDED),
    },
)


class FileDelivery(Model):
    """One file for one platform: how many offers, its fingerprint, the raw answer. Kept for a while."""

    __tablename__ = "file_delivery"
    __table_args__ = (sa.Index("ix_file_delivery_platform", "platform", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(sa.String(30))
    status: Mapped[FileStatus] = mapped_column(enum_column(FileStatus))
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    offers: Mapped[int] = mapped_column(default=0)
    removals: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    checksum: Mapped[str] = mapped_column(sa.String(64), default="")
    host: Mapped[str] = mapped_column(sa.String(120), default="")
    answer: Mapped[str] = mapped_column(sa.String(500), default="")

    @property
    def file_name(self) -> str:
        """Name of the archive in its folder."""
        return f"{self.platform}-{self.id}.zip"


@dataclass(frozen=True, slots=True)
class Cfa:
    """The training centre that deposited the offer for the company."""

    name: str
    siret: Siret


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What one line says. `ogr`, `job_label`: the name of the job in the official list, None unknown."""

    advert: Advert
    reference: str
    ogr: int | None
    job_label: str
    naf_label: str | None
    created_on: date
    changed_on: date
    address_more: str | None = None
    cfa: Cfa | None = None
    removal: bool = False


class Receipt(Enum):
    """What came of leaving a file."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    CREDENTIAL = "credential"
    UNAVAILABLE = "unavailable"
    """Certain that nothing was received."""
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Delivered:
    """The answer to a file, with the partner's own words, cut."""

    receipt: Receipt
    answer: str
    host: str


class SearchUnavailable(Exception):
    """The partner's search can't be asked now; `said` is for the log."""


class FileBoard(Board, Protocol):
    """A platform that takes a file."""

    def inspected(self, sheet: Sheet) -> tuple[str, tuple[Problem, ...]]:
        """The line without its end, and what is wrong with it: a line with problems isn't written."""

    def headings(self) -> str:
        """The first line, without its end."""

    def reference_in(self, line: str) -> str | None:
        """Our reference, from a line of the file; None when the line asks for a removal."""

    def reference_for(self, advert: Advert, rank: int) -> str:
        """The reference of a sending there, never given twice."""

    def deliver(self, archive: Path) -> Delivered:
        """Leave the file; one try, bounded in time, never raising."""

    @property
    def can_search(self) -> bool:
        """Has it what it needs to look whether offers are seen there?"""

    def seen(self, rome_code: RomeCode, commune_code: str, pages: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Of these offers (public identifiers), those that its search shows, with the address there.

        Raises SearchUnavailable.
        """
