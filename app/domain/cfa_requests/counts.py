"""How many CFAs were asked for each offer, and how many answered."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.core.database import db
from app.domain.cfa_requests.lifecycle import GIVEN
from app.domain.cfa_requests.models import CfaRequest


def cfas_of(offers: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Number of an offer → (asked, answered); offers for which none was asked are left out."""
    answered = sa.func.sum(sa.case((CfaRequest.status.in_(GIVEN), 1), else_=0))
    query = (
        sa.select(CfaRequest.offer_id, sa.func.count(), answered)
        .where(CfaRequest.offer_id.in_(offers))
        .group_by(CfaRequest.offer_id)
    )
    return {row[0]: (row[1], row[2]) for row in db.session.execute(query)}
