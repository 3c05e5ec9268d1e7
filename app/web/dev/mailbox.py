"""/dev/courriels: what the portal has sent, on this machine."""

from datetime import datetime
from pathlib import Path

from flask import Response, abort, current_app, jsonify, render_template

from app.web.access import public
from app.web.dev import blueprint
from app.web.dev.letters import Letter, letters

_SHOWN = 200
_WHY = "boîte aux lettres, en développement seulement"


def _all() -> list[Letter]:
    return letters(Path(current_app.extensions["settings"].data_dir))


def _one(number: int) -> Letter:
    return next((letter for letter in _all() if letter.id == number), None) or abort(404)


@blueprint.get("/dev/courriels")
@public(_WHY)
def mailbox() -> str:
    """The newest first."""
    found = _all()
    rows = [(letter, datetime.fromisoformat(letter.received_at)) for letter in found[-_SHOWN:][::-1]]
    return render_template("dev/letters.html", rows=rows, count=len(found))


@blueprint.get("/dev/courriels.json")
@public(_WHY)
def mailbox_json() -> Response:
    """A list, oldest first."""
    return jsonify([letter.public() for letter in _all()])


@blueprint.get("/dev/courriels/<int:number>")
@public(_WHY)
def letter(number: int) -> str:
    """One e-mail, its text and its links."""
    return render_template("dev/letter.html", letter=_one(number))


@blueprint.get("/dev/courriels/<int:number>/html")
@public(_WHY)
def letter_html(number: int) -> Response:
    """Its HTML part as it was sent."""
    return Response(_one(number).html, mimetype="text/html")
