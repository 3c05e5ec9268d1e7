"""« Déposer plusieurs offres »: a table of companies and jobs, or several jobs of one company."""

import time
from collections.abc import Callable

from flask import Response as FlaskResponse
from flask import current_app, redirect, render_template, request, url_for
from flask_wtf.file import FileField
from werkzeug.wrappers import Response

from app.core.identifiers import InvalidIdentifier, Siret
from app.domain.deposits.depositing import note_company
from app.domain.deposits.models import Series
from app.domain.deposits.reading import (
    COLUMNS,
    HEADINGS,
    MOST_LINES,
    UnreadableTable,
    read_table,
    tidy_cell,
)
from app.domain.deposits.series import Prepared, prepare_series, recent_series
from app.domain.employers.directory import LookUp, Outcome
from app.domain.employers.mandates import own_addresses
from app.domain.offers.deposit import Collector
from app.domain.opco.export import BOM, as_csv
from app.domain.organisations.models import Organisation
from app.extensions import limiter
from app.web.access import Permission, current_account, current_membership, member
from app.web.collecting import blueprint
from app.web.collecting.line_form import prepared_from, prepared_of
from app.web.forms.base import PostForm
from app.web.forms.choice import Choices
from app.web.forms.details import LEVELS
from app.web.forms.fields import EmailAddress, Line, Paragraph, PhoneNumber
from app.web.forms.french_dates import StartDate
from app.web.forms.once import answered_before, run_once
from app.web.forms.siret import siret_problem
from app.web.outside import adapters, without_transaction

Answer = str | Response | tuple[str, int]
LARGEST_FILE = 200_000
# A page waits no longer for the register: what it hasn't said yet is asked for by a job.
LOOK_UP_SECONDS = 4.0
SERIES_AN_HOUR = "30 per hour"
MODEL_EXAMPLE = (
    "Exemple : 732 829 320 00074", "boulanger", "CAP", "01/09/2027", "1", "Camille Fabre",
    "camille@boulangerie-fabre.fr", "05 65 00 00 00",
)  # fmt: skip


class TableForm(PostForm):
    """A file, or lines pasted from a spreadsheet."""

    file = FileField("Fichier CSV", description="200 ko au plus. Un classeur s’enregistre au format CSV.")
    table = Paragraph(
        "Ou collez ici les lignes de votre tableur",
        limit=LARGEST_FILE,
        description="Avec la ligne de titres. Les colonnes viennent telles quelles.",
    )


