"""The need of a company and its follow-up, opened by an OPCO from its e-mails."""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.accounts.models import Purpose
from app.domain.employers.services import mask_email
from app.domain.opco.contacts import live_contact, stopped_since
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.sent_lists import companies_of
from app.domain.opco.services import stop_telling
from app.web.access import by_link
from app.web.forms import follow_up_desk as desk
from app.web.forms.follow_up_desk import Desk
from app.web.forms.once import run_once
from app.web.partner import blueprint
from app.web.partner.forms import StopForm
from app.web.partner.rights import OpenFollowUp, follow_up_or_404, list_or_404

Answer = str | Response | tuple[str, int]


@blueprint.get("/suivi/liste/<string:public_id>")
@by_link(Purpose.FOLLOW_UP)
def companies(public_id: str) -> str:
    """The companies that one e-mail has named, those that wait longest first."""
    sent = list_or_404(public_id)
    return render_template("partner/companies.html", sent=sent, companies=companies_of(sent))


@blueprint.get("/suivi/<string:public_id>")
@by_link(Purpose.FOLLOW_UP)
def need(public_id: str) -> str:
    """The company, its contact, its offers, and what the OPCO has done."""
    opened = follow_up_or_404(public_id)
    follow_up = opened.follow_up
    if follow_up.status is FollowUpStatus.NOT_OURS:
        return desk.handed_over_page(follow_up)
    return render_template(
        "partner/need.html",
        **desk.shown(follow_up),
        is_told=live_contact(follow_up.opco, opened.link.subject_email) is not None,
    )


@blueprint.route("/suivi/<string:public_id>/contact", methods=["GET", "POST"])
@by_link(Purpose.FOLLOW_UP)
def note_contact(public_id: str) -> Answer:
    """« Noter un contact »."""
    return desk.note_contact(_desk(public_id))


@blueprint.route("/suivi/<string:public_id>/etape", methods=["GET", "POST"])
@by_link(Purpose.FOLLOW_UP)
def change_step(public_id: str) -> Answer:
    """« Changer l’étape »."""
    return desk.change_step(_desk(public_id))


@blueprint.route("/suivi/<string:public_id>/pas-notre-champ", methods=["GET", "POST"])
@by_link(Purpose.FOLLOW_UP)
def not_our_field(public_id: str) -> Answer:
    """« Pas notre champ »: to another OPCO, or to portal staff when nobody knows."""
    return desk.not_our_field(_desk(public_id))


@blueprint.route("/suivi/<string:public_id>/ne-plus-recevoir", methods=["GET", "POST"])
@by_link(Purpose.FOLLOW_UP)
def stop(public_id: str) -> Answer:
    """« Ne plus recevoir ces messages »: a page that says it, then a button."""
    opened = follow_up_or_404(public_id)
    form = StopForm()
    if request.method == "POST" and form.validate():

        def end() -> str:
            stop_telling(opened.link.subject_email, opco=opened.follow_up.opco, by=opened.actor)
            return url_for("partner.stop", public_id=opened.follow_up.public_id)

        return run_once(end)
    return render_template(
        "partner/stop.html",
        follow_up=opened.follow_up,
        form=form,
        masked=mask_email(opened.link.subject_email),
        since=stopped_since(opened.follow_up.opco, opened.link.subject_email),
        back_url=_need_url(opened),
    )


def _desk(public_id: str) -> Desk:
    opened = follow_up_or_404(public_id)
    return Desk(opened.follow_up, opened.actor, opened.author, _need_url(opened))


def _need_url(opened: OpenFollowUp) -> str:
    return url_for("partner.need", public_id=opened.follow_up.public_id)
