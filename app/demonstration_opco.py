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
from app.domain.organisations.models import Membership, Organisation
from app.lists.models import SavedView
from app.lists.saved_views import save_view

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


def seed_view() -> bool:
    """A view that the team of the OPCO shares; False when there is one. Commits nothing."""
    member = db.session.scalar(
        sa.select(Membership).join(Organisation).where(Organisation.opco_code == CODE).order_by(Membership.id)
    )
    if member is None or db.session.scalar(sa.select(SavedView.id).limit(1)) is not None:
        return False
    save_view(
        "opco_board",
        title="Sans nouvelles, par lieu",
        asked={"etape": "contacted", "tri": "lieu", "lignes": "50"},
        is_shared=True,
        account_id=member.account_id,
        organisation_id=member.organisation_id,
    )
    return True
