"""« Entreprises à accompagner »: the companies of an OPCO's field, by step, filtered by the address."""

from typing import Any

import sqlalchemy as sa
from flask import render_template, request

from app.core.database import db
from app.domain.offers.origins import Origin
from app.domain.opco.board import board
from app.domain.opco.board_filter import AGE_LABELS, EVERY_STEP, ORIGIN_LABELS, BoardFilter
from app.domain.opco.funnel import funnel
from app.domain.reference.places import departments
from app.web.access import Permission, member
from app.web.forms.base import PostForm
from app.web.recruiter import blueprint
from app.web.recruiter.opco_space import opco_space_or_404

SIZES = (20, 50, 100)


@blueprint.get("/espace/<string:organisation>/entreprises")
@member(Permission.SPACE_READ)
def opco_board(organisation: str) -> str:
    """One row a company, its offers below; the counters follow the filters."""
    here = opco_space_or_404()
    wanted = BoardFilter.of(request.args)
    size = _size()
    return render_template(
        "recruiter/opco_board.html",
        space=here.space,
        opco=here.opco,
        wanted=wanted,
        found=board(here.opco, wanted, page=_page(), size=size),
        funnel=funnel(here.opco, wanted),
        size=size,
        sizes=SIZES,
        filters=_filters(wanted),
        every_step=EVERY_STEP,
        form=PostForm(),
    )


def _filters(wanted: BoardFilter) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """(name, label, chosen, choices) of each list."""
    origins = db.session.execute(sa.select(Origin.code, Origin.label).order_by(Origin.label)).all()
    ages = [(age.value, label) for age, label in AGE_LABELS.items()]
    return [
        ("departement", "Département", wanted.department, list(departments())),
        (
            "origine",
            "Déposée par",
            wanted.origin,
            [*ORIGIN_LABELS.items(), *((code, label) for code, label in origins)],
        ),
        ("anciennete", "À cette étape depuis", wanted.age.value if wanted.age else "", ages),
    ]


def _page() -> int:
    number: Any = request.args.get("page", "1")
    return max(1, min(int(number), 100_000)) if number.isascii() and number.isdigit() else 1


def _size() -> int:
    asked = request.args.get("lignes", "")
    return next((size for size in SIZES if str(size) == asked), SIZES[0])
