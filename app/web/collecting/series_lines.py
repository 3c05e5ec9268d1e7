"""One line of a series: corrected in its page, or taken away; the others stay as they are."""

from typing import Any

from flask import flash, render_template, request
from werkzeug.datastructures import MultiDict

from app.core.database import db
from app.core.errors import Refused
from app.core.identifiers import Siret
from app.domain.deposits.checking import check_lines
from app.domain.deposits.depositing import note_company
from app.domain.deposits.models import Series, SeriesLine
from app.domain.deposits.reading import fold
from app.domain.deposits.series import correct_line, line_of, remove_line
from app.domain.employers.directory import LookUp
from app.domain.employers.mandates import own_addresses
from app.extensions import limiter
from app.web.access import Permission, member
from app.web.collecting import blueprint
from app.web.collecting.line_form import LineForm, prepared_of
from app.web.collecting.series_base import Answer, back_to, series_url, structure
from app.web.collecting.series_pages import apart_url, page_of, series_or_404
from app.web.forms.once import run_once
from app.web.outside import adapters, without_transaction

SEARCH_JOB = "metier"
# Each may ask the register; a person who corrects line after line takes longer.
LINES = "60 per 10 minutes"


@blueprint.route(
    "/espace/<string:organisation>/series/<string:series>/lignes/<int:number>", methods=["GET", "POST"]
)
@member(Permission.OFFER_MANAGE)
@limiter.limit(LINES, methods=["POST"])
def series_line(organisation: str, series: str, number: int) -> Answer:
    """What was typed in it, what is wrong, and the means to put it right."""
    found = series_or_404(series, to_change=request.method == "POST")
    line = line_of(found, number)
    if line is None:
        return back_to(found)
    if request.method != "POST":
        return _page(found, line, _saved(line))
    form = LineForm()
    form.of_structure(structure(), own_addresses(structure()))
    problems = form.problems()
    _show(form, problems)
    if request.form.get("act") == SEARCH_JOB:
        _show(form, tuple(one for one in problems if one[0] == "job" and not form.choice.hits))
        return _page(found, line, form)
    if problems:
        return _page(found, line, form), 422
    return _save(found, line, form)


def _save(found: Series, line: SeriesLine, form: LineForm) -> Answer:
    number, public_id, siret = line.number, found.public_id, Siret(form.siret.data or "")
    look_up: LookUp | None = None
    if line.siret != siret or line.company is None:
        look_up = without_transaction(lambda: adapters().directory.by_siret(siret))
        found = series_or_404(public_id, to_change=True)
        held = line_of(found, number)
        if held is None:
            return back_to(found)
        line = held
    prepared = form.prepared(number, anyway=bool(form.anyway.data))

    others = _same_job(found, line) if form.same.data else []

    def act() -> str:
        correct_line(line, prepared)
        for other in others:
            job = {name: prepared.typed[name] for name in ("job", "job_key")}
            typed, own = {**other.typed, **job}, own_addresses(structure())
            mended = prepared_of(other.number, typed, structure(), own, anyway=other.anyway)
            correct_line(other, mended)
        db.session.flush()
        if look_up is not None:
            note_company(siret, look_up)
        flash(f"Ligne {number} enregistrée.", "success")
        return series_url(found)

    return run_once(act)


def _same_job(series: Series, line: SeriesLine) -> list[SeriesLine]:
    """The other lines that name their job in the same words, and for which none is chosen yet."""
    words = fold(line.typed["job"])
    return [
        one
        for one in series.lines
        if one is not line
        and fold(one.typed["job"]) == words
        and any(name == "job" for name, _ in one.problems)
    ]


def _saved(line: SeriesLine) -> LineForm:
    typed = line.typed
    box = {"anyway": "y"} if line.anyway else {}
    values = MultiDict({**typed, "job_seen": typed.get("job", ""), **box})
    form = LineForm(formdata=values, meta={"csrf": False})
    form.of_structure(structure(), own_addresses(structure()))
    _show(form, form.problems())
    return form


def _show(form: LineForm, problems: tuple[tuple[str, str], ...]) -> None:
    """The sentences under their questions; a job to choose in a list is asked for there."""
    told: dict[str, Any] = dict(problems)
    if "job" in told and form.choice.hits:
        told["job_key"] = "Choisissez le métier dans cette liste."
        del told["job"]
    for field in form:
        field.errors = [told[field.name]] if field.name in told else []


def _page(series: Series, line: SeriesLine, form: LineForm) -> str:
    checked = next(one for one in check_lines(series) if one.line is line)
    told = {name for name, _ in line.problems}
    return render_template(
        "collecting/series_line.html",
        space=series.organisation,
        series=series,
        line=line,
        form=form,
        # What the form itself can't see: the register, the company's refusal.
        outside=[sentence for name, sentence in checked.problems if name not in told],
        twin=checked.twin,
        same=len(_same_job(series, line)),
        back_url=series_url(series),
        apart_url=apart_url(line, series.organisation.public_id),
    )


@blueprint.post("/espace/<string:organisation>/series/<string:series>/lignes/<int:number>/retirer")
@member(Permission.OFFER_MANAGE)
def remove(organisation: str, series: str, number: int) -> Answer:
    """Take one line away."""
    found = series_or_404(series, to_change=True)

    def act() -> str:
        if remove_line(found, number):
            flash(f"Ligne {number} retirée.", "success")
        return series_url(found)

    try:
        return run_once(act)
    except Refused as refused:
        message = refused.message
    db.session.rollback()
    return page_of(series_or_404(series), warning=message), 409
