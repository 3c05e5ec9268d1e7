"""Portal staff and accounts: finding one, removing a lost second factor, inviting and closing agents."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import Actor
from app.audit.models import JournalEntry
from app.core import clock
from app.core.database import db, take_turns
from app.core.errors import Refused
from app.core.failpoints import failpoint
from app.domain.accounts import second_factor, sessions
from app.domain.accounts.emails import FactorRemoved, StaffInvited
from app.domain.accounts.models import Account, Link, Purpose, StaffRole
from app.outbox import queue

FOUND_AT_MOST = 50
REASONS = {
    "lost": "Téléphone perdu ou volé",
    "changed": "Téléphone changé, codes de secours perdus",
    "broken": "Application qui ne donne plus le bon code",
    "other": "Autre raison, connue de l’administrateur",
}
ON_ONESELF = "Un agent ne peut pas faire cela pour son propre compte. Demandez à un autre administrateur."
OF_AN_AGENT = "Seul un administrateur peut faire cela pour un agent du portail."
SUSPENDED = "Ce compte est suspendu. Rouvrez-le d’abord, sur sa page."
LAST_ONE = "C’est le dernier administrateur du portail. Nommez-en un autre avant."


@dataclass(frozen=True, slots=True)
class Found:
    """The accounts of a search, exact address first, and whether there are more than are shown."""

    accounts: tuple[Account, ...]
    more: bool


def search(text: str, *, by: Actor) -> Found:
    """By a part of the address or of the name. The journal keeps that it was done, never the words."""
    words = text.strip()
    exact = Account.email == words.casefold()
    like = sa.or_(
        Account.email.icontains(words, autoescape=True), Account.name.icontains(words, autoescape=True)
    )
    query = sa.select(Account).where(like).order_by(sa.not_(exact), Account.name, Account.id)
    rows = list(db.session.scalars(query.limit(FOUND_AT_MOST + 1)))
    searcher = db.session.get_one(Account, by.id)
    journal.record("account_searched", searcher, by=by, facts={"found": len(rows)})
    return Found(tuple(rows[:FOUND_AT_MOST]), len(rows) > FOUND_AT_MOST)


def staff() -> list[Account]:
    """The agents of the portal, administrators first."""
    query = sa.select(Account).where(Account.staff_role.is_not(None), Account.disabled_at.is_(None))
    order = (Account.staff_role != StaffRole.ADMINISTRATOR, Account.name, Account.id)
    return list(db.session.scalars(query.order_by(*order).limit(500)))


def administrators() -> list[Account]:
    """Those who set the portal up."""
    return [account for account in staff() if account.staff_role is StaffRole.ADMINISTRATOR]


def last_sign_in(account: Account) -> datetime | None:
    """When the person came in last: by a code, ProConnect or, without second factor, a mailed link."""
    told = sa.select(sa.func.max(JournalEntry.at)).where(
        JournalEntry.object_type == "account",
        JournalEntry.object_id == account.id,
        JournalEntry.action == "signed_in",
    )
    by_link = sa.select(sa.func.max(Link.used_at)).where(
        Link.purpose == Purpose.LOGIN, Link.object_type == "account", Link.object_id == account.id
    )
    moments = [db.session.scalar(told), db.session.scalar(by_link)]
    return max((moment for moment in moments if moment is not None), default=None)


def why_no_help(account: Account, *, agent: Account) -> str:
    """Why this agent may not act on this account; empty when it may."""
    if account.id == agent.id:
        return ON_ONESELF
    if account.staff_role is not None and agent.staff_role is not StaffRole.ADMINISTRATOR:
        return OF_AN_AGENT
    return ""


def remove_second_factor(account: Account, *, reason: str, agent: Account, by: Actor) -> None:
    """The person sets a new one up at the next sign-in, and is told (E42); every session ends at once."""
    check_may_help(account, agent=agent)
    if second_factor.factor_of(account) is None:
        raise Refused("Ce compte n’a pas de second facteur.")
    second_factor.remove(account, reason=reason, by=by)
    sessions.end_all_of(account)
    failpoint("accounts.factor_removed_before_mail")
    queue(FactorRemoved(account))


def end_sessions(account: Account, *, agent: Account, by: Actor) -> None:
    """Whoever uses this account has to sign in again."""
    check_may_help(account, agent=agent)
    sessions.end_all_of(account)
    journal.record("sessions_ended", account, by=by)


def invite_staff(email: str, *, name: str, role: StaffRole, by: Actor) -> Account:
    """A new agent, or another role for one; raises Refused for oneself, for the last administrator."""
    norm = email.strip().casefold()
    take_turns("portal_staff")
    account = db.session.scalar(sa.select(Account).where(Account.email == norm))
    if account is None:
        account = Account(email=norm, name=name, created_at=clock.now())
        db.session.add(account)
        db.session.flush()
    if account.id == by.id:
        raise Refused(ON_ONESELF)
    if account.disabled_at is not None:
        raise Refused(SUSPENDED)
    if account.staff_role is role:
        raise Refused("Cette personne a déjà ce rôle.")
    if role is not StaffRole.ADMINISTRATOR:
        keep_an_administrator(account)
    account.staff_role = role
    sessions.end_all_of(account)
    journal.record("staff_invited", account, by=by, facts={"role": role.value})
    queue(StaffInvited(account))
    return account


def close_staff(account: Account, *, by: Actor) -> None:
    """No longer an agent, at once; what the person is in structures stays."""
    if account.id == by.id:
        raise Refused(ON_ONESELF)
    if account.staff_role is None:
        raise Refused("Cette personne n’est pas agent du portail.")
    keep_an_administrator(account)
    former, account.staff_role = account.staff_role, None
    sessions.end_all_of(account)
    journal.record("staff_closed", account, by=by, facts={"role": former.value})


def check_may_help(account: Account, *, agent: Account) -> None:
    """Raises Refused when this agent may not act on this account."""
    refusal = why_no_help(account, agent=agent)
    if refusal:
        raise Refused(refusal)


def keep_an_administrator(account: Account) -> None:
    """One who can enter is left besides this account; raises Refused. Others wait until the act is done."""
    take_turns("portal_staff")
    others = sa.select(sa.func.count()).where(
        Account.staff_role == StaffRole.ADMINISTRATOR,
        Account.disabled_at.is_(None),
        Account.id != account.id,
    )
    if account.staff_role is StaffRole.ADMINISTRATOR and not db.session.scalar(others):
        raise Refused(LAST_ONE)
