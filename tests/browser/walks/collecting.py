"""Deposits for a company, the form in a partner's site, and ProConnect."""

from dataclasses import replace

import httpx

from app.adapters.identity_provider import HttpIdentityProvider
from app.core.database import db
from app.domain.accounts.models import Purpose, StaffRole
from app.domain.employers.models import Contact
from app.domain.organisations.lifecycle import OrganisationStatus
from app.domain.organisations.roles import Role
from standins.proconnect.server import CLIENT_ID, CLIENT_SECRET, proconnect
from tests.browser.catalogue import Catalogue
from tests.browser.walks.structures import enter
from tests.factories.offers import given, make_contact, make_establishment, make_offer
from tests.factories.structures import make_account, make_member, make_structure
from tests.support.cfa_scene import link
from tests.support.standins import closed_port, served

CONTACT = {"job": "boulanger", "name": "Camille Fabre", "email": "camille@levain.example"}
PARTNER = {"label": "CMA 12", "code": "cma-12", "hosts": "www.cma12.example"}


def walk(kept: Catalogue) -> None:
    """Every page of these."""
    _for_a_company(kept, "vérifiée", OrganisationStatus.VERIFIED, "Publier l’offre")
    _for_a_company(kept, "en attente", OrganisationStatus.TO_VERIFY, "Envoyer à l’entreprise")
    _in_a_partners_site(kept)
    _by_proconnect(kept)
    _opcos(kept)


def _for_a_company(kept: Catalogue, state: str, status: OrganisationStatus, button: str) -> None:
    with given(kept.app):
        structure = make_structure(status=status, name=f"CMA {state}")
        number = make_member(structure, Role.RECRUITER, email=f"{status.value}@cma.example").account_id
        path = f"/espace/{structure.public_id}/deposer"
    client = kept.browser()
    enter(kept.app, client, number, proven=False)
    page = kept.keep(f"pour une entreprise / {state}", client.get(path))
    kept.keep(f"pour une entreprise / {state}, refusé", client.submit(page, {"q": "123"}))
    need = kept.keep(f"besoin d’une entreprise / {state}", client.submit(page, {"q": "99100001900018"}))
    own = {**CONTACT, "email": "autre@cma.example"}
    kept.keep(f"besoin d’une entreprise / {state}, adresse refusée", client.submit(need, own))
    check = kept.keep(f"vérifier pour une entreprise / {state}", client.submit(need, CONTACT))
    done = kept.keep(
        f"déposée pour une entreprise / {state}",
        client.submit(check, button="Publier quand même" if "quand même" in check.text else button),
    )
    managed = kept.keep(f"gérer pour une entreprise / {state}", client.get(_managed(done.text)))
    company = kept.browser()
    with kept.app.app_context():
        contact = db.session.query(Contact).filter_by(email=CONTACT["email"]).one()
        path = link(Purpose.MANAGEMENT, "contact", contact.id, contact.email)
    company.submit(company.get(path))
    kept.keep(f"mandat / {state}", company.get(f"{managed.request.path}/mandat"))


def _managed(page: str) -> str:
    return page.split('href="/gestion/offres/')[1].split('"')[0].join(("/gestion/offres/", ""))


def _in_a_partners_site(kept: Catalogue) -> None:
    with given(kept.app):
        number = make_account("chef@portail.example", role=StaffRole.ADMINISTRATOR).id
    client = kept.browser()
    enter(kept.app, client, number)
    page = kept.keep("partenaires / aucun", client.get("/agents/partenaires"))
    kept.keep("partenaires / refusé", client.submit(page, {**PARTNER, "hosts": "pas un site"}))
    kept.keep("partenaires / code à copier", client.submit(page, PARTNER))
    kept.keep("partenaires / liste", client.get("/agents/partenaires"))
    kept.keep("chez un partenaire", kept.browser().get("/integration/cma-12"))


def _opcos(kept: Catalogue) -> None:
    with given(kept.app):
        number = make_account("agent-opco@portail.example", role=StaffRole.OPERATOR).id
        company = make_establishment()
        make_offer(contact=make_contact(company))
        path = f"/agents/besoins-sans-opco/{company.public_id}"
    client = kept.browser()
    enter(kept.app, client, number)
    kept.keep("agents / besoins sans OPCO", client.get("/agents/besoins-sans-opco?q=1"))
    page = kept.keep("agents / corriger l’OPCO", client.get(path))
    kept.keep("agents / corriger l’OPCO, refusé", client.submit(page, {"reason": ""}))
    kept.keep("agents / les OPCO", client.get("/agents/opco"))
    page = kept.keep("agents / adresses d’un OPCO", client.get("/agents/opco/06"))
    kept.keep("agents / adresses d’un OPCO, refusé", client.submit(page, {"email": "opco@"}))


def _by_proconnect(kept: Catalogue) -> None:
    adapters = kept.app.extensions["adapters"]
    with served(proconnect()) as partner:
        for url in (closed_port(), partner.url):
            kept.app.extensions["adapters"] = replace(
                adapters,
                identity=HttpIdentityProvider(
                    f"{url}/api/v2/.well-known/openid-configuration",
                    client_id=CLIENT_ID,
                    client_secret=CLIENT_SECRET,
                    algorithm="RS256",
                    timeout=3.0,
                ),
            )
            left = kept.browser().get("/connexion/proconnect")
            if left.status_code == 503:
                kept.keep("ProConnect / muet", left)
        client = kept.browser()
        asked = httpx.URL(client.get("/connexion/proconnect").location).params
        answer = httpx.post(f"{partner.url}/api/v2/authorize", data=dict(asked), trust_env=False)
        back = httpx.URL(answer.headers["Location"]).raw_path.decode()
        kept.keep("ProConnect / inconnu", client.get(back))
        kept.keep("ProConnect / refusé", client.get("/connexion/proconnect/retour?code=x&state=y"))
    kept.app.extensions["adapters"] = adapters
