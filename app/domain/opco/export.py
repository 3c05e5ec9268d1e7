"""The complete export of an OPCO's offers: one line an offer, never a company. Columns: docs/exports.md."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.domain.employers.models import Establishment
from app.domain.offers.lifecycle import CLOSING_CHOICES, OfferStatus
from app.domain.offers.models import Offer
from app.domain.offers.visits import all_visits
from app.domain.opco.board_filter import EVERY_STEP, BoardFilter
from app.domain.opco.contacts import department_at
from app.domain.opco.emails import LEVELS
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import FollowUp, Opco
from app.lists.spreadsheet import BOM, as_csv

AT_ONCE = 5_000
BATCH = 1_000
COLUMNS = (
    "Référence", "SIRET", "Entreprise", "Commune", "Département", "OPCO", "Métier", "Code ROME", "Diplôme",
    "Début", "Postes", "État", "Dépôt", "Confirmation", "Mise en ligne", "Fin", "Sites", "Vues",
    "Candidatures", "CFA contactés", "CFA ayant répondu", "Étape de suivi de l’entreprise",
    "Dernier contact", "Motif de clôture",
)  # fmt: skip
# Numbers of offers → (CFAs asked, CFAs that answered); offers without any may be left out.
CfaCounts = Callable[[Sequence[int]], Mapping[int, tuple[int, int]]]
Line = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines in the order of the offers, and the number of the last one, from which to go on."""

    lines: tuple[Line, ...]
    last: int


def count_offers(opco: Opco, wanted: BoardFilter) -> int:
    """How many lines the whole export has."""
    query = (
        sa.select(sa.func.count())
        .select_from(FollowUp)
        .join(Offer, Offer.establishment_id == FollowUp.establishment_id)
    )
    return db.session.scalar(query.where(*_asked(opco, wanted))) or 0


def batch_after(opco: Opco, wanted: BoardFilter, *, last: int, cfas: CfaCounts, size: int = BATCH) -> Batch:
    """The next lines; none at the end."""
    rows = db.session.execute(_query(opco, wanted).where(Offer.id > last).limit(size)).all()
    asked = cfas([row.id for row in rows])
    lines = tuple(_line(row, opco, asked.get(row.id, (0, 0))) for row in rows)
    return Batch(lines, rows[-1].id if rows else last)


def whole(opco: Opco, wanted: BoardFilter, *, cfas: CfaCounts) -> str:
    """A small export, at once."""
    parts, last = [BOM + as_csv([COLUMNS])], 0
    while (batch := batch_after(opco, wanted, last=last, cfas=cfas)).lines:
        parts.append(as_csv(batch.lines))
        last = batch.last
    return "".join(parts)


def file_name(opco: Opco, wanted: BoardFilter) -> str:
    """« offres-opco-ep-etape-a-contacter-departement-12-2027-03-02.csv »: the filters, in the name."""
    step = wanted.step.label if wanted.step else EVERY_STEP
    parts = ["offres", opco.short_name, "etape", step]
    for name, value in wanted.others.items():
        parts += ["recherche" if name == "q" else name, value]
    plain = unicodedata.normalize("NFKD", " ".join(parts)).encode("ascii", "ignore").decode().casefold()
    words = "".join(sign if sign.isalnum() else " " for sign in plain).split()
    return f"{'-'.join(words)[:120]}-{clock.today().isoformat()}.csv"


def _asked(opco: Opco, wanted: BoardFilter) -> list[sa.ColumnElement[bool]]:
    conditions = [*wanted.of_companies(opco.id, joined=True), *wanted.of_offers()]
    # A company handed over is another OPCO's.
    conditions.append(FollowUp.status != FollowUpStatus.NOT_OURS)
    if wanted.step is not None:
        conditions.append(FollowUp.status == wanted.step)
    return conditions


def _query(opco: Opco, wanted: BoardFilter) -> Any:
    return (
        sa.select(
            Offer.id, Offer.reference, Offer.brand, Offer.city, Offer.postcode, Offer.commune_code,
            Offer.job_name, Offer.rome_code, Offer.level, Offer.start_on, Offer.openings,
            Offer.status.label("offer_status"), Offer.deposited_at, Offer.confirmed_at,
            Offer.first_published_on, Offer.last_day, Offer.ended_at, Offer.end_reason, Establishment.siret,
            Establishment.name, Establishment.brand.label("establishment_brand"), FollowUp.status,
            FollowUp.last_contact_on.label("last_contact"), all_visits().label("visits"),
        )
        .select_from(Offer)
        .join(FollowUp, FollowUp.establishment_id == Offer.establishment_id)
        .join(Establishment, Establishment.id == Offer.establishment_id)
        .where(*_asked(opco, wanted))
        .order_by(Offer.id)
    )  # fmt: skip


def _line(row: Any, opco: Opco, cfas: tuple[int, int]) -> Line:
    reason = row.end_reason
    return (
        row.reference,
        row.siret,
        row.brand or row.establishment_brand or row.name,
        row.city,
        department_at(row.commune_code, row.postcode) or "",
        opco.short_name,
        row.job_name,
        row.rome_code,
        LEVELS.get(row.level, "Peu importe"),
        _day(row.start_on) or "Dès que possible",
        str(row.openings),
        row.offer_status.label,
        _day(row.deposited_at),
        _day(row.confirmed_at),
        _day(row.first_published_on),
        _day(row.ended_at or row.last_day),
        "Ce portail, flux ouvert" if row.offer_status is OfferStatus.ONLINE else "",
        # Views of our page; applications aren't counted by the portal yet: empty isn't zero.
        "" if row.visits is None else str(row.visits),
        "",
        str(cfas[0]),
        str(cfas[1]),
        row.status.label,
        _day(row.last_contact),
        CLOSING_CHOICES.get(reason, reason.label) if reason is not None else "",
    )


def _day(moment: date | datetime | None) -> str:
    if moment is None:
        return ""
    return (clock.day_of(moment) if isinstance(moment, datetime) else moment).isoformat()
