"""« Enregistrer cette vue »: filters and order of a list, for oneself or for the team."""

from typing import Any

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.core.errors import Refused
from app.lists.models import SavedView

MOST = 30


def views_of(place: str, *, account_id: int, organisation_id: int | None = None) -> list[SavedView]:
    """One's own and those of the team, by name."""
    query = sa.select(SavedView).where(
        SavedView.place == place,
        SavedView.organisation_id.is_not_distinct_from(organisation_id),
        sa.or_(SavedView.account_id == account_id, SavedView.is_shared),
    )
    return list(db.session.scalars(query.order_by(sa.func.lower(SavedView.title), SavedView.id).limit(200)))


def save_view(
    place: str,
    *,
    title: str,
    asked: dict[str, Any],
    is_shared: bool,
    account_id: int,
    organisation_id: int | None = None,
) -> SavedView:
    """Keep what is asked for. Raises Refused for a name already taken, or too many views."""
    mine = [
        view
        for view in views_of(place, account_id=account_id, organisation_id=organisation_id)
        if view.account_id == account_id
    ]
    if len(mine) >= MOST:
        raise Refused(f"Vous avez déjà {MOST} vues : supprimez-en une d’abord.")
    _free(title, place=place, account_id=account_id, organisation_id=organisation_id)
    view = SavedView(
        place=place,
        title=title,
        asked=asked,
        is_shared=is_shared,
        account_id=account_id,
        organisation_id=organisation_id,
        made_at=clock.now(),
    )
    db.session.add(view)
    db.session.flush()
    return view


def change_view(view: SavedView, *, title: str, is_shared: bool) -> None:
    """Another name, for oneself or for the team. Raises Refused for a name already taken."""
    _free(
        title,
        place=view.place,
        account_id=view.account_id,
        organisation_id=view.organisation_id,
        but=view.id,
    )
    view.title, view.is_shared = title, is_shared


def delete_view(view: SavedView) -> None:
    """Forget it; the list itself doesn't change."""
    db.session.delete(view)


def view_for(
    number: int, *, place: str, account_id: int, manages: bool, organisation_id: int | None = None
) -> SavedView | None:
    """A view that this person may change: one's own, or the team's for who `manages` the team."""
    view = db.session.get(SavedView, number)
    if view is None or view.place != place or view.organisation_id != organisation_id:
        return None
    return view if view.account_id == account_id or (manages and view.is_shared) else None


def _free(
    title: str, *, place: str, account_id: int, organisation_id: int | None, but: int | None = None
) -> None:
    shown = views_of(place, account_id=account_id, organisation_id=organisation_id)
    if any(view.title.casefold() == title.casefold() and view.id != but for view in shown):
        raise Refused("Une vue porte déjà ce nom. Choisissez-en un autre.")
