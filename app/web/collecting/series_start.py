"""« Déposer plusieurs offres »: a table of companies and jobs, from a file or pasted."""

from flask import render_template, request
from flask_wtf.file import FileField
from werkzeug.wrappers import Response

from app.domain.deposits.reading import COLUMNS, HEADINGS, MOST_LINES, UnreadableTable, read_table
from app.domain.deposits.series import recent_series
from app.domain.employers.mandates import own_addresses
from app.extensions import limiter
from app.lists.spreadsheet import BOM, as_csv
from app.web.access import Permission, member
from app.web.collecting import blueprint
from app.web.collecting.line_form import prepared_from
from app.web.collecting.series_base import SERIES_AN_HOUR, Answer, prepare, structure
from app.web.csv_answer import csv_answer
from app.web.forms.base import PostForm
from app.web.forms.fields import Paragraph
from app.web.forms.once import answered_before

LARGEST_FILE = 200_000
BOTH = (
    "Vous avez donné un fichier et des lignes collées. Gardez les lignes, ou videz le cadre et choisissez de "
    "nouveau le fichier."
)
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
            form.add_error(form.file if form.file.data else form.table, str(problem))
        else:
            space = structure()
            return prepare(lambda: prepared_from(lines, space, own_addresses(space)))
    return _start_page(form), 422


def _table(form: TableForm) -> bytes | str:
    file, pasted = form.file.data, str(form.table.data or "")
    if not file:
        return pasted
    if pasted:
        raise UnreadableTable(BOTH)
    data = bytes(file.read(LARGEST_FILE + 1))
    if len(data) > LARGEST_FILE:
        raise UnreadableTable("Ce fichier est trop gros : 200 ko au plus.")
    return data


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


@blueprint.get("/espace/<string:organisation>/deposer-en-serie/modele")
@member(Permission.OFFER_MANAGE)
def series_model(organisation: str) -> Response:
    """A table with its titles and a line to imitate, which is never deposited."""
    return csv_answer(BOM + as_csv([HEADINGS, MODEL_EXAMPLE]), "modele-offres.csv")
