"""What a demonstration's OPCO has already done for two companies of its field."""

from datetime import timedelta

import sqlalchemy as sa

from app.audit.actor import SYSTEM
from app.core import clock
from app.core.database import db
from app.domain.opco.determination import opco_by_code
from app.domain.opco.exchanges import Means, Reached
from app.domain.opco.follow_up import log_contact
from app.domain.opco.models import ContactLogEntry, FollowUp

CODE = "06"


def seed_exchanges() -> int:
    """Note them once; returns how many. Commits nothing, mails nothing."""
    if db.session.scalar(sa.select(ContactLogEntry.id).limit(1)) is not None:
        return 0
    opco = opco_by_code(CODE)
    query = sa.select(FollowUp).where(FollowUp.opco_id == opco.id).order_by(FollowUp.id).limit(2)
    companies = list(db.session.scalars(query))
    for number, follow_up in enumerate(companies):
        log_contact(
            follow_up,
            day=clock.today() - timedelta(days=number),
            means=Means.PHONE,
            outcome="Rendez-vous pris avec l’entreprise.",
            reached=Reached.INTERVIEW if number else None,
            author=f"{opco.short_name}, dans son espace",
            by=SYSTEM,
        )
    return len(companies)
