"""/dev/connexion: one click, and one is an agent of the portal or a member of a structure."""

import sqlalchemy as sa
from flask import abort, render_template, url_for
from werkzeug.wrappers import Response

from app.audit import journal
from app.core.database import db
from app.domain.accounts.models import Account
from app.domain.organisations.models import Membership
from app.web.access import current_actor, enter, public
from app.web.dev import blueprint
from app.web.forms.base import PostForm
from app.web.forms.once import run_once

ROLES = {"operator": "Agent du portail", "administrator": "Administratrice du portail"}


def _accounts() -> list[Account]:
    wanted = sa.select(Account).where(Account.disabled_at.is_(None))
    return list(db.session.scalars(wanted.order_by(Account.id).limit(30)))


def _roles(accounts: list[Account]) -> list[tuple[Account, str]]:
    """Each account with what it is, in one statement for all of them."""
    numbers = [account.id for account in accounts]
    query = sa.select(Membership).where(Membership.account_id.in_(numbers)).order_by(Membership.id)
    held: dict[int, list[str]] = {}
    for one in db.session.scalars(query):
        held.setdefault(one.account_id, []).append(f"{one.role.label}, {one.organisation.name}")
    return [(account, _role(account, held.get(account.id, []))) for account in accounts]


def _role(account: Account, held: list[str]) -> str:
    if account.staff_role is not None:
        return ROLES[account.staff_role.value]
    return " ; ".join(held) or "Compte sans structure"


@blueprint.get("/dev/connexion")
@public("connexion en un geste, en développement seulement")
def sign_in() -> str:
    """One button an account."""
    return render_template("dev/sign_in.html", accounts=_roles(_accounts()), form=PostForm())


@blueprint.post("/dev/connexion/<int:number>")
@public("connexion en un geste, en développement seulement")
def sign_in_as(number: int) -> Response:
    """Open the session of that account."""
    account = next((one for one in _accounts() if one.id == number), None) or abort(404)

    def act() -> str:
        enter(account=account, proven=True)
        journal.record("signed_in", account, by=current_actor())
        return url_for("recruiter.spaces")

    return run_once(act)
