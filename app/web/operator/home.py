"""/agents: what there is to do now, one card a queue, and the lists of companies behind three of them."""

from dataclasses import dataclass

from flask import render_template, url_for

from app.core import clock
from app.core.french import date_fr, number_fr, plural
from app.domain.diffusion.desk import failing_waiting
from app.domain.employers.models import Establishment, Verification
from app.domain.offers.staff_queues import (
    Waiting,
    companies_waiting,
    held_waiting,
    unsettled_companies,
)
from app.domain.opco import queues
from app.domain.opco.addresses import stopped_waiting
from app.domain.organisations.verification import waiting_count
from app.web.access import Permission, may, requires
from app.web.operator import blueprint
from app.web.operator.undelivered import undelivered_waiting

VERIFICATION_LABELS = {
    Verification.TO_VERIFY: "Le registre n’a pas encore répondu",
    Verification.NOT_LISTED: "Absente du registre public",
    Verification.NON_DIFFUSIBLE: "Informations non publiques",
}
LATE_AFTER_DAYS = 3


@dataclass(frozen=True, slots=True)
class Card:
    """One queue: « 3 offres à vérifier », « Attente la plus longue : 2 jours (depuis le…) »."""

    title: str
    url: str
    count: str
    age: str
    is_late: bool


def _card(title: str, endpoint: str, waiting: Waiting | queues.Queue, words: tuple[str, str]) -> Card:
    count, oldest = waiting.count, waiting.oldest
    days = (clock.today() - clock.day_of(oldest)).days if oldest else 0
    age = ""
    if oldest is not None and count:
        since = "aujourd’hui" if days == 0 else f"{days} {plural(days, 'jour', 'jours')}"
        age = f"Attente la plus longue : {since} (depuis le {date_fr(oldest)})"
    said = f"{number_fr(count)} {plural(count, *words)}" if count else "Rien à traiter"
    return Card(title, url_for(endpoint), said, age, bool(count) and days > LATE_AFTER_DAYS)


@blueprint.get("/agents")
@requires(Permission.QUEUES_READ)
def home() -> str:
    """Work, not charts."""
    held, company = ("offre à vérifier", "offres à vérifier"), ("entreprise", "entreprises")
    mail, address = ("courriel", "courriels"), ("adresse", "adresses")
    cards = [
        _card("Offres retenues", "operator.held_list", held_waiting(), held),
        _card("Entreprises à vérifier", "operator.companies", companies_waiting(), company),
        _card(
            "OPCO sans adresse", "operator.without_address", queues.needs_without_address(limit=1), company
        ),
        _card("OPCO à déterminer", "operator.without_opco", queues.needs_without_opco(limit=1), company),
        _card(
            "Structures à vérifier",
            "operator.organisations",
            Waiting(*waiting_count()),
            ("structure", "structures"),
        ),
        _card(
            "Diffusions à vérifier",
            "operator.diffusions",
            failing_waiting(),
            ("diffusion", "diffusions"),
        ),
        _card("Courriels non remis", "operator.mails", undelivered_waiting(), mail),
        _card("Adresses injoignables", "operator.addresses", stopped_waiting(), address),
    ]
    return render_template(
        "operator/home.html",
        cards=cards,
        may_read_jobs=may(Permission.JOBS_READ),
        may_manage_partners=may(Permission.PARTNERS_MANAGE),
        may_manage_opcos=may(Permission.OPCO_MANAGE),
    )


@blueprint.get("/agents/entreprises")
@requires(Permission.QUEUES_READ)
def companies() -> str:
    """Companies with an offer that no register has shown yet."""
    found = unsettled_companies()
    notes = {company.id: VERIFICATION_LABELS[company.verification] for company in found}
    return _companies(
        "Entreprises à vérifier",
        "Le registre est interrogé de nouveau tout seul ; leurs offres retenues se décident une par une.",
        found,
        count=companies_waiting().count,
        notes=notes,
    )


@blueprint.get("/agents/opco-sans-adresse")
@requires(Permission.QUEUES_READ)
def without_address() -> str:
    """Companies to contact whose OPCO can't be told."""
    found = queues.needs_without_address()
    return _companies(
        "OPCO sans adresse",
        "L’OPCO de ces entreprises est connu, mais aucune adresse n’est enregistrée pour le prévenir.",
        list(found.establishments),
        count=found.count,
        link=(url_for("operator.opcos"), "Enregistrer l’adresse d’un OPCO"),
    )


def _companies(
    title: str,
    lead: str,
    found: list[Establishment],
    *,
    count: int,
    notes: dict[int, str] | None = None,
    link: tuple[str, str] | None = None,
) -> str:
    return render_template(
        "operator/companies.html",
        heading=title,
        lead=lead,
        found=found,
        count=count,
        notes=notes or {},
        link=link,
    )
