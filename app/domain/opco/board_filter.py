"""What the board « Entreprises à accompagner » is asked: read from an address, written to one, applied."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

import sqlalchemy as sa

from app.core import clock
from app.core.identifiers import InvalidIdentifier, RomeCode, Siret
from app.domain.employers.models import Establishment
from app.domain.offers.models import Offer
from app.domain.opco.follow_up import SHOWN
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import FollowUp
from app.domain.reference.jobs import search_jobs
from app.domain.reference.places import department_name
from app.outbox.rhythm import is_working_day

LATE_AFTER = 3
EVERY_STEP = "toutes"
_ORIGIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_REFERENCE = re.compile(r"DA-[0-9A-Z]{4,9}", re.IGNORECASE)


class Age(Enum):
    """Since when a company has been at its step."""

    RECENT = "recent"
    LATE = "late"
    FORTNIGHT = "fortnight"
    MONTH = "month"


COMPANY, STRUCTURE = "company", "structure"
ORIGIN_LABELS = {COMPANY: "L’entreprise elle-même", STRUCTURE: "Une structure pour elle"}
AGE_LABELS = {
    Age.RECENT: "3 jours ouvrés au plus",
    Age.LATE: "Plus de 3 jours ouvrés",
    Age.FORTNIGHT: "Plus de 15 jours",
    Age.MONTH: "Plus de 30 jours",
}


def late_before() -> datetime:
    """A company at « à contacter » since before this instant is late: three working days have passed."""
    now, left = clock.now(), LATE_AFTER
    day = today = clock.today()
    while left:
        day -= timedelta(days=1)
        left -= is_working_day(day)
    return now - (today - day)


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """Unknown values ask for nothing. `step` None is every step; `job` is what was typed for it.

    `origin`: who deposited, COMPANY or STRUCTURE, or the code of a partner's site.
    """

    step: FollowUpStatus | None = FollowUpStatus.TO_CONTACT
    department: str = ""
    job: str = ""
    origin: str = ""
    age: Age | None = None
    text: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "BoardFilter":
        """Read `etape`, `departement`, `metier`, `origine`, `anciennete`, `q` of an address."""
        steps: dict[str, FollowUpStatus | None] = {step.value: step for step in FollowUpStatus}
        steps[EVERY_STEP] = None
        department = args.get("departement", "")[:3].upper()
        return cls(
            step=steps.get(args.get("etape", ""), FollowUpStatus.TO_CONTACT),
            department=department if department_name(department) else "",
            job=_printable(args.get("metier", "")),
            origin=origin if _ORIGIN.fullmatch(origin := args.get("origine", "")) else "",
            age={one.value: one for one in Age}.get(args.get("anciennete", "")),
            text=_printable(args.get("q", "")),
        )

    @property
    def others(self) -> dict[str, str]:
        """All but the step, for an address."""
        asked = {
            "departement": self.department,
            "metier": self.job,
            "origine": self.origin,
            "anciennete": self.age.value if self.age else "",
            "q": self.text,
        }
        return {name: value for name, value in asked.items() if value}

    @property
    def args(self) -> dict[str, str]:
        """The same, for an address."""
        return {"etape": self.step.value if self.step else EVERY_STEP, **self.others}

    @property
    def rome_code(self) -> str | None:
        """The job asked for: a code, or the first one of these words; "" when there is none."""
        if not self.job:
            return None
        try:
            return RomeCode(self.job)
        except InvalidIdentifier:
            hit = next(iter(search_jobs(self.job, limit=1)), None)
            return hit.rome_code if hit else ""

    def of_companies(self, opco_id: int, *, joined: bool = False) -> list[sa.ColumnElement[bool]]:
        """Conditions on follow-ups, but the step. `joined`: the offers asked for are in the statement."""
        found: list[sa.ColumnElement[bool]] = [FollowUp.opco_id == opco_id]
        if self.department:
            found.append(FollowUp.department == self.department)
        if self.age is not None:
            found.append(_aged(self.age))
        if (self.job or self.origin) and not joined:
            wanted = sa.select(Offer.establishment_id).where(*self.of_offers())
            found.append(FollowUp.establishment_id.in_(wanted))
        if self.text:
            # Looked for once, beforehand: read company by company, the names take ten times longer.
            named = _named(self.text).cte("named").prefix_with("MATERIALIZED", dialect="postgresql")
            found.append(FollowUp.establishment_id.in_(sa.select(named.c[0])))
        return found

    def of_offers(self) -> list[sa.ColumnElement[bool]]:
        """Conditions on offers: those that an OPCO may read, of the job and origin asked for."""
        found: list[sa.ColumnElement[bool]] = [
            Offer.confirmed_at.is_not(None),
            Offer.status.in_(SHOWN),
        ]
        if (code := self.rome_code) is not None:
            # A column of codes refuses what is no code: an unknown job matches nothing.
            found.append(Offer.rome_code == code if code else sa.false())
        if self.origin in ORIGIN_LABELS:
            by_structure = Offer.organisation_id.is_not(None)
            found.append(by_structure if self.origin == STRUCTURE else ~by_structure)
        elif self.origin:
            found.append(Offer.origin == self.origin)
        return found


def _aged(age: Age) -> sa.ColumnElement[bool]:
    if age is Age.RECENT:
        return FollowUp.moved_at >= late_before()
    if age is Age.LATE:
        return FollowUp.moved_at < late_before()
    days = 15 if age is Age.FORTNIGHT else 30
    return FollowUp.moved_at < clock.now() - timedelta(days=days)


def _named(text: str) -> sa.Select[int]:
    """An exact SIRET or reference first; otherwise words of the name or brand."""
    try:
        return sa.select(Establishment.id).where(Establishment.siret == Siret(text))
    except InvalidIdentifier:
        pass
    if _REFERENCE.fullmatch(text):
        return sa.select(Offer.establishment_id).where(Offer.reference == text.upper())
    return sa.select(Establishment.id).where(
        sa.or_(
            Establishment.name.icontains(text, autoescape=True),
            Establishment.brand.icontains(text, autoescape=True),
        )
    )


def _printable(text: str) -> str:
    return " ".join("".join(sign for sign in text if sign.isprintable()).split())[:80]
