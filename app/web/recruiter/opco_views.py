"""« Enregistrer cette vue »: filters and order of the board under a name, for oneself or for the team."""

from typing import Any

from flask import abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField

from app.core.database import db
from app.core.errors import Refused
from app.lists.models import SavedView
from app.lists.saved_views import change_view, delete_view, save_view, view_for, views_of
from app.web.access import Permission, current_account, may, member
from app.web.forms.base import PostForm
from app.web.forms.fields import Line
from app.web.forms.once import answered_before, run_once
from app.web.recruiter import blueprint
from app.web.recruiter.opco_board import PLACE, list_args
from app.web.recruiter.opco_space import OpcoSpace, opco_space_or_404

Answer = str | Response | tuple[str, int]


class ViewForm(PostForm):
    """A name, and for whom."""

    title = Line(
        "Nom de la vue",
        limit=60,
        missing="Donnez un nom à cette vue.",
        description="Par exemple : boulangeries de l’Aveyron.",
        render_kw={"autocomplete": "off"},
    )
    is_shared = BooleanField("La partager avec tous les membres de votre structure")


@blueprint.route("/espace/<string:organisation>/entreprises/vues/enregistrer", methods=["GET", "POST"])
@member(Permission.SPACE_READ)
def opco_save_view(organisation: str) -> Answer:
    """Keep the filters and the order of the address."""
    here, form = opco_space_or_404(), _form()
    asked = list_args(request.args)
    if request.method != "POST":
        return _page(here, form, asked=asked)
    if not form.validate():
        return _page(here, form, asked=asked), 422

    def save() -> str:
        save_view(
            PLACE,
            title=str(form.title.data),
            asked=asked,
            is_shared=_shared(form),
            account_id=_me(),
            organisation_id=here.space.id,
        )
        flash("Vue enregistrée.", "success")
        return url_for("recruiter.opco_board", organisation=here.space.public_id, **asked)

    try:
        return run_once(save)
    except Refused as refused:
        db.session.rollback()
        form.add_error(form.title, refused.message)
        return _page(here, form, asked=asked), 422


@blueprint.get("/espace/<string:organisation>/entreprises/vues")
@member(Permission.SPACE_READ)
def opco_views(organisation: str) -> str:
    """One's own and the team's, to rename or delete."""
    here = opco_space_or_404()
    found = views_of(PLACE, account_id=_me(), organisation_id=here.space.id)
    mine = {view.id for view in found if view.account_id == _me() or (view.is_shared and _manages())}
    return render_template(
        "recruiter/opco_views.html", space=here.space, views=found, mine=mine, form=PostForm()
    )


@blueprint.route("/espace/<string:organisation>/entreprises/vues/<int:number>", methods=["GET", "POST"])
@member(Permission.SPACE_READ)
def opco_change_view(organisation: str, number: int) -> Answer:
    """Another name, or another reader."""
    here = opco_space_or_404()
    view = _view_or_404(here, number)
    form = _form(view) if request.method == "GET" else _form()
    if request.method != "POST":
        return _page(here, form, asked=view.asked, view=view)
    if not form.validate():
        return _page(here, form, asked=view.asked, view=view), 422

    def change() -> str:
        shared = _shared(form) if _may_share() else view.is_shared
        change_view(view, title=str(form.title.data), is_shared=shared)
        flash("Vue modifiée.", "success")
        return _list_url(here)

    try:
        return run_once(change)
    except Refused as refused:
        db.session.rollback()
        form.add_error(form.title, refused.message)
        return _page(here, form, asked=view.asked, view=view), 422


@blueprint.post("/espace/<string:organisation>/entreprises/vues/<int:number>/supprimer")
@member(Permission.SPACE_READ)
def opco_delete_view(organisation: str, number: int) -> Answer:
    """The companies themselves don't change."""
    here = opco_space_or_404()
    before = answered_before()
    if before is not None:
        return before
    view = _view_or_404(here, number)

    def delete() -> str:
        delete_view(view)
        flash("Vue supprimée.", "success")
        return _list_url(here)

    return run_once(delete)


def _form(view: SavedView | None = None) -> ViewForm:
    """Readers keep views for themselves alone."""
    form = ViewForm(data={"title": view.title, "is_shared": view.is_shared}) if view else ViewForm()
    if not _may_share():
        del form.is_shared
    return form


def _shared(form: ViewForm) -> bool:
    return _may_share() and bool(form.is_shared.data)


def _may_share() -> bool:
    return may(Permission.FOLLOW_UP_MANAGE)


def _manages() -> bool:
    return may(Permission.MEMBERS_MANAGE)


def _view_or_404(here: OpcoSpace, number: int) -> SavedView:
    found = view_for(
        number, place=PLACE, account_id=_me(), manages=_manages(), organisation_id=here.space.id
    )
    return found or abort(404)


def _page(here: OpcoSpace, form: ViewForm, *, asked: dict[str, Any], view: SavedView | None = None) -> str:
    board = url_for("recruiter.opco_board", organisation=here.space.public_id, **asked)
    organisation = here.space.public_id
    if view is None:
        action, back = url_for("recruiter.opco_save_view", organisation=organisation, **asked), board
    else:
        back = _list_url(here)
        action = url_for("recruiter.opco_change_view", organisation=organisation, number=view.id)
    return render_template(
        "recruiter/opco_view.html", space=here.space, form=form, view=view, back_url=back, action=action
    )


def _me() -> int:
    account = current_account() or abort(404)
    return account.id


def _list_url(here: OpcoSpace) -> str:
    return url_for("recruiter.opco_views", organisation=here.space.public_id)
