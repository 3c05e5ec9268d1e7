"""« Demander des candidats aux CFA proches »."""

from collections.abc import Sequence
from typing import Any

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField, SelectMultipleField

from app.core.database import db
from app.core.errors import DomainError
from app.domain.accounts.models import Purpose
from app.domain.cfa_requests.emails import whole_km
from app.domain.cfa_requests.matching import RADIUS_KM, Near
from app.domain.cfa_requests.queries import Choice, choices_for
from app.domain.cfa_requests.services import ask_cfas
from app.domain.offers.models import Offer
from app.domain.offers.queries import is_visible
from app.web.access import by_link
from app.web.forms.base import PostForm
from app.web.forms.once import run_once
from app.web.manage import blueprint
from app.web.manage.loading import acting_on, offer_or_404
from app.web.manage.pages import short_job


class AskCfasForm(PostForm):
    """The CFAs to write to, none ticked; what isn't among them is no answer."""

    cfas = SelectMultipleField("CFA proches", choices=[], validate_choice=False)
    phone = BooleanField("Donner mon téléphone à ces CFA")

    def __init__(self, *args: Any, free: Sequence[Near] = (), **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.by_number = {number_of(near): near for near in free}

    @property
    def chosen(self) -> list[Near]:
        """Those that were ticked."""
        ticked = set(self.cfas.data or ())
        return [near for number, near in self.by_number.items() if number in ticked]


def number_of(near: Near) -> str:
    """What the page calls a CFA: its public number."""
    return str(near.cfa.siret or near.cfa.uai)


@blueprint.route("/gestion/offres/<string:public_id>/cfa", methods=["GET", "POST"])
@by_link(Purpose.MANAGEMENT, or_member=True)
def cfas(public_id: str) -> str | Response | tuple[str, int]:
    """Choose among the nearest, then send."""
    found = offer_or_404(public_id)
    choices = choices_for(found) if is_visible(found) else []
    form = AskCfasForm(free=[choice.near for choice in choices if choice.asked is None])
    if request.method != "POST":
        return _page(found, choices, form)
    if not form.validate():
        return _page(found, choices, form), 422

    def act() -> str:
        made = ask_cfas(found, form.chosen, give_phone=bool(form.phone.data), by=acting_on(found))
        count = len(made)
        flash(f"Demande envoyée à {count} CFA. Leurs réponses arrivent ici et par e-mail.", "success")
        return url_for("manage.offer", public_id=public_id)

    try:
        return run_once(act)
    except DomainError as refusal:
        db.session.rollback()
        form.add_error(form.cfas, refusal.message)
        return _page(found, choices, form), 422


def _page(found: Offer, choices: list[Choice], form: AskCfasForm) -> str:
    return render_template(
        "manage/cfas.html",
        offer=found,
        job=short_job(found),
        form=form,
        rows=[(number_of(one.near), one.near.cfa, whole_km(one.near.km), one.asked) for one in choices],
        is_online=is_visible(found),
        may_give_phone=bool(found.contact.phone),
        radius=round(RADIUS_KM),
        back_url=url_for("manage.offer", public_id=found.public_id),
    )
