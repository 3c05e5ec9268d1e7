"""« OPCO à déterminer »: the queue, a search, and the correction of one company's OPCO with its reason."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField

from app.core.database import db
from app.domain.employers.models import Establishment
from app.domain.opco.determination import current_match
from app.domain.opco.hand_overs import correct_opco as correct
from app.domain.opco.lookup import Finding, unpack
from app.domain.opco.models import OpcoMatch, Source
from app.domain.opco.queues import matches_of, needs_without_opco, past_matches, search_companies
from app.domain.opco.register import opco_choices, opco_entry
from app.domain.opco.wording import note_of
from app.web.access import Permission, current_actor, may, requires
from app.web.forms.base import PostForm
from app.web.forms.choice import Choices
from app.web.forms.fields import Line, NoContactDetails
from app.web.forms.once import answered_before, run_once
from app.web.operator import blueprint

Answer = str | Response | tuple[str, int]
UNKNOWN = "inconnu"
MAX_TYPED = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One company of the list, with what is known of its OPCO."""

    company: Establishment
    opco: str
    note: str


class CorrectionForm(PostForm):
    """The right OPCO, and why; `seen` is the determination that was on the screen."""

    seen = HiddenField()
    opco = Choices("OPCO de cette entreprise", missing="Choisissez un OPCO, ou « Je ne sais pas ».")
    reason = Line(
        "Raison de la correction",
        limit=200,
        missing="Dites pourquoi vous corrigez cet OPCO.",
        checks=(NoContactDetails(),),
        description="Gardée au journal, sans nom de personne. Exemple : convention collective vérifiée.",
    )


@blueprint.get("/agents/besoins-sans-opco")
@requires(Permission.QUEUES_READ)
def without_opco() -> str:
    """Companies whose OPCO nobody knows, or that contest it; or those that a search finds."""
    text = "".join(filter(str.isprintable, request.args.get("q", "")[:MAX_TYPED])).strip()
    queue = needs_without_opco()
    companies = search_companies(text) if text else list(queue.establishments)
    matches = matches_of(companies)
    return render_template(
        "operator/without_opco.html",
        rows=[_row(company, matches.get(company.id)) for company in companies],
        text=text,
        count=queue.count,
        may_correct=may(Permission.OPCO_MANAGE),
    )


def _row(company: Establishment, match: OpcoMatch | None) -> Row:
    if match is None or match.opco is None:
        return Row(company, "À déterminer", _note(match))
    return Row(company, match.opco.short_name, _note(match))


def _note(match: OpcoMatch | None) -> str:
    if match is None:
        return ""
    said = note_of(match.source, match.confidence)
    other = opco_entry(match.contested_by) if match.contested_by else None
    return f"{said} ; l’entreprise indique {other.short_name}" if other else said


@blueprint.route("/agents/besoins-sans-opco/<string:public_id>", methods=["GET", "POST"])
@requires(Permission.OPCO_MANAGE)
def correct_opco(public_id: str) -> Answer:
    """What is known of one company's OPCO, and the correction."""
    query = sa.select(Establishment).where(Establishment.public_id == public_id)
    company = db.session.scalar(query) or abort(404)
    match = current_match(company)
    seen = str(match.id) if match is not None else "0"
    form = CorrectionForm(seen=seen) if request.method != "POST" else CorrectionForm()
    form.opco.offer([("", "Choisissez un OPCO"), *opco_choices(), (UNKNOWN, "Je ne sais pas")])
    if request.method != "POST":
        return _page(company, match, form)
    if (former := answered_before()) is not None:
        return former
    if not form.validate():
        return _page(company, match, form), 422
    if form.seen.data != seen:
        form.seen.data = seen
        form.add_error(form.opco, "L’OPCO a changé entre-temps. Relisez, puis choisissez de nouveau.")
        return _page(company, match, form), 409
    code = None if form.opco.chosen == UNKNOWN else form.opco.chosen

    def act() -> str:
        reason = str(form.reason.data)
        correct(company, opco_code=code, source=Source.AGENT, by=current_actor(), reason=reason)
        flash("OPCO enregistré. S’il a changé, les deux OPCO sont prévenus.", "success")
        return url_for("operator.correct_opco", public_id=public_id)

    return run_once(act)


def _page(company: Establishment, match: OpcoMatch | None, form: CorrectionForm) -> str:
    return render_template(
        "operator/correct_opco.html",
        company=company,
        present=_row(company, match),
        read_at=match.read_at if match is not None else None,
        registers=[_said(finding) for finding in unpack(match.findings)] if match is not None else [],
        past=[(_row(company, one), one.read_at) for one in past_matches(company)],
        form=form,
    )


def _said(finding: Finding) -> tuple[str, str, datetime]:
    entry = opco_entry(finding.opco_code) if finding.opco_code else None
    parts = [entry.short_name if entry else "", f"IDCC {finding.idcc}" if finding.idcc else ""]
    named = ", ".join(part for part in parts if part)
    said = f"{named} ({finding.said.label})" if named else finding.said.label
    return finding.service.label, said, finding.read_at
