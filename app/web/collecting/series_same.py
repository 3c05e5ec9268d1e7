"""Several jobs of one company: each becomes a line of a series."""

from flask import render_template, request

from app.domain.deposits.reading import MOST_LINES, tidy_cell
from app.domain.employers.mandates import own_addresses
from app.extensions import limiter
from app.web.access import Permission, member
from app.web.collecting import blueprint
from app.web.collecting.company_contact import CompanyAndContact
from app.web.collecting.line_form import prepared_of
from app.web.collecting.series_base import SERIES_AN_HOUR, Answer, prepare, structure
from app.web.forms.base import PostForm
from app.web.forms.choice import Choices
from app.web.forms.details import LEVELS
from app.web.forms.fields import Line, Paragraph
from app.web.forms.french_dates import StartDate
from app.web.forms.once import answered_before

NO_JOB = "Écrivez au moins un métier."


class SameCompanyForm(PostForm, CompanyAndContact):
    """One company, its contact, and a job on each line."""

    jobs = Paragraph(
        "Métiers, un par ligne",
        limit=10_000,
        missing=NO_JOB,
        description="Avec vos mots ou par leur code ROME : boulanger, vendeuse, D1102.",
    )
    level = Choices("Diplôme préparé", pairs=LEVELS)
    start = Line(
        "Début du contrat",
        limit=30,
        checks=(StartDate(),),
        description="Laissez vide pour « dès que possible ». Exemple : 01/09/2027",
    )


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
    space = structure()
    own = own_addresses(space)
    jobs = _jobs(form, form.company_problems(space, own)) if form.validate() else []
    if jobs:
        typed = _typed(form)
        return prepare(
            lambda: [
                prepared_of(number, {**typed, "job": job}, space, own)
                for number, job in enumerate(jobs, start=1)
            ]
        )
    return render_template("collecting/series_same_company.html", form=form, space=structure()), 422


def _jobs(form: SameCompanyForm, problems: tuple[tuple[str, str], ...]) -> list[str]:
    """The jobs, unless something is to be put right."""
    for name, sentence in problems:
        form.add_error(form[name], sentence)
    jobs = [job for job in map(tidy_cell, (form.jobs.data or "").splitlines()) if job]
    if not jobs:
        form.add_error(form.jobs, NO_JOB)
    if len(jobs) > MOST_LINES:
        form.add_error(form.jobs, f"{len(jobs)} métiers ; la limite est de {MOST_LINES}.")
    return [] if form.errors else jobs


def _typed(form: SameCompanyForm) -> dict[str, str]:
    names = ("siret", "level", "start", "name", "email", "phone")
    return {**{name: str(form[name].data or "") for name in names}, "openings": "1"}
