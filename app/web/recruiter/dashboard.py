"""« Mes structures », and the dashboard of one: what there is to do, and its offers."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core import clock
from app.core.french import date_fr, number_fr, plural
from app.domain.deposits.series import unseen_results
from app.domain.diffusion.summary import Spread, spread_of, to_fix_of
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.organisation_offers import OfferFilter, ending_soon, offers_page
from app.domain.offers.visits import total_visits
from app.domain.opco.board import late_companies
from app.domain.opco.determination import opco_by_code
from app.domain.organisations import verification
from app.domain.organisations.lifecycle import OrganisationStatus
from app.domain.organisations.members import memberships_of
from app.domain.organisations.models import Kind, Organisation
from app.web.access import (
    Permission,
    current_account,
    current_actor,
    current_membership,
    may,
    member,
    signed_in,
)
from app.web.feed_addresses import open_feeds
from app.web.forms.base import PostForm
from app.web.forms.once import run_once
from app.web.numbers import page_asked
from app.web.recruiter import blueprint

Answer = str | Response | tuple[str, int]
PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Task:
    """One line of « À faire maintenant »."""

    text: str
    url: str


@blueprint.get("/espace")
@signed_in()
def spaces() -> Answer:
    """The structures of a person; with a single one, straight to it."""
    account = current_account()
    found = memberships_of(account) if account else []
    staff = account is not None and account.staff_role is not None
    if len(found) == 1 and not staff:
        return redirect(url_for("recruiter.dashboard", organisation=found[0].organisation.public_id), 303)
    if staff and not found:
        return redirect(url_for("operator.home"), 303)
    return render_template("recruiter/spaces.html", memberships=found, staff=staff, form=PostForm())


@blueprint.get("/espace/<string:organisation>")
@member(Permission.SPACE_READ)
def dashboard(organisation: str) -> str:
    """What there is to do, then every offer that the structure manages."""
    space = current_membership().organisation
    wanted = OfferFilter.of(request.args)
    page = offers_page(space, wanted, page=page_asked(), size=PER_PAGE)
    return render_template(
        "recruiter/dashboard.html",
        space=space,
        tasks=_tasks(space),
        page=page,
        spread=spread_of([offer.id for offer in page.offers]),
        nowhere=Spread(),
        visits=total_visits([offer.id for offer in page.offers]),
        wanted=wanted,
        statuses=[(status.value, status.label) for status in OfferStatus],
        may_deposit=may(Permission.OFFER_MANAGE),
        # The address is the key of the feed: it is for those who answer for the offers.
        feeds=open_feeds(space.public_id) if may(Permission.OFFER_MANAGE) else [],
        may_manage=may(Permission.MEMBERS_MANAGE),
        today=clock.today(),
        form=PostForm(),
    )


def _tasks(space: Organisation) -> list[Task]:
    return [*_to_contact(space), *_to_fix(space), *_not_deposited(space), *_ending(space)]


def _not_deposited(space: Organisation) -> list[Task]:
    """What became of a series is read by who looks for it; what it left out is told here."""
    tasks = []
    for series, count in unseen_results(space) if may(Permission.OFFER_MANAGE) else []:
        words = plural(count, "ligne de votre série n’a", "lignes de votre série n’ont") + " pas été"
        words += plural(count, " déposée", " déposées")
        text = f"{number_fr(count)} {words} (série du {date_fr(clock.day_of(series.created_at))})"
        url = url_for("collecting.series_page", organisation=space.public_id, series=series.public_id)
        tasks.append(Task(text, url))
    return tasks


def _to_fix(space: Organisation) -> list[Task]:
    found = to_fix_of(space)
    if found is None:
        return []
    words = plural(found.count, "diffusion à corriger", "diffusions à corriger")
    text = f"{number_fr(found.count)} {words} (la plus ancienne depuis le {date_fr(found.oldest)})"
    return [Task(text, url_for("manage.offer", public_id=found.public_id, _anchor="sites"))]


def _to_contact(space: Organisation) -> list[Task]:
    if space.kind is not Kind.OPCO or not space.is_verified or space.opco_code is None:
        return []
    count = late_companies(opco_by_code(space.opco_code))
    if not count:
        return []
    words = plural(count, "entreprise attend", "entreprises attendent")
    text = f"{number_fr(count)} {words} un premier contact depuis plus de 3 jours ouvrés"
    return [Task(text, url_for("recruiter.opco_board", organisation=space.public_id))]


def _ending(space: Organisation) -> list[Task]:
    count, first = ending_soon(space)
    if not count or first is None:
        return []
    words = plural(count, "offre se termine", "offres se terminent")
    text = f"{number_fr(count)} {words} dans les 7 jours (la première le {date_fr(first)})"
    return [Task(text, url_for("recruiter.dashboard", organisation=space.public_id, fin="7"))]


@blueprint.post("/espace/<string:organisation>/verification")
@member(Permission.MEMBERS_MANAGE)
def ask_again(organisation: str) -> Response:
    """« Demander un nouvel examen », after a refusal."""
    space = current_membership().organisation

    def act() -> str:
        if space.status is OrganisationStatus.REFUSED:
            verification.ask_again(space, by=current_actor())
        flash("Votre demande est de nouveau en cours d’examen.", "success")
        return url_for("recruiter.dashboard", organisation=space.public_id)

    return run_once(act)
