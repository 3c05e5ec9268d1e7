"""« Suspendre ce compte » and « Rouvrir ce compte »: with a reason, and never one's own."""

from flask import flash, render_template, request, url_for

from app.domain.accounts import staff as staff_acts
from app.domain.accounts.suspension import REASONS, reopen_account, suspend_account
from app.web.access import Permission, current_actor, requires
from app.web.forms.choice import Radios
from app.web.forms.fresh_proof import ProofForm
from app.web.forms.once import answered_before
from app.web.operator import blueprint
from app.web.operator.accounts import Answer, account_or_404, act_on, agent, page_of


class SuspendForm(ProofForm):
    """Why."""

    reason = Radios("Raison", missing="Choisissez une raison.", pairs=list(REASONS.items()))


@blueprint.route("/agents/comptes/<int:number>/suspendre", methods=["GET", "POST"])
@requires(Permission.ACCOUNTS_HELP)
def suspend(number: int) -> Answer:
    """Nobody enters by this account any more, at once."""
    account = account_or_404(number)
    before = answered_before() if request.method == "POST" else None
    if before is not None:
        return before
    refusal = staff_acts.why_no_help(account, agent=agent())
    if refusal or account.disabled_at is not None:
        return page_of(account, refusal=refusal or "Ce compte est déjà suspendu."), 422
    form = SuspendForm(agent=agent())
    if request.method != "POST":
        return render_template("operator/suspend.html", account=account, form=form)
    if not form.is_proven():
        return render_template("operator/suspend.html", account=account, form=form), 422

    def act() -> str:
        suspend_account(account, reason=str(form.reason.chosen), agent=agent(), by=current_actor())
        flash(f"Le compte de {account.name} est suspendu.", "success")
        return url_for("operator.account_page", number=number)

    return act_on(account, act)


@blueprint.post("/agents/comptes/<int:number>/rouvrir")
@requires(Permission.ACCOUNTS_HELP)
def reopen(number: int) -> Answer:
    """The person may sign in again."""
    account = account_or_404(number)

    def act() -> str:
        reopen_account(account, agent=agent(), by=current_actor())
        flash(f"Le compte de {account.name} est rouvert.", "success")
        return url_for("operator.account_page", number=number)

    return act_on(account, act)
