"""Members of a structure: invited, in a role, leaving. The last responsible person stays."""

from datetime import timedelta

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import Actor, ActorKind
from app.core import clock
from app.core.database import db, take_turns
from app.core.errors import Refused
from app.domain.accounts import magic_links, sessions
from app.domain.accounts.models import Account
from app.domain.organisations.emails import RecruiterInvited
from app.domain.organisations.lifecycle import ORGANISATION_LIFECYCLE
from app.domain.organisations.models import Invitation, Kind, Membership, Organisation
from app.domain.organisations.roles import PROVEN_ROLES, Role
from app.outbox import queue

INVITATION_LIFE = timedelta(days=14)
ALREADY_MEMBER = "Cette personne est déjà membre de la structure."
LAST_ONE = "C’est le dernier responsable. Nommez-en un autre avant."


def memberships_of(account: Account) -> list[Membership]:
    """The structures of a person, by name."""
    query = (
        sa.select(Membership)
        .join(Organisation)
        .where(Membership.account_id == account.id)
        .order_by(Organisation.name, Membership.id)
    )
    return list(db.session.scalars(query))


def membership_in(account: Account, public_id: str) -> Membership | None:
    """The person's membership of the structure of this address."""
    query = (
        sa.select(Membership)
        .join(Organisation)
        .where(Membership.account_id == account.id, Organisation.public_id == public_id)
    )
    return db.session.scalar(query)


def members_of(organisation: Organisation) -> list[Membership]:
    """Its members, those in charge first."""
    query = sa.select(Membership).where(Membership.organisation_id == organisation.id)
    order = list(Role)
    found = list(db.session.scalars(query.order_by(Membership.id)))
    return sorted(found, key=lambda member: (order.index(member.role), member.account.name.casefold()))


def administrators(organisation: Organisation) -> list[Membership]:
    """Its responsible people whose account is open, the earliest first."""
    query = sa.select(Membership).where(
        Membership.organisation_id == organisation.id,
        Membership.role == Role.ADMINISTRATOR,
        Membership.account.has(Account.disabled_at.is_(None)),
    )
    return list(db.session.scalars(query.order_by(Membership.id)))


def needs_second_factor(account: Account) -> bool:
    """Does this person see others' data, or decide for others? Portal staff, OPCO agents, some roles."""
    if account.staff_role is not None:
        return True
    query = (
        sa.select(Membership.id)
        .join(Organisation)
        .where(
            Membership.account_id == account.id,
            sa.or_(Membership.role.in_(PROVEN_ROLES), Organisation.kind == Kind.OPCO),
        )
    )
    return db.session.scalar(query.limit(1)) is not None


def invite(organisation: Organisation, *, email: str, name: str, role: Role, by: Actor) -> Invitation:
    """Ask somebody to join (E25); asking again sends a new e-mail. Raises Refused for a member."""
    norm = email.strip().casefold()
    member = sa.select(Membership.id).join(Account).where(
        Membership.organisation_id == organisation.id, Account.email == norm
    )
    if db.session.scalar(member) is not None:
        raise Refused(ALREADY_MEMBER)
    take_turns(f"invitation:{organisation.id}")
    invitation = db.session.scalar(
        sa.select(Invitation).where(
            Invitation.organisation_id == organisation.id, Invitation.email_norm == norm
        )
    )
    if invitation is None:
        invitation = Invitation(organisation=organisation, email_norm=norm, created_at=clock.now())
        db.session.add(invitation)
    invitation.email, invitation.name, invitation.role = email.strip(), name, role
    invitation.invited_by_id = by.id
    invitation.expires_at = clock.now() + INVITATION_LIFE
    journal.record("member_invited", organisation, by=by, facts={"role": role.value})
    queue(RecruiterInvited(invitation))
    return invitation


def cancel_invitation(invitation: Invitation, *, by: Actor) -> None:
    """The person is no longer asked; the link sent ends."""
    magic_links.revoke_of_object("invitation", invitation.id, reason="invitation_cancelled")
    journal.record("invitation_cancelled", invitation.organisation, by=by)
    db.session.delete(invitation)


def accept(invitation: Invitation) -> Membership:
    """The person has pressed the button of the e-mail: an account if there was none, and a membership."""
    organisation, now = invitation.organisation, clock.now()
    account = db.session.scalar(sa.select(Account).where(Account.email == invitation.email_norm))
    if account is None:
        account = Account(email=invitation.email_norm, name=invitation.name, created_at=now)
        db.session.add(account)
        db.session.flush()
    membership = Membership(organisation=organisation, account=account, role=invitation.role, since=now)
    db.session.add(membership)
    db.session.delete(invitation)
    by = as_member(account)
    if ORGANISATION_LIFECYCLE.may(organisation, "confirm"):
        ORGANISATION_LIFECYCLE.apply(organisation, "confirm")
        organisation.confirmed_at = now
        journal.record("organisation_confirmed", organisation, by=by)
    journal.record("member_joined", organisation, by=by, facts={"role": membership.role.value})
    return membership


def change_role(member: Membership, role: Role, *, by: Actor) -> None:
    """Another role, at once: the person's sessions end. Raises Refused for the last responsible person."""
    if role is member.role:
        return
    if role is not Role.ADMINISTRATOR:
        _keep_one(member)
    former, member.role = member.role, role
    facts: dict[str, object] = {"from": former.value, "to": role.value}
    journal.record("member_role_changed", member, by=by, facts=facts)
    sessions.end_all_of(member.account)


def remove(member: Membership, *, by: Actor) -> None:
    """The person leaves, or is asked to. Raises Refused for the last responsible person."""
    _keep_one(member)
    journal.record("member_left", member.organisation, by=by, facts={"role": member.role.value})
    db.session.delete(member)
    if by.id != member.account_id:
        sessions.end_all_of(member.account)


def _keep_one(member: Membership) -> None:
    take_turns(f"members:{member.organisation_id}")
    others = [one for one in administrators(member.organisation) if one.id != member.id]
    if member.role is Role.ADMINISTRATOR and not others:
        raise Refused(LAST_ONE)


def as_member(account: Account) -> Actor:
    """A person acting for a structure, as the journal signs it."""
    return Actor(ActorKind.MEMBER, account.id, "account")
