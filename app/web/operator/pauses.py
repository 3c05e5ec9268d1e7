"""Holding back one kind of e-mail, or all of them, with a reason and an end."""

from datetime import datetime

import sqlalchemy as sa
from flask import abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.audit import journal
from app.core import clock
from app.core.database import db
from app.outbox import upkeep
from app.outbox.models import Pause
from app.web.access import Permission, current_actor, requires
from app.web.forms.base import PostForm
from app.web.forms.choice import Choices
from app.web.forms.fields import Line
from app.web.forms.french_dates import StartDate
from app.web.forms.once import run_once
from app.web.operator import blueprint
from app.web.operator.mail_names import choices

ALL = "tous"
Answer = str | Response | tuple[str, int]


class PauseForm(PostForm):
    """What is held back, why, and until when."""

    template = Choices("Courriel à suspendre", missing="Choisissez un courriel dans la liste.")
    reason = Line("Motif", limit=200, missing="Indiquez le motif de la suspension.")
    until = Line(
        "Reprise le",
        limit=30,
        checks=(StartDate(),),
        description="Exemple : 01/09/2027. Sans date, les envois reprennent quand vous le décidez.",
    )


def pauses_now() -> list[Pause]:
    """What is held back now."""
    query = sa.select(Pause).where(
        Pause.kind == "mail",
        Pause.ended_at.is_(None),
        sa.or_(Pause.until.is_(None), Pause.until > clock.now()),
    )
    return list(db.session.scalars(query.order_by(Pause.id)))


@blueprint.route("/agents/courriels/suspendre", methods=["GET", "POST"])
@requires(Permission.MAIL_MANAGE)
def pause() -> Answer:
    """Hold back; what waits leaves at the end of the pause."""
    form = PauseForm()
    form.template.offer([("", "Choisissez un courriel"), (ALL, "Tous les courriels"), *choices()])
    if request.method != "POST":
        return render_template("operator/pause.html", form=form)
    until = _until(form) if form.validate() else None
    if form.errors:
        return render_template("operator/pause.html", form=form), 422

    def act() -> str:
        wanted = None if form.template.chosen == ALL else form.template.chosen
        held = upkeep.pause(str(form.reason.data), template=wanted, until=until)
        journal.record("mail_paused", held, by=current_actor(), facts={"template": wanted or ALL})
        flash("Les envois sont suspendus. Rien n’est perdu : ce qui attend partira à la reprise.", "success")
        return url_for("operator.mails")

    return run_once(act)


def _until(form: PauseForm) -> datetime | None:
    """The first instant of the day of resumption."""
    if not form.until.data:
        return None
    instant = clock.paris(form.until.day)
    if instant <= clock.now():
        form.add_error(form.until, "Choisissez un jour à partir de demain.")
    return instant


@blueprint.post("/agents/courriels/suspensions/<int:number>/reprendre")
@requires(Permission.MAIL_MANAGE)
def resume(number: int) -> Answer:
    """End a pause now."""
    held = db.session.get(Pause, number) or abort(404)

    def act() -> str:
        upkeep.resume(held)
        journal.record("mail_resumed", held, by=current_actor())
        flash("Les envois reprennent.", "success")
        return url_for("operator.mails")

    return run_once(act)
