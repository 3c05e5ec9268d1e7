"""Pages before the button, for CFAs and for the people they propose."""

from flask import url_for

from app.core.french import date_fr
from app.domain.accounts.models import Link
from app.domain.cfa_requests.emails import whole_km
from app.domain.cfa_requests.queries import candidate_of, request_of, why_no_answer
from app.domain.cfa_requests.services import mark_read
from app.domain.offers.mailing import job_and_town
from app.web.access import actor_of, enter
from app.web.links.page import LinkPage


def cfa_request_page(link: Link) -> LinkPage | None:
    """A CFA opens the offer that an employer sent it."""
    request = request_of(link)
    if request is None:
        return None
    offer = request.offer
    closed = why_no_answer(offer)
    job = job_and_town(offer)
    return LinkPage(
        title=f"Répondre à {offer.company} ?",
        lead=closed
        or f"Cette entreprise recrute : {job['job']} {job['at_city']}. Réponse en 2 écrans au plus.",
        button="Voir l’offre" if closed else "Voir l’offre et répondre",
        facts=(
            ("CFA", request.cfa.title),
            ("Distance", f"{whole_km(request.km)} km"),
            ("Début du contrat", date_fr(offer.start_on) if offer.start_on else "dès que possible"),
        ),
    )


def open_cfa_request(link: Link) -> str:
    """The request, read from now on."""
    enter(link=link)
    request = request_of(link)
    if request is None:
        return url_for("links.arrived")
    mark_read(request, by=actor_of(link))
    return url_for("partner.cfa_request", public_id=request.public_id)


def consent_page(link: Link) -> LinkPage | None:
    """Somebody proposed by a CFA opens the page of the agreement."""
    candidate = candidate_of(link)
    if candidate is None:
        return None
    request = candidate.request
    return LinkPage(
        title="Donner ou refuser votre accord ?",
        lead=f"{request.cfa.title} vous propose à {request.offer.company}. Rien ne part sans votre accord.",
        button="Voir la proposition",
        facts=(("Métier", request.offer.job_name), ("Lieu", request.offer.city)),
    )


def open_consent(link: Link) -> str:
    """The page with the two answers."""
    enter(link=link)
    candidate = candidate_of(link)
    if candidate is None:
        return url_for("links.arrived")
    return url_for("partner.consent", public_id=candidate.public_id)
