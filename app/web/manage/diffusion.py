"""One place of diffusion of an offer: its state, its journal, and what can be asked of it."""

from flask import abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.audit import journal
from app.core.errors import Refused
from app.domain.accounts.models import Purpose
from app.domain.diffusion import orders
from app.domain.diffusion.models import Diffusion
from app.domain.diffusion.platform import Platform
from app.domain.diffusion.registry import PLATFORMS, open_platforms
from app.domain.diffusion.whereabouts import line_of
from app.domain.offers.models import Offer
from app.domain.offers.queries import is_visible
from app.web.access import by_link
from app.web.forms.base import PostForm
from app.web.forms.once import run_once
from app.web.manage import blueprint
from app.web.manage.loading import acting_on, offer_or_404
from app.web.manage.pages import FORM_FIELDS


@blueprint.get("/gestion/offres/<string:public_id>/sites/<string:site>")
@by_link(Purpose.MANAGEMENT, or_member=True)
def diffusion(public_id: str, site: str) -> str:
    """What is known of the offer there, and all that has happened."""
    found = offer_or_404(public_id)
    platform = _platform_or_404(site)
    held = _held(found, platform)
    return render_template(
        "manage/diffusion.html",
        offer=found,
        platform=platform,
        line=line_of(found, platform),
        entries=[_said(entry) for entry in journal.entries_of(held, limit=50)] if held else [],
        may_withdraw=held is not None and held.wanted and is_visible(found) and not held.status.is_over,
        form=PostForm(),
        form_fields=FORM_FIELDS,
    )


@blueprint.post("/gestion/offres/<string:public_id>/sites/<string:site>")
@by_link(Purpose.MANAGEMENT, or_member=True)
def change_diffusion(public_id: str, site: str) -> Response:
    """« Diffuser ici », « Relancer », « Retirer de ce site »."""
    found = offer_or_404(public_id)
    platform = _platform_or_404(site)
    wanted = request.form.get("act", "")

    def act() -> str:
        if wanted == "withdraw":
            _withdraw(found, platform)
        else:
            _ask(found, platform)
        return url_for("manage.offer", public_id=public_id, _anchor="sites")

    return run_once(act)


def _ask(found: Offer, platform: Platform) -> None:
    options = open_platforms().get(platform.key)
    if options is None or platform.relayed_by is not None:
        raise Refused(f"{platform.name} n’est pas ouvert à la diffusion pour le moment.")
    obstacles = platform.obstacles(found, options)
    if obstacles or not is_visible(found):
        raise Refused(" ".join(obstacles) or "L’offre n’est pas en ligne.")
    orders.ask(found, platform.key, by=acting_on(found))
    flash(f"C’est demandé : l’offre part vers {platform.name}.", "success")


def _withdraw(found: Offer, platform: Platform) -> None:
    held = _held(found, platform)
    if held is None:
        raise Refused(f"L’offre n’est pas sur {platform.name}.")
    orders.take_back(held, by=acting_on(found))
    flash(f"Retrait demandé à {platform.name}.", "success")


def _held(found: Offer, platform: Platform) -> Diffusion | None:
    return next((one for one in orders.diffusions_of(found) if one.platform == platform.key), None)


def _platform_or_404(site: str) -> Platform:
    if site not in PLATFORMS:
        abort(404)
    return PLATFORMS[site]


def _said(entry: journal.JournalEntry) -> tuple[object, str, str]:
    kinds = {"contact": "Vous", "member": "Structure", "staff": "Agent du portail", "system": "Automatique"}
    said = journal.ACTIONS[entry.action]
    code = entry.facts.get("code")
    return (entry.at, kinds.get(entry.actor_kind, ""), f"{said} ({code})" if code else said)
