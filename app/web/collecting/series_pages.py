"""A series read again, ordered, followed: one page, then its result."""

from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.database import db
from app.core.errors import Conflict, Refused
from app.core.french import plural
from app.domain.deposits.checking import check_lines
from app.domain.deposits.lifecycle import LineStatus, SeriesStatus
from app.domain.deposits.models import Series, SeriesLine
from app.domain.deposits.reading import HEADINGS
from app.domain.deposits.series import (
    ignored_lines,
    note_seen,
    order_series,
    retry_series,
    series_of,
    stop_series,
)
from app.domain.employers.mandates import own_addresses
from app.domain.offers.lifecycle import OfferStatus
from app.extensions import limiter
from app.lists.spreadsheet import BOM, as_csv
from app.web.access import Permission, current_actor, member
from app.web.collecting import blueprint
from app.web.collecting.line_form import prepared_of
from app.web.collecting.series_base import (
    Answer,
    asked_at_once,
    collector,
    note_answers,
    series_url,
    structure,
)
from app.web.csv_answer import csv_answer
from app.web.forms.base import PostForm
from app.web.forms.details import LEVEL_LABELS
from app.web.forms.once import answered_before, run_once
from app.web.numbers import whole_number

# What a person reads of an offer of the series: word, and kind of badge.
RESULTS = {
    OfferStatus.ONLINE: ("En ligne", "success"),
    OfferStatus.TO_CONFIRM: ("Attend la confirmation de l’entreprise", "info"),
    OfferStatus.HELD: ("En vérification", "warning"),
    OfferStatus.SUSPENDED: ("Correction demandée", "warning"),
    OfferStatus.ENDED: ("Terminée", ""),
    OfferStatus.DRAFT: ("Brouillon", ""),
}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many lines have come how far."""

    deposited: int
    waiting: int
    ignored: int


def series_or_404(public_id: str, *, to_change: bool = False) -> Series:
    """A series of this structure."""
    return series_of(structure(), public_id, to_change=to_change) or abort(404)


@blueprint.get("/espace/<string:organisation>/series/<string:series>")
@member(Permission.OFFER_MANAGE)
def series_page(organisation: str, series: str) -> str:
    """Before the order what was understood, after it what became of each line."""
    return page_of(series_or_404(series))


def page_of(series: Series, *, warning: str = "") -> str:
    """The page of a series in its present state."""
    if series.status is not SeriesStatus.PREPARING:
        return _result_page(series)
    checked = check_lines(series)
    return render_template(
        "collecting/series_review.html",
        space=series.organisation,
        series=series,
        checked=checked,
        ready=sum(one.is_ready for one in checked),
        wrong=[one for one in checked if not one.is_ready],
        levels=LEVEL_LABELS,
        warning=warning,
        has_errors=bool(warning),
        form=PostForm(),
    )


def _result_page(series: Series) -> str:
    counts = _counts(series)
    return render_template(
        "collecting/series_result.html",
        space=series.organisation,
        series=series,
        counts=counts,
        rows=[(line, *_result(line)) for line in series.lines],
        form=PostForm(),
    )


def _counts(series: Series) -> Counts:
    statuses = [line.status for line in series.lines]
    return Counts(
        statuses.count(LineStatus.DEPOSITED),
        statuses.count(LineStatus.WAITING),
        statuses.count(LineStatus.IGNORED),
    )


def _result(line: SeriesLine) -> tuple[str, str, str]:
    """Word, kind of badge, and the sentence under it."""
    if line.status is LineStatus.IGNORED:
        return "Non déposée", "error", line.reason
    if line.offer is not None:
        return *RESULTS[line.offer.status], ""
    if line.status is LineStatus.DEPOSITED:
        return "Effacée, faute de confirmation", "", ""
    if not line.tries:
        return "En attente", "info", ""
    silent = "Le registre des entreprises ne répond pas. Nous réessayons."
    return "En attente", "info", "Un incident de notre côté. Nous réessayons." if line.company else silent


@blueprint.post("/espace/<string:organisation>/series/<string:series>/commander")
@member(Permission.OFFER_MANAGE)
@limiter.limit("60 per hour")
def order(organisation: str, series: str) -> Answer:
    """« Déposer les 17 offres »: those of the page that was shown, once."""
    if (former := answered_before()) is not None:
        return former
    found = series_or_404(series, to_change=True)
    count = whole_number(request.form.get("count", ""))

    def act() -> str:
        order_series(found, count=count, version=request.form.get("version", ""), by=current_actor())
        return series_url(found)

    try:
        return run_once(act)
    except (Conflict, Refused) as refusal:
        message = refusal.message
    db.session.rollback()
    return page_of(series_or_404(series), warning=message), 409


@blueprint.post("/espace/<string:organisation>/series/<string:series>/arreter")
@member(Permission.OFFER_MANAGE)
def stop(organisation: str, series: str) -> Response:
    """« Arrêter »: the line that is being deposited is finished, the others aren't begun."""
    found = series_or_404(series, to_change=True)

    def act() -> str:
        left = stop_series(found, by=current_actor())
        if left:
            words = plural(left, "ligne n’a pas été déposée", "lignes n’ont pas été déposées")
            flash(f"Série arrêtée : {left} {words}.", "success")
        return series_url(found)

    return run_once(act)


