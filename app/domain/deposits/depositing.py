"""Depositing the lines of the series that were ordered: one by one, each in its own transaction."""

from datetime import timedelta
from enum import Enum

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.core.errors import DomainError
from app.core.failpoints import failpoint
from app.core.identifiers import Siret
from app.domain.accounts.permissions import Permission
from app.domain.deposits.checking import check_line_alone, has_twin
from app.domain.deposits.lifecycle import LINE_LIFECYCLE, LineStatus, SeriesStatus
from app.domain.deposits.models import Series, SeriesLine
from app.domain.deposits.opco_choice import kept_findings
from app.domain.deposits.recording import record_deposit
from app.domain.deposits.series import finish_series, leave_out
from app.domain.employers.directory import LookUp, Outcome
from app.domain.employers.models import Establishment
from app.domain.offers.deposit import Collector
from app.domain.offers.draft_company import known_look_up, pack
from app.domain.offers.models import Draft, Offer
from app.domain.opco.lookup import Findings
from app.domain.organisations.members import as_member, membership_in
from app.domain.organisations.roles import may

# When the register is asked again: it has been silent; what it said is old.
DELAYS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
FRESH_FOR = timedelta(hours=12)
GIVE_UP_AFTER = timedelta(days=3)
SILENT = "Le registre des entreprises n’a pas répondu pendant trois jours. Réessayez cette ligne."
NO_RIGHT = "La personne qui a commandé la série ne dépose plus pour votre structure."
TWIN = "Une offre pour ce métier est déjà en ligne pour cette entreprise."
BROKEN = "Cette ligne n’a pas pu être déposée. Déposez cette offre à part, ou écrivez-nous."
MOST_TRIES = 5


class Settled(Enum):
    """How a line ended."""

    DEPOSITED = "deposited"
    IGNORED = "ignored"
    GONE = "gone"


def sirets_to_find(*, limit: int) -> list[Siret]:
    """Companies of which the register is still to be asked, those of the oldest lines first."""
    query = (
        sa.select(SeriesLine.siret)
        .where(
            SeriesLine.status.in_((LineStatus.PREPARED, LineStatus.WAITING)),
            SeriesLine.siret.is_not(None),
            SeriesLine.company.is_(None),
            sa.or_(SeriesLine.next_try_at.is_(None), SeriesLine.next_try_at <= clock.now()),
        )
        .group_by(SeriesLine.siret)
        .order_by(sa.func.min(SeriesLine.id))
        .limit(limit)
    )
    return [siret for siret in db.session.scalars(query) if siret is not None]


def note_company(siret: Siret, look_up: LookUp) -> bool:
    """Keep what the register said for every line that waits for it; silence plans the next try.

    What we have verified before serves when the register is silent, as everywhere else.
    """
    lines = list(
        db.session.scalars(
            sa.select(SeriesLine).where(
                SeriesLine.siret == siret,
                SeriesLine.company.is_(None),
                SeriesLine.status.in_((LineStatus.PREPARED, LineStatus.WAITING)),
            )
        )
    )
    if look_up.outcome is Outcome.UNAVAILABLE:
        known = db.session.scalar(sa.select(Establishment).where(Establishment.siret == siret))
        if known is None or not known.is_publishable:
            for line in lines:
                line.next_try_at = clock.now() + DELAYS[min(line.tries, len(DELAYS) - 1)]
                line.tries += 1
            return False
        look_up = known_look_up(known)
    for line in lines:
        line.company = {"look_up": pack(look_up), "asked_at": clock.now().isoformat()}
        line.company_name = (look_up.company.brand or look_up.company.name)[:160] if look_up.company else ""
        line.tries, line.next_try_at = 0, None
    return True


def forget_old_answers(*, limit: int) -> int:
    """Lines that wait with an answer of half a day ago have it asked again; returns how many."""
    asked_at = SeriesLine.company["asked_at"].as_string()
    query = (
        sa.select(SeriesLine)
        .where(
            SeriesLine.status == LineStatus.WAITING,
            SeriesLine.company.is_not(None),
            asked_at <= (clock.now() - FRESH_FOR).isoformat(),
        )
        .order_by(SeriesLine.id)
        .limit(limit)
    )
    old = list(db.session.scalars(query))
    for line in old:
        line.company = None
    return len(old)


