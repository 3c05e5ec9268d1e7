"""The courses that a CFA with a space gives itself, for the job of an offer that it proposes."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from app.core.database import db
from app.core.identifiers import RomeCode
from app.domain.cfa_requests.catalogue_models import Cfa, Training, TrainingRome
from app.domain.offers.training import OfferTraining
from app.domain.organisations.models import Kind, Organisation

AT_MOST = 50


def own_trainings(organisation: Organisation, rome_code: RomeCode) -> list[OfferTraining]:
    """Its courses that prepare for this job, those of its professional domain otherwise.

    Its centres are those of its firm, by the SIRET: one known by its UAI alone isn't found.
    """
    if organisation.kind is not Kind.CFA:
        return []
    domain = TrainingRome.rome_code.between(RomeCode(f"{rome_code[:3]}00"), RomeCode(f"{rome_code[:3]}99"))
    exact = TrainingRome.rome_code == rome_code
    rows = _own(organisation, exact) or _own(organisation, domain)
    return [_described(row, rome_code) for row in rows]


def _own(organisation: Organisation, job: sa.ColumnElement[bool]) -> Sequence[Training]:
    number, siren = sa.type_coerce(Cfa.siret, sa.String), str(organisation.siret.siren)
    query = (
        sa.select(Training)
        .join(Training.cfa)
        .options(contains_eager(Training.cfa))
        .where(
            number.between(f"{siren}00000", f"{siren}99999"),
            Training.archived_at.is_(None),
            sa.exists().where(TrainingRome.training_id == Training.id, job),
        )
        .order_by(Training.level, Training.title, Cfa.city, Training.id)
        .limit(AT_MOST)
    )
    return db.session.scalars(query).all()


def _described(row: Training, rome_code: RomeCode) -> OfferTraining:
    return OfferTraining(
        key=row.key,
        title=row.title,
        cfa=row.cfa.title,
        city=row.cfa.city,
        level=row.level,
        rome_code=rome_code,
        url=row.url,
    )
