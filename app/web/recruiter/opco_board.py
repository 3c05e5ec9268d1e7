"""« Entreprises à accompagner »: the companies of an OPCO's field, by step, filtered by the address."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import abort, render_template, request

from app.core.database import db
from app.domain.offers.origins import Origin
from app.domain.opco.board import board
from app.domain.opco.board_acts import choices
from app.domain.opco.board_filter import AGE_LABELS, EVERY_STEP, ORIGIN_LABELS, BoardFilter
from app.domain.opco.board_order import Order
from app.domain.reference.places import departments
from app.lists.batches import MOST
from app.lists.saved_views import views_of
from app.web.access import Permission, current_account, may, member
from app.web.forms.base import PostForm
from app.web.numbers import page_asked
from app.web.recruiter import blueprint
from app.web.recruiter.opco_space import OpcoSpace, opco_space_or_404

SIZES = (20, 50, 100)
PLACE = "opco_board"
SELECTED_PAGE, SELECTED_ALL = "page", "tout"


@blueprint.get("/espace/<string:organisation>/entreprises")
@member(Permission.SPACE_READ)
def opco_board(organisation: str) -> str:
    """One row a company, its offers below; the counters follow the filters."""
    return board_page(opco_space_or_404())


def board_page(here: OpcoSpace, *, refusals: Sequence[tuple[str, str]] = ()) -> str:
    """The board as the address asks for it; `refusals`: why what was posted from it can't be done."""
    account = current_account() or abort(404)
    wanted, order, size = BoardFilter.of(request.args), Order.of(request.args), _size(request.args)
    acts = may(Permission.FOLLOW_UP_MANAGE)
    return render_template(
        "recruiter/opco_board.html",
        space=here.space,
        opco=here.opco,
        wanted=wanted,
        order=order,
        kept=list_args(request.args),
        found=board(here.opco, wanted, order=order, page=page_asked(), size=size),
        size=size,
        sizes=SIZES,
        filters=_filters(wanted),
        every_step=EVERY_STEP,
        views=views_of(PLACE, account_id=account.id, organisation_id=here.space.id),
        acts=choices(here.space) if acts else [],
        selection=_selection() if acts else "",
        ticked=set(request.form.getlist("choix")),
        most=MOST,
        refusals=refusals,
        form=PostForm(),
    )


def list_args(args: Mapping[str, str]) -> dict[str, Any]:
    """Filters, step, order and rows of an address, but the page: what a view keeps."""
    size = _size(args)
    rows = {"lignes": str(size)} if size != SIZES[0] else {}
    return {**BoardFilter.of(args).args, **Order.of(args).args, **rows}


def _selection() -> str:
    """Ticked beforehand: the page, all the results, or nothing."""
    asked = request.form.get("selection") or request.args.get("selection", "")
    return asked if asked in {SELECTED_PAGE, SELECTED_ALL} else ""


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


def _size(args: Mapping[str, str]) -> int:
    asked = args.get("lignes", "")
    return next((size for size in SIZES if str(size) == asked), SIZES[0])