class SameCompanyForm(PostForm):
    """One company, its contact, and a job on each line."""

    siret = Line(
        "SIRET de l’entreprise",
        limit=40,
        missing="Indiquez le SIRET de l’entreprise : 14 chiffres.",
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    jobs = Paragraph(
        "Métiers, un par ligne",
        limit=10_000,
        missing="Écrivez au moins un métier.",
        description="Avec vos mots ou par leur code ROME : boulanger, vendeuse, D1102.",
    )
    level = Choices("Diplôme préparé", pairs=LEVELS)
    start = Line(
        "Début du contrat",
        limit=30,
        checks=(StartDate(),),
        description="Laissez vide pour « dès que possible ». Exemple : 01/09/2027",
    )
    name = Line("Nom du contact dans l’entreprise", limit=80, missing="Indiquez le nom du contact.")
    email = Line(
        "Son adresse e-mail",
        limit=254,
        missing="Indiquez l’adresse e-mail du contact dans l’entreprise.",
        checks=(EmailAddress(),),
        render_kw={"inputmode": "email", "autocomplete": "off", "spellcheck": "false"},
    )
    phone = Line("Son téléphone", limit=40, checks=(PhoneNumber(),), render_kw={"inputmode": "tel"})


def structure() -> Organisation:
    """The structure of this space."""
    return current_membership().organisation


def collector() -> Collector:
    """The structure, and the member who is at this page."""
    account = current_account()
    if account is None:
        raise LookupError("nobody is signed in")
    return Collector(structure(), account)


@blueprint.route("/espace/<string:organisation>/deposer-en-serie", methods=["GET", "POST"])
@member(Permission.OFFER_MANAGE)
@limiter.limit(SERIES_AN_HOUR, methods=["POST"])
def series_start(organisation: str) -> Answer:
    """The table; then the page that reads it again."""
    form = TableForm()
    if request.method != "POST":
        return _start_page(form)
    if (former := answered_before()) is not None:
        return former
    if form.validate():
        try:
            lines = read_table(_table(form))
        except UnreadableTable as problem:
            form.add_error(form.table, str(problem))
        else:
            space = structure()
            return prepare(lambda: prepared_from(lines, space, own_addresses(space)))
    return _start_page(form), 422


def _table(form: TableForm) -> bytes | str:
    file = form.file.data
    data = file.read(LARGEST_FILE + 1) if file else b""
    if len(data) > LARGEST_FILE:
        raise UnreadableTable("Ce fichier est trop gros : 200 ko au plus.")
    return bytes(data) or str(form.table.data or "")


def _start_page(form: TableForm) -> str:
    return render_template(
        "collecting/series_start.html",
        form=form,
        space=structure(),
        columns=list(COLUMNS.values()),
        example=MODEL_EXAMPLE,
        most=MOST_LINES,
        recent=recent_series(structure()),
    )


@blueprint.get("/espace/<string:organisation>/deposer-en-serie/modele.csv")
@member(Permission.OFFER_MANAGE)
def series_model(organisation: str) -> Response:
    """A table with its titles and a line to imitate, which is never deposited."""
    return csv_answer(BOM + as_csv([HEADINGS, MODEL_EXAMPLE]), "modele-offres.csv")


def csv_answer(text: str, name: str) -> Response:
    """A file to save."""
    response = FlaskResponse(text, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.route("/espace/<string:organisation>/deposer-en-serie/meme-entreprise", methods=["GET", "POST"])
@member(Permission.OFFER_MANAGE)
@limiter.limit(SERIES_AN_HOUR, methods=["POST"])
def series_same_company(organisation: str) -> Answer:
    """Several jobs of one company; then the same page as for a table."""
    form = SameCompanyForm(data={"siret": request.args.get("siret", "")[:20]})
    if request.method != "POST":
        return render_template("collecting/series_same_company.html", form=form, space=structure())
    if (former := answered_before()) is not None:
        return former
    jobs = _jobs(form) if form.validate() else []
    if jobs:
        space, typed = structure(), _typed(form)
        own = own_addresses(space)
        return prepare(
            lambda: [
                prepared_of(number, {**typed, "job": job}, space, own)
                for number, job in enumerate(jobs, start=1)
            ]
        )
    return render_template("collecting/series_same_company.html", form=form, space=structure()), 422


def _jobs(form: SameCompanyForm) -> list[str]:
    try:
        Siret(form.siret.data or "")
    except InvalidIdentifier as problem:
        form.add_error(form.siret, siret_problem(problem))
        return []
    jobs = [job for job in map(tidy_cell, (form.jobs.data or "").splitlines()) if job]
    if len(jobs) > MOST_LINES:
        form.add_error(form.jobs, f"{len(jobs)} métiers ; la limite est de {MOST_LINES}.")
        return []
    return jobs


def _typed(form: SameCompanyForm) -> dict[str, str]:
    names = ("siret", "level", "start", "name", "email", "phone")
    return {**{name: str(form[name].data or "") for name in names}, "openings": "1"}


def prepare(lines: Callable[[], list[Prepared]]) -> Response:
    """Keep the lines, once their companies have been asked for in the time that a page may take."""
    prepared = lines()
    answers = asked_at_once(prepared)

    def act() -> str:
        series = prepare_series(collector(), prepared)
        note_answers(answers)
        return series_url(series)

    return run_once(act)


def asked_at_once(lines: list[Prepared]) -> dict[Siret, LookUp]:
    """What the register says in the time of a page, outside any transaction."""
    return without_transaction(lambda: _look_up(lines))


def note_answers(answers: dict[Siret, LookUp]) -> None:
    """Keep it with the lines."""
    for siret, look_up in answers.items():
        note_company(siret, look_up)


def _look_up(lines: list[Prepared]) -> dict[Siret, LookUp]:
    """What the register says in a few seconds; nothing more once it has been silent."""
    directory, begun = adapters().directory, time.monotonic()
    found: dict[Siret, LookUp] = {}
    for line in lines:
        if line.problems or time.monotonic() - begun > LOOK_UP_SECONDS:
            continue
        siret = Siret(line.typed["siret"])
        if siret in found:
            continue
        look_up = directory.by_siret(siret)
        if look_up.outcome is Outcome.UNAVAILABLE:
            current_app.logger.info("series: the register is silent")
            break
        found[siret] = look_up
    return found


def series_url(series: Series) -> str:
    """The page of a series."""
    return url_for(
        "collecting.series_page",
        organisation=series.organisation.public_id,
        series=series.public_id,
    )


def back_to(series: Series) -> Response:
    """To the page of a series."""
    return redirect(series_url(series), 303)