@blueprint.post("/espace/<string:organisation>/series/<string:series>/vue")
@member(Permission.OFFER_MANAGE)
def seen(organisation: str, series: str) -> Response:
    """« Retirer ce rappel »: its result leaves « À faire maintenant »."""
    found = series_or_404(series, to_change=True)

    def act() -> str:
        note_seen(found)
        flash("C’est noté. Vous retrouverez ce résultat dans « Déposer plusieurs offres ».", "success")
        return url_for("recruiter.dashboard", organisation=organisation)

    return run_once(act)


@blueprint.get("/espace/<string:organisation>/series/<string:series>/lignes-ignorees")
@member(Permission.OFFER_MANAGE)
def ignored(organisation: str, series: str) -> Response:
    """What wasn't deposited, with the reason of each: the same columns as the model, to send again."""
    found = series_or_404(series)
    lines = [(*_cells(line), line.reason) for line in ignored_lines(found)]
    return csv_answer(BOM + as_csv([(*HEADINGS, "Raison"), *lines]), "lignes-ignorees.csv")


def _cells(line: SeriesLine) -> tuple[str, ...]:
    typed = line.typed
    level = typed.get("level", "")
    known = LEVEL_LABELS.get(int(level), level) if level.isdigit() and len(level) == 1 else level
    names = ("siret", "job", "level", "start", "openings", "name", "email", "phone")
    return tuple(known if name == "level" else typed.get(name, "") for name in names)


@blueprint.post("/espace/<string:organisation>/series/<string:series>/reessayer")
@member(Permission.OFFER_MANAGE)
@limiter.limit("60 per hour")
def retry(organisation: str, series: str) -> Response:
    """« Réessayer ces 5 »: a new series of them, to be corrected first."""
    found = series_or_404(series)
    if found.status is not SeriesStatus.DONE or not ignored_lines(found):
        return redirect(series_url(found), 303)
    space = structure()
    own = own_addresses(space)
    lines = [
        prepared_of(line.number, line.typed, space, own, anyway=line.anyway) for line in ignored_lines(found)
    ]
    answers = asked_at_once(lines)
    held = series_or_404(series, to_change=True)

    def act() -> str:
        made = retry_series(held, collector(), lines)
        note_answers(answers)
        return series_url(made)

    return run_once(act)


def apart_url(line: SeriesLine, organisation: str) -> str:
    """Where an offer that a series can't deposit is deposited by itself."""
    return url_for("deposit.for_company", organisation=organisation, q=str(line.siret or ""))
