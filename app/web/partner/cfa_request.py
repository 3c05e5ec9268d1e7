"""The request of an employer, opened by a CFA from E21: read, answer in two screens at most, stop."""

from collections.abc import Callable

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.database import db
from app.core.errors import DomainError
from app.domain.accounts.models import Purpose
from app.domain.cfa_requests import services
from app.domain.cfa_requests.emails import LEVELS, whole_km
from app.domain.cfa_requests.lifecycle import GIVEN
from app.domain.cfa_requests.queries import why_no_answer
from app.web.access import by_link
from app.web.forms.base import PostForm
from app.web.forms.once import run_once
from app.web.partner import blueprint
from app.web.partner.cfa_forms import DECLINE, PROPOSE, RANKS, AnswerForm, CandidatesForm, TalkForm
from app.web.partner.cfa_rights import OpenRequest, request_or_404

Answer = str | Response | tuple[str, int]


@blueprint.route("/demandes/<string:public_id>", methods=["GET", "POST"])
@by_link(Purpose.CFA_REQUEST)
def cfa_request(public_id: str) -> Answer:
    """Screen 1: the offer, and the three answers; or what was answered."""
    opened = request_or_404(public_id)
    form = AnswerForm()
    if request.method != "POST":
        return _first_screen(opened, form)
    if not form.validate():
        return _first_screen(opened, form), 422
    if form.answer.data == PROPOSE:
        return redirect(url_for("partner.cfa_candidates", public_id=public_id), 303)
    if form.answer.data != DECLINE:
        return redirect(url_for("partner.cfa_message", public_id=public_id), 303)
    return _try(
        lambda: services.decline(opened.request, by=opened.actor),
        opened,
        lambda: _first_screen(opened, form),
    )


def _first_screen(opened: OpenRequest, form: AnswerForm) -> str:
    changing = request.method == "POST" or request.args.get("modifier") == "oui"
    return render_template(
        "partner/cfa_request.html",
        form=form,
        shows_form=changing or opened.request.status not in GIVEN,
        levels=LEVELS,
        **_about(opened),
    )


@blueprint.route("/demandes/<string:public_id>/candidats", methods=["GET", "POST"])
@by_link(Purpose.CFA_REQUEST)
def cfa_candidates(public_id: str) -> Answer:
    """Screen 2: the people proposed."""
    opened = request_or_404(public_id)
    if why_no_answer(opened.request.offer):
        return redirect(url_for("partner.cfa_request", public_id=public_id))
    if request.method != "POST":
        form = CandidatesForm(formdata=None, data=_typed_before(opened))
        return _candidates_page(opened, form)
    form = CandidatesForm()
    if not form.validate():
        return _candidates_page(opened, form), 422
    message = form.message.data or ""
    return _try(
        lambda: services.propose(opened.request, form.people, message=message, by=opened.actor),
        opened,
        lambda: _candidates_page(opened, form),
    )


def _typed_before(opened: OpenRequest) -> dict[str, object]:
    typed: dict[str, object] = {"message": opened.request.message or ""}
    for rank, candidate in enumerate(opened.request.candidates, start=1):
        typed[f"first_name_{rank}"] = candidate.first_name
        typed[f"email_{rank}"] = candidate.email
        typed[f"agreed_{rank}"] = True
    return typed


def _candidates_page(opened: OpenRequest, form: CandidatesForm) -> str:
    more_open = any(form.is_open(rank) for rank in RANKS[1:])
    return render_template(
        "partner/cfa_candidates.html", form=form, ranks=RANKS, more_open=more_open, **_about(opened)
    )


@blueprint.route("/demandes/<string:public_id>/message", methods=["GET", "POST"])
@by_link(Purpose.CFA_REQUEST)
def cfa_message(public_id: str) -> Answer:
    """Screen 2: a message to the employer, passed on by the portal."""
    opened = request_or_404(public_id)
    if why_no_answer(opened.request.offer):
        return redirect(url_for("partner.cfa_request", public_id=public_id))
    form = TalkForm()
    if request.method != "POST":
        return _page("partner/cfa_message.html", opened, form)
    if not form.validate():
        return _page("partner/cfa_message.html", opened, form), 422
    address = opened.link.subject_email if form.give_address.data else None
    return _try(
        lambda: services.ask_to_talk(
            opened.request, message=str(form.message.data), give_address=address, by=opened.actor
        ),
        opened,
        lambda: _page("partner/cfa_message.html", opened, form),
    )


@blueprint.get("/demandes/<string:public_id>/reponse")
@by_link(Purpose.CFA_REQUEST)
def cfa_answered(public_id: str) -> Answer:
    """« Réponse transmise »."""
    opened = request_or_404(public_id)
    if opened.request.status not in GIVEN:
        return redirect(url_for("partner.cfa_request", public_id=public_id))
    return render_template("partner/cfa_answered.html", **_about(opened))


@blueprint.route("/demandes/<string:public_id>/ne-plus-recevoir", methods=["GET", "POST"])
@by_link(Purpose.CFA_REQUEST)
def cfa_stop(public_id: str) -> Answer:
    """« Ne plus recevoir ces demandes »: a page that says it, then a button; for good."""
    opened = request_or_404(public_id)
    form = PostForm()
    if request.method == "POST" and form.validate():

        def end() -> str:
            services.opt_out(opened.request.cfa, by=opened.actor)
            return url_for("partner.cfa_stop", public_id=public_id)

        return run_once(end)
    return _page("partner/cfa_stop.html", opened, form)


def _try(act: Callable[[], None], opened: OpenRequest, show: Callable[[], str]) -> Answer:
    def answer() -> str:
        act()
        return url_for("partner.cfa_answered", public_id=opened.request.public_id)

    try:
        return run_once(answer)
    except DomainError:
        # Only the end of the offer refuses an answer: the page says it by itself.
        db.session.rollback()
        return show(), 409


def _page(template: str, opened: OpenRequest, form: PostForm) -> str:
    return render_template(template, form=form, **_about(opened))


def _about(opened: OpenRequest) -> dict[str, object]:
    asked = opened.request
    return {
        "asked": asked,
        "offer": asked.offer,
        "cfa": asked.cfa,
        "km": whole_km(asked.km),
        "closed": why_no_answer(asked.offer) or "",
        "request_url": url_for("partner.cfa_request", public_id=asked.public_id),
    }
