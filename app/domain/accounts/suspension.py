"""Suspending an account, and opening it again: acts of portal staff, with a reason, never on oneself."""

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import Actor
from app.audit.models import JournalEntry
from app.core import clock
from app.core.database import db
from app.core.errors import Refused
from app.domain.accounts import magic_links, sessions, staff
from app.domain.accounts.models import Account

REASONS = {
    "left": "Personne partie de sa structure ou du portail",
    "stolen": "Adresse e-mail ou appareil aux mains d’un autre",
    "misuse": "Usage abusif ou frauduleux",
    "other": "Autre raison, connue de l’administrateur",
}


def suspend_account(account: Account, *, reason: str, agent: Account, by: Actor) -> None:
    """Nobody enters by it any more: its sessions and its links end at once. What it has done stays.

    `reason`: its code, for the journal. Raises Refused for oneself and for the last administrator.
    """
    staff.check_may_help(account, agent=agent)
    staff.keep_an_administrator(account)
    if account.disabled_at is not None:
        raise Refused("Ce compte est déjà suspendu.")
    account.disabled_at = clock.now()
    sessions.end_all_of(account)
    magic_links.revoke_of_object("account", account.id, reason="account_suspended")
    journal.record("account_suspended", account, by=by, facts={"reason": reason})


def reopen_account(account: Account, *, agent: Account, by: Actor) -> None:
    """The person may sign in again, with the same role and the same structures."""
    staff.check_may_help(account, agent=agent)
    if account.disabled_at is None:
        raise Refused("Ce compte est ouvert.")
    account.disabled_at = None
    journal.record("account_reopened", account, by=by)


def why_suspended(account: Account) -> str:
    """The reason last given, in words."""
    query = (
        sa.select(JournalEntry.facts)
        .where(
            JournalEntry.object_type == "account",
            JournalEntry.object_id == account.id,
            JournalEntry.action == "account_suspended",
        )
        .order_by(JournalEntry.id.desc())
        .limit(1)
    )
    facts = db.session.scalar(query) or {}
    return REASONS.get(str(facts.get("reason")), "")
