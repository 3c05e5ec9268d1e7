"""Diffusions that can't go on by themselves: what happened, and the four ways out."""

from collections.abc import Callable
from functools import partial

from flask import abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.database import db
from app.core.errors import Refused
from app.domain.diffusion import desk
from app.domain.diffusion.board import Act, Verdict
from app.domain.diffusion.health import platforms_health
from app.domain.diffusion.models import Attempt, Diffusion
from app.domain.diffusion.platform import Ability
from app.domain.diffusion.registry import PLATFORMS
from app.web.access import Permission, current_actor, requires
from app.web.forms.base import PostForm
from app.web.forms.fields import Line
from app.web.forms.once import run_once
from app.web.operator import blueprint

Answer = str | Response | tuple[str, int]
ACT_LABELS = {
    Act.PUBLISH: "Publier",
    Act.UPDATE: "Modifier",
    Act.WITHDRAW: "Retirer",
    Act.SUSPEND: "Suspendre",
    Act.RESUME: "Remettre",
    Act.READ: "Lire l’état",
}
VERDICT_LABELS = {
    Verdict.ACCEPTED: "Accepté",
    Verdict.REFUSED: "Refusé",
    Verdict.TRANSIENT: "Pas de réponse, sera réessayé",
    Verdict.LATER: "Pas encore possible, sera redemandé",
    Verdict.DOUBTFUL: "Réponse perdue",
    Verdict.CREDENTIAL: "Clé refusée",
    Verdict.CONFLICT: "Déjà fait",
    Verdict.ABSENT: "Introuvable chez le site",
    Verdict.BROKEN: "Réponse illisible",
}


class SeenForm(PostForm):
    """Where a person has seen the advert."""

    url = Line("Adresse de l’annonce", limit=500, missing="Indiquez l’adresse complète de l’annonce.")


class AbandonForm(PostForm):
    """Why nothing more is sent."""

    reason = Line("Motif de l’abandon", limit=200, missing="Indiquez le motif de l’abandon.")


@blueprint.get("/agents/diffusions")
@requires(Permission.DIFFUSION_MANAGE)
def diffusions() -> str:
    """Those that wait for somebody, the oldest first; above them, the sites where nothing leaves."""
    waiting = desk.failing_waiting()
    stopped = [one for one in platforms_health() if one.circuit != "closed"]
    return render_template(
        "operator/diffusions.html",
        stopped=[(PLATFORMS[one.key].name, one) for one in stopped],
        count=waiting.count,
        found=[(one, PLATFORMS[one.platform].name) for one in desk.failing()],
    )


@blueprint.get("/agents/diffusions/<int:number>")
@requires(Permission.DIFFUSION_MANAGE)
def diffusion(number: int) -> str:
    """One of them, with every exchange kept."""
    return _page(_diffusion_or_404(number))


@blueprint.post("/agents/diffusions/<int:number>/verifier")
@requires(Permission.DIFFUSION_MANAGE)
def check_diffusion(number: int) -> Answer:
    """Ask the platform now."""
    return _act(number, partial(desk.check_there, by=current_actor()), "L’état va être demandé au site.")


@blueprint.post("/agents/diffusions/<int:number>/reessayer")
@requires(Permission.DIFFUSION_MANAGE)
def send_diffusion_again(number: int) -> Answer:
    """It leaves again."""
    return _act(number, partial(desk.send_again, by=current_actor()), "L’offre repart vers le site.")


@blueprint.post("/agents/diffusions/<int:number>/vue")
@requires(Permission.DIFFUSION_MANAGE)
def diffusion_seen(number: int) -> Answer:
    """A person has found the advert there."""
    form = SeenForm()
    if not form.validate():
        return _page(_diffusion_or_404(number), seen=form), 422
    seen = partial(desk.seen_there, url=str(form.url.data), by=current_actor())
    return _act(number, seen, "L’offre est notée comme publiée.", form=form)


@blueprint.post("/agents/diffusions/<int:number>/abandonner")
@requires(Permission.DIFFUSION_MANAGE)
def abandon_diffusion(number: int) -> Answer:
    """Nothing more is sent there."""
    form = AbandonForm()
    if not form.validate():
        return _page(_diffusion_or_404(number), abandon=form), 422
    abandon = partial(desk.abandon, reason=str(form.reason.data), by=current_actor())
    return _act(number, abandon, "Plus rien n’est envoyé à ce site pour cette offre.")


def _act(
    number: int, act: Callable[[Diffusion], None], done: str, *, form: SeenForm | None = None
) -> Answer:
    found = _diffusion_or_404(number)

    def once() -> str:
        act(found)
        flash(done, "success")
        return url_for("operator.diffusions")

    try:
        return run_once(once)
    except Refused as refused:
        db.session.rollback()
        if form is not None:
            form.add_error(form.url, refused.message)
            return _page(_diffusion_or_404(number), seen=form), 422
        return _page(_diffusion_or_404(number), refusal=refused.message), 422


def _diffusion_or_404(number: int) -> Diffusion:
    found = db.session.get(Diffusion, number)
    # A site taken out of the file of sites isn't known any more.
    return found if found is not None and found.platform in PLATFORMS else abort(404)


def _page(
    found: Diffusion,
    *,
    seen: SeenForm | None = None,
    abandon: AbandonForm | None = None,
    refusal: str = "",
) -> str:
    platform = PLATFORMS[found.platform]
    return render_template(
        "operator/diffusion.html",
        diffusion=found,
        platform=platform,
        waits=desk.needs_somebody(found),
        may_check=platform.may(Ability.READ),
        attempts=[_said(attempt) for attempt in desk.last_exchanges(found)],
        seen=seen or SeenForm(formdata=None),
        abandon=abandon or AbandonForm(formdata=None),
        refusal=refusal,
        has_errors=request.method == "POST",
    )


def _said(attempt: Attempt) -> tuple[Attempt, str, str]:
    verdict = VERDICT_LABELS[Verdict(attempt.verdict)] if attempt.verdict else "Pas encore de réponse"
    return attempt, ACT_LABELS[Act(attempt.act)], verdict