def give_up_silent(*, limit: int) -> int:
    """Lines whose company the register hasn't given in three days are left out; returns how many."""
    query = (
        sa.select(SeriesLine)
        .join(SeriesLine.series)
        .where(
            SeriesLine.status == LineStatus.WAITING,
            SeriesLine.company.is_(None),
            Series.ordered_at <= clock.now() - GIVE_UP_AFTER,
        )
        .order_by(SeriesLine.id)
        .limit(limit)
    )
    lines = list(db.session.scalars(query))
    for line in lines:
        leave_out(line, SILENT)
    for series in dict.fromkeys(line.series for line in lines):
        finish_series(series)
    return len(lines)


def lines_to_deposit(*, limit: int) -> list[tuple[int, Siret]]:
    """Numbers of the lines that can be deposited now, with their companies, in the order of the orders."""
    query = (
        sa.select(SeriesLine.id, SeriesLine.siret)
        .join(SeriesLine.series)
        .where(
            SeriesLine.status == LineStatus.WAITING,
            SeriesLine.company.is_not(None),
            sa.or_(SeriesLine.next_try_at.is_(None), SeriesLine.next_try_at <= clock.now()),
            Series.status == SeriesStatus.ORDERED,
        )
        .order_by(Series.ordered_at, SeriesLine.series_id, SeriesLine.number)
        .limit(limit)
    )
    return [(number, siret) for number, siret in db.session.execute(query) if siret is not None]


def deposit_line(number: int, findings: Findings) -> Settled:
    """Deposit one line, or leave it out with the reason; whoever comes second finds it settled.

    `findings`: what the registers of OPCOs say of its company.
    """
    series_id = db.session.scalar(sa.select(SeriesLine.series_id).where(SeriesLine.id == number))
    # The series first, as those who stop it do.
    held = sa.select(Series).where(Series.id == series_id).with_for_update(of=Series)
    series = db.session.scalar(held.execution_options(populate_existing=True))
    line = db.session.get(SeriesLine, number, populate_existing=True)
    if series is None or line is None or line.status is not LineStatus.WAITING or not line.company:
        return Settled.GONE
    try:
        with db.session.begin_nested():
            offer = _deposit(line, findings)
    except DomainError as refused:
        leave_out(line, refused.message)
        settled = Settled.IGNORED
    else:
        LINE_LIFECYCLE.apply(line, "deposit")
        line.offer, line.company = offer, None
        settled = Settled.DEPOSITED
    failpoint("series.line_settled")
    finish_series(series)
    return settled


def note_failure(number: int) -> None:
    """Depositing it has failed for a reason that nobody foresaw: later, a few times, then left out."""
    line = db.session.get(SeriesLine, number)
    if line is None:
        return
    line.tries += 1
    line.next_try_at = clock.now() + DELAYS[min(line.tries, len(DELAYS)) - 1]
    if line.tries >= MOST_TRIES and line.status is LineStatus.WAITING:
        leave_out(line, BROKEN)
        finish_series(line.series)


def _deposit(line: SeriesLine, findings: Findings) -> Offer:
    series = line.series
    structure, author = series.organisation, series.author
    member = membership_in(author, structure.public_id)
    if member is None or author.disabled_at is not None or not may(member.role, Permission.OFFER_MANAGE):
        raise DomainError(NO_RIGHT)
    if problem := check_line_alone(line):
        raise DomainError(problem)
    if not line.anyway and has_twin(line, structure):
        raise DomainError(TWIN)
    draft = Draft(
        answers={
            "siret": str(line.siret),
            "look_up": (line.company or {})["look_up"],
            "clean": line.clean,
            **kept_findings(findings),
        }
    )
    collector = Collector(structure, author)
    return record_deposit(draft, by=as_member(author), collector=collector, confirmed=structure.is_verified)
