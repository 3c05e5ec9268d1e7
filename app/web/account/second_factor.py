"""The second factor: setting it up, giving a code, recovery codes."""

import pyotp
import segno
from flask import abort, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.audit import journal
from app.core.database import db
from app.core.secrets import Keyring
from app.domain.accounts import second_factor as factors
from app.domain.accounts.models import Account
from app.domain.organisations.members import needs_second_factor
from app.extensions import limiter
from app.web.access import current_account, current_actor, enter, is_proven, signed_in
from app.web.account import blueprint
from app.web.forms.base import PostForm
from app.web.forms.fields import Line
from app.web.forms.once import run_once

TOO_MANY = "Trop d’essais. Attendez 10 minutes, puis recommencez."
WRONG = "Ce code n’est pas le bon. Attendez le suivant, puis recopiez-le."
Answer = str | Response | tuple[str, int]


class CodeForm(PostForm):
    """Six digits, or a recovery code."""

    code = Line(
        "Code à 6 chiffres",
        limit=20,
        missing="Recopiez le code affiché par votre application.",
        description="Ou un code de secours. Exemple : 123 456.",
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"},
    )


def _account() -> Account:
    return current_account() or abort(403)


def _keyring() -> Keyring:
    keyring: Keyring = current_app.extensions["keyring"]
    return keyring


@blueprint.route("/connexion/second-facteur", methods=["GET", "POST"])
@signed_in()
@limiter.limit("30 per hour", methods=["POST"])
def second_factor() -> Answer:
    """Ask for a code; whoever has none yet is led to the set-up."""
    account = _account()
    if is_proven() or not needs_second_factor(account):
        return redirect(url_for("recruiter.spaces"), 303)
    if not factors.is_set_up(account):
        return redirect(url_for("account.set_up"), 303)
    form = CodeForm()
    if request.method != "POST":
        return render_template("account/second_factor.html", form=form)
    if form.validate():
        if factors.too_many(account):
            form.add_error(form.code, TOO_MANY)
        elif factors.prove(account, str(form.code.data), keyring=_keyring(), by=current_actor()):
            enter(proven=True)
            journal.record("signed_in", account, by=current_actor())
            db.session.commit()
            return redirect(url_for("recruiter.spaces"), 303)
        else:
            form.add_error(form.code, WRONG)
            # The try is counted, whatever else is undone.
            db.session.commit()
    return render_template("account/second_factor.html", form=form), 422


@blueprint.get("/connexion/second-facteur/activer")
@signed_in()
def set_up() -> Answer:
    """Why, then the code to scan once the set-up has begun."""
    account = _account()
    if factors.is_set_up(account):
        return redirect(url_for("account.second_factor"), 303)
    return _set_up_page(account, CodeForm())


def _set_up_page(account: Account, form: CodeForm) -> str:
    try:
        key = factors.key_of(account, keyring=_keyring())
    except LookupError:
        return render_template("account/set_up_begin.html", form=form)
    name = current_app.extensions["settings"].service_name
    uri = pyotp.TOTP(key, interval=factors.STEP).provisioning_uri(name=account.email, issuer_name=name)
    picture = segno.make(uri, error="m").svg_data_uri(scale=5, border=4, light="#fff")
    grouped = " ".join(key[start : start + 4] for start in range(0, len(key), 4))
    return render_template("account/set_up.html", form=form, picture=picture, key=grouped, uri=uri)


@blueprint.post("/connexion/second-facteur/commencer")
@signed_in()
def begin_set_up() -> Answer:
    """Make the key; nothing changes for whoever has one."""
    account = _account()

    def act() -> str:
        factors.begin(account, keyring=_keyring())
        return url_for("account.set_up")

    return run_once(act)


@blueprint.post("/connexion/second-facteur/activer")
@signed_in()
@limiter.limit("30 per hour")
def finish_set_up() -> Answer:
    """The first right code proves that the application works; the recovery codes are shown once."""
    account, form = _account(), CodeForm()
    if factors.is_set_up(account):
        return redirect(url_for("account.second_factor"), 303)
    codes = None
    if form.validate():
        codes = factors.confirm(account, str(form.code.data), keyring=_keyring(), by=current_actor())
        if codes is None:
            form.add_error(form.code, WRONG)
    if codes is None:
        return _set_up_page(account, form), 422
    enter(proven=True)
    journal.record("signed_in", account, by=current_actor())
    db.session.commit()
    return render_template("account/recovery_codes.html", codes=codes, is_new=True)


@blueprint.route("/compte/codes-de-secours", methods=["GET", "POST"])
@signed_in()
def recovery_codes() -> Answer:
    """Make new recovery codes; the former ones end."""
    account = _account()
    if not is_proven() or not factors.is_set_up(account):
        return redirect(url_for("account.second_factor"), 303)
    if request.method != "POST":
        return render_template(
            "account/renew_codes.html", form=PostForm(), left=factors.recovery_codes_left(account)
        )
    codes = factors.renew_recovery_codes(account, by=current_actor())
    db.session.commit()
    flash("Vos anciens codes ne servent plus.", "success")
    return render_template("account/recovery_codes.html", codes=codes, is_new=False)
