"""/dev/connexion: one click, and one is an agent of the portal or a member of a structure."""

import sqlalchemy as sa
from flask import abort, render_template, url_for
from werkzeug.wrappers import Response

from app.audit import journal
from app.core.database import db
from app.domain.accounts.models import Account
from app.domain.organisations.members import memberships_of
from app.web.access import current_actor, enter, public
from app.web.dev import blueprint
from app.web.forms.base import PostForm
from app.web.forms.once import run_once

ROLES = {"operator": "Agent du portail", "administrator": "Administratrice du portail"}


def _accounts() -> list[Account]:
    wanted = sa.select(Account).where(Account.disabled_at.is_(None))
    return list(db.session.scalars(wanted.order_by(Account.id).limit(30)))


def _role(account: Account) -> str:
    if account.staff_role is not None:
        return ROLES[account.staff_role.value]
    found = [f"{one.role.label}, {one.organisation.name}" for one in memberships_of(account)]
    return " ; ".join(found) or "Compte sans structure"


@blueprint.get("/dev/connexion")
@public("connexion en un geste, en développement seulement")
def sign_in() -> str:
    """One button an account."""
    found = [(account, _role(account)) for account in _accounts()]
    return render_template("dev/sign_in.html", accounts=found, form=PostForm())


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
