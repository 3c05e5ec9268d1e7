"""« Mes courriels »: the choices of an address, the same for who is signed in and by a link of an e-mail."""

from typing import Any

from flask import flash, render_template, request
from werkzeug.wrappers import Response

from app.audit.actor import Actor
from app.domain.employers.services import mask_email
from app.web.forms.base import PostForm
from app.web.forms.choice import Radios
from app.web.forms.once import run_once
from app.web.mail_choices import NECESSARY, Line, lines_of

Answer = str | Response | tuple[str, int]


def choices(email: str, *, by: Actor, here: str, shown_email: str = "") -> Answer:
    """The page and its form; `here` is where it is, `shown_email` the whole address when it may be shown."""
    lines = lines_of(email)
    form = _form_of(lines)
    shown: dict[str, Any] = {
        "form": form,
        "fields": [(line, form[line.key]) for line in lines],
        "email": shown_email or mask_email(email),
        "necessary": NECESSARY,
        "here": here,
        "signed_in": bool(shown_email),
    }
    if request.method != "POST":
        return render_template("account/mail_choices.html", **shown)
    if not form.validate():
        return render_template("account/mail_choices.html", **shown), 422

    def keep() -> str:
        for line in lines:
            answer = str(form[line.key].chosen)
            if answer != line.chosen:
                line.choose(answer, by)
        flash("Vos choix sont enregistrés.", "success")
        return here

    return run_once(keep)


def _form_of(lines: list[Line]) -> PostForm:
    fields = {
        line.key: Radios(
            line.label, missing="Choisissez une réponse.", pairs=line.choices, description=line.hint
        )
        for line in lines
    }
    kind: Any = type("MailChoicesForm", (PostForm,), fields)
    form: PostForm = kind(data={line.key: line.chosen for line in lines})
    return form
