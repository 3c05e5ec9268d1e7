"""« Comptes »: find one, help whoever has lost the second factor, close sessions."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.database import db
from app.core.errors import Refused
from app.domain.accounts import second_factor as factors
from app.domain.accounts import staff as staff_acts
from app.domain.accounts.emails import ROLE_WORDS
from app.domain.accounts.models import Account
from app.domain.accounts.suspension import why_suspended
from app.domain.organisations.members import memberships_of, needs_second_factor
from app.web.access import Permission, current_account, current_actor, may, requires
from app.web.forms.base import PostForm
from app.web.forms.choice import Radios
from app.web.forms.fields import Line
from app.web.forms.fresh_proof import ProofForm
from app.web.forms.once import answered_before, run_once
from app.web.operator import blueprint

TYPED = "RETIRER"
Answer = str | Response | tuple[str, int]


class SearchForm(PostForm):
    """Whom to look for."""

    q = Line(
        "Adresse e-mail ou nom",
        limit=120,
        missing="Saisissez une adresse ou un nom.",
        description="La recherche d’une personne est inscrite au journal, sans les mots cherchés.",
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


class RemoveFactorForm(ProofForm):
    """Why, and the typed word."""

    reason = Radios("Raison", missing="Choisissez une raison.", pairs=list(staff_acts.REASONS.items()))
    word = Line(
        f"Pour confirmer, écrivez {TYPED}",
        limit=20,
        missing=f"Écrivez {TYPED} pour confirmer.",
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators=extra_validators)
        if valid and str(self.word.data).upper() != TYPED:
            self.add_error(self.word, f"Écrivez {TYPED}, en toutes lettres.")
            return False
        return valid


def agent() -> Account:
    """Who is signed in."""
    return current_account() or abort(403)


def account_or_404(number: int) -> Account:
    """The account of an address."""
    return db.session.get(Account, number) or abort(404)


@blueprint.get("/agents/comptes")
@requires(Permission.ACCOUNTS_HELP)
def accounts() -> str:
    """The search, and the agents of the portal."""
    return _list(SearchForm())


@blueprint.post("/agents/comptes")
@requires(Permission.ACCOUNTS_HELP)
def search_accounts() -> Answer:
    """Who was found; posted, so that names stay out of addresses and the journal keeps the search."""
    form = SearchForm()
    if not form.validate():
        return _list(form), 422
    found = staff_acts.search(str(form.q.data), by=current_actor())
    db.session.commit()
    return _list(form, found)


def _list(form: SearchForm, found: staff_acts.Found | None = None) -> str:
    return render_template(
        "operator/accounts.html",
        form=form,
        found=found,
        staff=staff_acts.staff(),
        roles=ROLE_WORDS,
        may_manage=may(Permission.STAFF_MANAGE),
    )


@blueprint.get("/agents/comptes/<int:number>")
@requires(Permission.ACCOUNTS_HELP)
def account_page(number: int) -> str:
    """What the account opens, its second factor, when it last came in."""
    return page_of(account_or_404(number))


def page_of(account: Account, *, refusal: str = "") -> str:
    """The page of an account in its present state."""
    factor = factors.factor_of(account)
    return render_template(
        "operator/account.html",
        account=account,
        memberships=memberships_of(account),
        role=ROLE_WORDS[account.staff_role] if account.staff_role else "",
        factor=factor,
        codes_left=factors.recovery_codes_left(account) if factor else 0,
        needs_factor=needs_second_factor(account),
        last_sign_in=staff_acts.last_sign_in(account),
        why_not=staff_acts.why_no_help(account, agent=agent()),
        may_close=may(Permission.STAFF_MANAGE) and account.staff_role and account.id != agent().id,
        refusal=refusal,
        why_suspended=why_suspended(account) if account.disabled_at else "",
        form=PostForm(),
    )


@blueprint.route("/agents/comptes/<int:number>/second-facteur", methods=["GET", "POST"])
@requires(Permission.ACCOUNTS_HELP)
def remove_factor(number: int) -> Answer:
    """« Retirer le second facteur »: a reason, a typed word, one's own code."""
    account = account_or_404(number)
    before = answered_before() if request.method == "POST" else None
    if before is not None:
        return before
    refusal = staff_acts.why_no_help(account, agent=agent())
    if refusal or factors.factor_of(account) is None:
        return page_of(account, refusal=refusal or "Ce compte n’a pas de second facteur."), 422
    form = RemoveFactorForm(agent=agent())
    if request.method != "POST":
        return render_template("operator/remove_factor.html", account=account, form=form)
    if not form.is_proven():
        return render_template("operator/remove_factor.html", account=account, form=form), 422

    def act() -> str:
        reason = str(form.reason.chosen)
        staff_acts.remove_second_factor(account, reason=reason, agent=agent(), by=current_actor())
        flash(f"Le second facteur de {account.name} est retiré ; un courriel le lui dit.", "success")
        return url_for("operator.account_page", number=number)

    return act_on(account, act)


@blueprint.post("/agents/comptes/<int:number>/fermer-les-sessions")
@requires(Permission.ACCOUNTS_HELP)
def end_sessions(number: int) -> Answer:
    """Whoever uses this account has to sign in again."""
    account = account_or_404(number)

    def act() -> str:
        staff_acts.end_sessions(account, agent=agent(), by=current_actor())
        flash(f"Les sessions de {account.name} sont fermées.", "success")
        return url_for("operator.account_page", number=number)

    return act_on(account, act)


def act_on(account: Account, act: Callable[[], str]) -> Answer:
    """Do it once; a refusal is said on the page of the account."""
    number = account.id
    try:
        return run_once(act)
    except Refused as refused:
        db.session.rollback()
        return page_of(account_or_404(number), refusal=refused.message), 422
