"""From the offer to the contract: counters computed from events, never a state that somebody moves."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.core.database import db
from app.domain.offers.lifecycle import EndReason
from app.domain.offers.models import Offer
from app.domain.opco.board_filter import BoardFilter
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import FollowUp, Opco

_FILLED = (EndReason.FILLED_HERE, EndReason.FILLED_ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Funnel:
    """Numbers of offers. `asked`: those of the step that is shown; the others are of every step."""

    asked: int
    deposited: int
    published: int
    contacted: int
    interviewed: int
    contracted: int

    @property
    def lines(self) -> list[tuple[str, int]]:
        """(what happened, number of offers), from the first to the last."""
        return [
            ("Déposée", self.deposited),
            ("En ligne", self.published),
            ("Contactée", self.contacted),
            ("Entretien", self.interviewed),
            ("Contrat", self.contracted),
        ]


def funnel(opco: Opco, wanted: BoardFilter) -> Funnel:
    """Each counter says what is known, nothing is deduced from another one.

    Deposited and published come from the offer. Contacted, interview, contract: noted by the OPCO since the
    deposit; a contract also when the company closed the offer because it has found.
    """
    contract = sa.or_(FollowUp.contract_at >= Offer.deposited_at, Offer.end_reason.in_(_FILLED))
    asked = sa.true() if wanted.step is None else FollowUp.status == wanted.step
    query = (
        sa.select(
            _number(asked),
            sa.func.count(),
            sa.func.count(Offer.first_published_on),
            _number(FollowUp.contacted_at >= Offer.deposited_at),
            _number(FollowUp.interview_at >= Offer.deposited_at),
            _number(contract),
        )
        .select_from(FollowUp)
        .join(Offer, Offer.establishment_id == FollowUp.establishment_id)
        .where(
            *wanted.of_companies(opco.id, joined=True),
            *wanted.of_offers(),
            FollowUp.status != FollowUpStatus.NOT_OURS,
        )
    )
    return Funnel(*(number or 0 for number in db.session.execute(query).one()))


def _number(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))
