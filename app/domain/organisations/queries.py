"""Reading structures and their invitations."""

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.domain.organisations.models import Invitation, Organisation


def invitations_of(organisation: Organisation) -> list[Invitation]:
    """The invitations that wait for an answer, newest first."""
    query = sa.select(Invitation).where(
        Invitation.organisation_id == organisation.id, Invitation.expires_at > clock.now()
    )
    return list(db.session.scalars(query.order_by(Invitation.id.desc())))
