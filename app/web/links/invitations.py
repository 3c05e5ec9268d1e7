"""« Activer votre accès »: the page and the button of an invitation."""

import sqlalchemy as sa
from flask import url_for

from app.core import clock
from app.core.database import db
from app.domain.accounts.models import Account, Link
from app.domain.organisations.members import accept, needs_second_factor
from app.domain.organisations.models import Invitation
from app.domain.organisations.roles import MAY
from app.web.access import enter
from app.web.links.page import LinkPage


def page(link: Link) -> LinkPage | None:
    """Name, structure and role; None once the invitation is over, accepted or cancelled."""
    invitation = db.session.get(Invitation, link.object_id)
    if invitation is None or invitation.expires_at <= clock.now() or invitation.email != link.subject_email:
        return None
    suspended = Account.email == invitation.email_norm, Account.disabled_at.is_not(None)
    if db.session.scalar(sa.select(Account.id).where(*suspended)) is not None:
        return None
    organisation = invitation.organisation
    return LinkPage(
        title="Activer votre accès ?",
        lead=f"Vous rejoindrez l’espace de {organisation.name}.",
        button="Activer mon accès",
        facts=(
            ("Nom", invitation.name),
            ("Structure", organisation.name),
            ("Rôle", invitation.role.label),
            ("Ce rôle permet", MAY[invitation.role]),
        ),
    )


def open_space(link: Link) -> str:
    """The person joins, and is signed in."""
    membership = accept(db.session.get_one(Invitation, link.object_id))
    enter(account=membership.account)
    if needs_second_factor(membership.account):
        return url_for("account.second_factor")
    return url_for("recruiter.dashboard", organisation=membership.organisation.public_id)
