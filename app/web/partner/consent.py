"""« Donner ou refuser mon accord »: the page of a person whom a CFA proposes, opened from E52."""

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.database import db
from app.core.errors import DomainError
from app.domain.accounts.models import Purpose
from app.domain.cfa_requests.consent import ANSWER_WITHIN, agree, refuse
from app.web.access import by_link, public
from app.web.forms.once import answered_before, run_once
from app.web.partner import blueprint
from app.web.partner.cfa_forms import AGREE, ConsentForm
from app.web.partner.cfa_rights import OpenProposal, proposal_or_404


@blueprint.route("/accord/<string:public_id>", methods=["GET", "POST"])
@by_link(Purpose.CONSENT)
def consent(public_id: str) -> str | Response | tuple[str, int]:
    """What the employer would see, and the two answers; an agreement can be taken back here."""
    if request.method == "POST" and (former := answered_before()):
        # A double press on « Je refuse »: there is nothing left to load.
        return former
    opened = proposal_or_404(public_id)
    form = ConsentForm()
    if request.method != "POST":
        return _page(opened, form)
    if not form.validate():
        return _page(opened, form), 422

    def act() -> str:
        if form.answer.data == AGREE:
            if agree(opened.candidate, by=opened.actor):
                flash("Accord donné. L’entreprise peut vous écrire.", "success")
            return url_for("partner.consent", public_id=public_id)
        refuse(opened.candidate, by=opened.actor)
        return url_for("partner.consent_refused")

    try:
        return run_once(act)
    except DomainError as refusal:
        db.session.rollback()
        return _page(opened, form, refusal=refusal.message), 409


def _page(opened: OpenProposal, form: ConsentForm, *, refusal: str = "") -> str:
    asked = opened.candidate.request
    return render_template(
        "partner/consent.html",
        form=form,
        candidate=opened.candidate,
        offer=asked.offer,
        cfa=asked.cfa,
        until=opened.candidate.proposed_at + ANSWER_WITHIN,
        refusal=refusal,
        has_errors=bool(refusal or form.errors),
    )


@blueprint.get("/accord-refuse")
@public("suite du refus d’une proposition")
def consent_refused() -> str:
    """Nothing is left of the person."""
    return render_template("partner/consent_refused.html")
