"""The number that France Travail gives to the name of a job (OGR), from the official list kept here."""

from collections import defaultdict
from dataclasses import dataclass

import sqlalchemy as sa

from app.core.database import db
from app.core.identifiers import RomeCode
from app.domain.reference.job_words import fold
from app.domain.reference.official import OfficialAppellation


@dataclass(frozen=True, slots=True)
class OfficialName:
    """A name of the official list."""

    ogr: int
    label: str
    words: frozenset[str]


class JobNumbers:
    """The whole list, read once (some 11,000 names)."""

    def __init__(self) -> None:
        rows = db.session.execute(
            sa.select(OfficialAppellation.rome_code, OfficialAppellation.ogr, OfficialAppellation.label)
            .order_by(OfficialAppellation.ogr)
        )  # fmt: skip
        self._names: dict[str, list[OfficialName]] = defaultdict(list)
        for code, ogr, label in rows:
            self._names[str(code)].append(OfficialName(ogr, label, frozenset(fold(label).split())))

    def __len__(self) -> int:
        return sum(map(len, self._names.values()))

    def closest(self, code: RomeCode, name: str) -> OfficialName | None:
        """Of the names of this job, the one that shares most words with ours; None when it has none."""
        words = set(fold(name).split()) - {"ou"}
        found = self._names.get(str(code), ())
        return max(found, key=lambda one: (len(one.words & words), -len(one.words - words)), default=None)
