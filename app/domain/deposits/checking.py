"""What is right and wrong in the lines of a series, now. Three statements, whatever their number."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from app.core.database import db
from app.core.french import date_fr
from app.core.identifiers import RomeCode, Siret
from app.domain.deposits.models import Series, SeriesLine
from app.domain.employers.directory import LookUp, Outcome
from app.domain.employers.mandates import REVOKED, Mandate
from app.domain.employers.models import Establishment
from app.domain.offers.deposit import starts_near
from app.domain.offers.draft_company import unpack
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer
from app.domain.organisations.models import Organisation
from app.domain.reference.job_words import fold
from app.domain.reference.jobs import JobHit, job_by_key, of_job

UNKNOWN = "Aucun établissement ne porte ce SIRET. Vérifiez-le."
NOT_LISTED = (
    "Le registre ne montre pas cette entreprise. Déposez cette offre à part : vous saisirez son nom et son "
    "adresse."
)
NOT_FOUND_YET = "Entreprise pas encore trouvée : nous interrogeons le registre. La ligne peut être déposée."
_Needs = dict[tuple[Siret, RomeCode], list[date | None]]


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """A line, what was understood, and what stops it: `problems` are (field, sentence) pairs.

    `twin`: an offer for the same job there, already deposited or above in the table.
    """

    line: SeriesLine
    job: JobHit | None
    problems: tuple[tuple[str, str], ...]
    twin: str = ""
    note: str = ""

    @property
    def is_ready(self) -> bool:
        """Would an order deposit it?"""
        return not self.problems and (not self.twin or self.line.anyway)

    @property
    def other_words(self) -> str:
        """What was typed of the job, when it isn't one of its names."""
        typed = self.line.typed.get("job", "")
        if self.job is None:
            return ""
        names = (self.job.masculine, self.job.feminine or "", self.job.both, self.job.appellation)
        return "" if fold(typed) in {fold(name) for name in names} else typed

    @property
    def start(self) -> date | None:
        """When the contract begins; None for « dès que possible », or when it can't be told yet."""
        return start_of(self.line.clean) if self.line.clean else None

    @property
    def refusal(self) -> str:
        """Why not, in one sentence."""
        return " ".join(sentence for _, sentence in self.problems) or self.twin


def check_lines(series: Series) -> list[CheckedLine]:
    """Every line, in order."""
    sirets = {line.siret for line in series.lines if line.siret is not None}
    refused = _refused(series.organisation, sirets)
    known = _online(series.organisation, sirets)
    return [_check(line, refused, known) for line in series.lines]


def _check(line: SeriesLine, refused: set[Siret], known: _Needs) -> CheckedLine:
    problems = [(name, sentence) for name, sentence in line.problems]
    look_up = look_up_of(line)
    if not problems and line.siret in refused:
        problems.append(("siret", REVOKED))
    if look_up is not None and (wrong := what_is_wrong(look_up)):
        problems.append(("siret", wrong))
    job = job_by_key(str(line.clean["job_key"])) if line.clean else None
    if line.clean and job is None:
        problems.append(("job", "Ce métier n’est plus dans la liste. Choisissez-en un autre."))
    note = NOT_FOUND_YET if look_up is None and not problems else ""
    return CheckedLine(line, job, tuple(problems), _twin(line, job, known), note)


def look_up_of(line: SeriesLine) -> LookUp | None:
    """What the register said of its company; None before it was asked."""
    return unpack(line.company["look_up"]) if line.company else None


def what_is_wrong(look_up: LookUp) -> str:
    """Why no offer can be deposited in a list for what the register has shown; empty when one can."""
    company = look_up.company
    if look_up.outcome is Outcome.UNKNOWN:
        return UNKNOWN
    if look_up.outcome is Outcome.CLOSED:
        day = f" depuis le {date_fr(company.closed_on)}" if company and company.closed_on else ""
        return f"Cet établissement est fermé{day}. Indiquez le SIRET de celui qui recrute."
    return "" if company is not None and company.address.postcode else NOT_LISTED


def _twin(line: SeriesLine, job: JobHit | None, known: _Needs) -> str:
    """The sentence that flags an offer like this one; the line then counts for those below."""
    if job is None or line.siret is None or line.clean is None:
        return ""
    start = start_of(line.clean)
    there = known[line.siret, job.rome_code]
    found = any(starts_near(start, other) for other in there)
    there.append(start)
    return f"Une offre {of_job(job)} existe déjà pour cette entreprise." if found else ""


def start_of(clean: dict[str, Any]) -> date | None:
    """The start date of a line; None for « dès que possible »."""
    return date.fromisoformat(clean["start_on"]) if clean["start_on"] else None


def has_twin(line: SeriesLine, organisation: Organisation) -> bool:
    """Has an offer for the same job appeared there since?"""
    if line.siret is None:
        return False
    checked = _check(line, set(), _online(organisation, {line.siret}))
    return bool(checked.twin)


def check_line_alone(line: SeriesLine) -> str:
    """What stops this line, twins aside; empty when nothing does."""
    return " ".join(sentence for _, sentence in _check(line, set(), defaultdict(list)).problems)


def _refused(organisation: Organisation, sirets: Iterable[Siret]) -> set[Siret]:
    query = (
        sa.select(Establishment.siret)
        .join(Mandate, Mandate.establishment_id == Establishment.id)
        .where(
            Mandate.organisation_id == organisation.id,
            Mandate.ended_at.is_not(None),
            ~Mandate.ended_by_structure,
            Establishment.siret.in_(sirets),
        )
    )
    return set(db.session.scalars(query))


def _online(organisation: Organisation, sirets: Iterable[Siret]) -> _Needs:
    """Jobs and starts of the offers online there, and of those that this structure has deposited."""
    waiting = (OfferStatus.TO_CONFIRM, OfferStatus.HELD, OfferStatus.SUSPENDED)
    query = (
        sa.select(Establishment.siret, Offer.rome_code, Offer.start_on)
        .join(Establishment, Establishment.id == Offer.establishment_id)
        .where(
            Establishment.siret.in_(sirets),
            sa.or_(
                Offer.status == OfferStatus.ONLINE,
                sa.and_(Offer.organisation_id == organisation.id, Offer.status.in_(waiting)),
            ),
        )
    )
    needs: _Needs = defaultdict(list)
    for siret, rome_code, start_on in db.session.execute(query):
        needs[siret, rome_code].append(start_on)
    return needs
