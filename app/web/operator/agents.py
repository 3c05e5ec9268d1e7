"""Agents of the portal: invited, in a role, closed. Administrators only, and never on oneself."""

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.database import db
from app.core.errors import Refused
from app.domain.accounts import staff as staff_acts
from app.domain.accounts.emails import ROLE_WORDS
from app.domain.accounts.models import Account, StaffRole
from app.web.access import Permission, current_actor, requires
from app.web.forms.choice import Radios
from app.web.forms.fields import EmailAddress, Line
from app.web.forms.fresh_proof import ProofForm
from app.web.forms.once import answered_before, run_once
from app.web.operator import blueprint
from app.web.operator.accounts import account_or_404, agent

Answer = str | Response | tuple[str, int]
_MAY = {
    StaffRole.OPERATOR: "vérifier les offres et les structures, suivre les envois",
    StaffRole.ADMINISTRATOR: "tout cela, et régler le portail",
}


class InviteStaffForm(ProofForm):
    """Whom to invite, and for what."""

    name = Line("Son nom", limit=80, missing="Saisissez le nom de la personne.")
    email = Line(
        "Son adresse e-mail professionnelle",
        limit=254,
        missing="Saisissez l’adresse e-mail de la personne.",
        checks=(EmailAddress(),),
        render_kw={"inputmode": "email", "autocomplete": "off"},
    )
    role = Radios(
        "Son rôle",
        missing="Choisissez un rôle.",
        pairs=[(role.value, f"{words} : {_MAY[role]}") for role, words in ROLE_WORDS.items()],
    )


@blueprint.route("/agents/comptes/inviter", methods=["GET", "POST"])
@requires(Permission.STAFF_MANAGE)
def invite_staff() -> Answer:
    """A new agent, or another role for one."""
    before = answered_before() if request.method == "POST" else None
    if before is not None:
        return before
    form = InviteStaffForm(agent=agent())
    if request.method != "POST":
        return render_template("operator/invite_staff.html", form=form)
    if not form.is_proven():
        return render_template("operator/invite_staff.html", form=form), 422

    def act() -> str:
        email, role = str(form.email.address), StaffRole(str(form.role.chosen))
        account = staff_acts.invite_staff(email, name=str(form.name.data), role=role, by=current_actor())
        flash(f"{account.name} reçoit un courriel pour se connecter.", "success")
        return url_for("operator.accounts")

    try:
        return run_once(act)
    except Refused as refused:
        db.session.rollback()
        form.add_error(form.email, refused.message)
        return render_template("operator/invite_staff.html", form=form), 422


@blueprint.route("/agents/comptes/<int:number>/retirer", methods=["GET", "POST"])
@requires(Permission.STAFF_MANAGE)
def close_staff(number: int) -> Answer:
    """« Retirer cet accès d’agent »: at once; what the person is in structures stays."""
    account = account_or_404(number)
    before = answered_before() if request.method == "POST" else None
    if before is not None:
        return before
    form = ProofForm(agent=agent())
    if request.method != "POST":
        return _close_page(account, form)
    if not form.is_proven():
        return _close_page(account, form), 422

    def act() -> str:
        staff_acts.close_staff(account, by=current_actor())
        flash(f"{account.name} n’est plus agent du portail.", "success")
        return url_for("operator.accounts")

    try:
        return run_once(act)
    except Refused as refused:
        db.session.rollback()
        return _close_page(account_or_404(number), form, refusal=refused.message), 422


def _close_page(account: Account, form: ProofForm, *, refusal: str = "") -> str:
    role = ROLE_WORDS[account.staff_role] if account.staff_role else ""
    return render_template(
        "operator/close_staff.html", account=account, role=role, form=form, refusal=refusal
    )
