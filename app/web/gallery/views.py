"""/dev/composants: each macro in each of its states."""

from datetime import UTC, datetime

from flask import Blueprint, abort, render_template, url_for

from app.web.access import public
from app.web.gallery.forms import LONG, sample

STATES = {"vide": "empty", "rempli": "filled", "erreur": "error", "long": "long"}
FAMILIES = {"formulaires": "Champs", "blocs": "Blocs", "listes": "Listes"}
ENTRIES = (
    (datetime(2026, 11, 22, 9, 5, tzinfo=UTC), "Vous", "Offre déposée"),
    (datetime(2026, 11, 22, 9, 7, tzinfo=UTC), "Dépôt Alternance", "Message de confirmation envoyé"),
    (datetime(2026, 11, 22, 13, 30, tzinfo=UTC), "", "Offre mise en ligne"),
)

blueprint = Blueprint("gallery", __name__)


@blueprint.get("/dev/composants")
@public("galerie des composants, en développement seulement")
def index() -> str:
    """The families and their states."""
    return render_template("gallery/index.html", families=FAMILIES, states=STATES)


@blueprint.get("/dev/composants/<string:family>/<string:state>")
@public("galerie des composants, en développement seulement")
def page(family: str, state: str) -> str:
    """One family in one state."""
    if family not in FAMILIES or state not in STATES:
        abort(404)
    kind = STATES[state]
    return render_template(
        f"gallery/{family}.html",
        family=FAMILIES[family],
        state=state,
        kind=kind,
        form=sample(kind) if family == "formulaires" else None,
        label=LONG if kind == "long" else "Boulanger ou boulangère",
        entries=ENTRIES,
        page_url=_page_url,
        sort_url=_page_url,
    )


def _page_url(_wanted: object) -> str:
    return url_for("gallery.index")
