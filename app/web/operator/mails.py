"""E-mails that haven't been delivered: try again, or give up with a reason."""

from flask import abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.audit import journal
from app.core.database import db
from app.domain.employers.services import mask_email
from app.outbox import upkeep
from app.outbox.models import OutboxMessage
from app.web.access import Permission, current_actor, requires
from app.web.forms.base import PostForm
from app.web.forms.fields import Line
from app.web.forms.once import run_once
from app.web.operator import blueprint
from app.web.operator.mail_names import name_of
from app.web.operator.pauses import pauses_now
from app.web.operator.undelivered import STATUS_LABELS, UNDELIVERED, undelivered, undelivered_waiting

Answer = str | Response | tuple[str, int]


class DropForm(PostForm):
    """Why an e-mail won't be sent."""

    reason = Line("Motif de l’abandon", limit=200, missing="Indiquez le motif de l’abandon.")


@blueprint.get("/agents/courriels")
@requires(Permission.MAIL_MANAGE)
def mails() -> str:
    """How sending goes, what needs a person, what is paused."""
    rows = [
        (row, name_of(row.template), mask_email(row.recipient), STATUS_LABELS[row.status])
        for row in undelivered()
    ]
    held = [
        (pause, name_of(pause.template) if pause.template else "Tous les courriels") for pause in pauses_now()
    ]
    return render_template(
        "operator/mails.html",
        state=upkeep.state(),
        rows=rows,
        count=undelivered_waiting().count,
        pauses=held,
        form=PostForm(),
    )


@blueprint.get("/agents/courriels/<int:number>")
@requires(Permission.MAIL_MANAGE)
def mail(number: int) -> str:
    """One e-mail: what happened, and the two ways out."""
    return _page(_message_or_404(number), DropForm())


@blueprint.post("/agents/courriels/<int:number>/reessayer")
@requires(Permission.MAIL_MANAGE)
def send_again(number: int) -> Answer:
    """A new 72 hours."""
    message = _message_or_404(number)

    def act() -> str:
        upkeep.send_again(message)
        journal.record("mail_sent_again", message, by=current_actor())
        flash("Le courriel va partir de nouveau.", "success")
        return url_for("operator.mails")

    return run_once(act)


@blueprint.post("/agents/courriels/<int:number>/abandonner")
@requires(Permission.MAIL_MANAGE)
def drop(number: int) -> Answer:
    """It won't be sent."""
    message, form = _message_or_404(number), DropForm()
    if not form.validate():
        return _page(message, form), 422

    def act() -> str:
        upkeep.drop(message, str(form.reason.data))
        journal.record("mail_dropped", message, by=current_actor())
        flash("Le courriel est abandonné.", "success")
        return url_for("operator.mails")

    return run_once(act)


def _message_or_404(number: int) -> OutboxMessage:
    message = db.session.get(OutboxMessage, number)
    return message if message is not None and message.kind == "mail" else abort(404)


def _page(message: OutboxMessage, form: DropForm) -> str:
    return render_template(
        "operator/mail.html",
        message=message,
        name=name_of(message.template),
        status=STATUS_LABELS[message.status],
        waits=message.status in UNDELIVERED,
        form=form,
        posted=request.method == "POST",
    )
