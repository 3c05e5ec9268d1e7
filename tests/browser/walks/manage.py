"""The pages opened by the management link, and those of links themselves."""

from datetime import date, timedelta

import sqlalchemy as sa
from werkzeug.test import TestResponse

from app.core import clock
from app.core.database import database_now, db
from app.domain.accounts import magic_links
from app.domain.accounts.models import Link, Purpose
from app.domain.employers.models import Contact
from app.domain.offers.lifecycle import EndReason
from tests.browser.catalogue import Catalogue
from tests.factories.offers import given, make_contact, make_establishment, make_offer
from tests.support.client import CheckedClient
from tests.support.mailbox import Mailbox

LONG_TITLE = "Conducteur ou conductrice de machines de transformation et de conditionnement de produits"


def link_to(contact: Contact, scope: str = "", purpose: Purpose = Purpose.MANAGEMENT) -> str:
    """The path of a fresh link."""
    token = magic_links.issue(
        purpose, object_type="contact", object_id=contact.id, email=contact.email, scope=scope
    )
    return f"/l/{token}"


def walk(kept: Catalogue, mailbox: Mailbox) -> None:
    """Every page of the person who follows the offers."""
    with given(kept.app):
        contact = make_contact(email="camille.fabre@boulangerie-de-l-eglise-saint-amans.example")
        ids = _offers(contact)
        paths = {name: link_to(contact, scope) for name, scope in ids.items()}
        address = contact.email
    client = kept.browser()
    live = kept.keep("lien / gérer", client.get(paths["online"]))
    kept.keep("gérer / en ligne", client.submit(live))
    for name in ("held", "suspended", "ended", "to_confirm"):
        kept.keep(f"gérer / {name}", client.get(f"/gestion/offres/{ids[name]}"))
    kept.keep("gérer / liste", client.get("/gestion"))
    kept.keep("en ligne / retenue", client.get(f"/gestion/offres/{ids['held']}/en-ligne"))
    _acts(kept, client, ids)
    _edit(kept, client, ids)
    _contact(kept, client, mailbox, address)
    kept.keep("ajouter", client.get("/gestion/ajouter"))
    kept.keep("lien / quitté", client.post("/deconnexion", data={"csrf_token": _csrf(client)}))
    _links(kept)


def _offers(contact: Contact) -> dict[str, str]:
    ids = {
        "online": make_offer(contact=contact, about_company="Au four depuis 1921.", rhythm="Une sur deux"),
        "long": make_offer(contact=contact, title=LONG_TITLE, job_name=LONG_TITLE.lower()),
        "past": make_offer(contact=contact, columns={"start_on": clock.today() - timedelta(days=1)}),
        "too_old": make_offer(contact=contact, columns={"first_published_on": date(2025, 1, 1)}),
        **{name: make_offer(name, contact=contact) for name in ("held", "suspended", "ended", "to_confirm")},
        "expired": make_offer("ended", contact=contact, end_reason=EndReason.EXPIRED),
    }
    return {name: offer.public_id for name, offer in ids.items()}


def _csrf(client: CheckedClient) -> str:
    return client.get("/lien-perdu").text.split('name="csrf_token" value="')[1].split('"')[0]


def _acts(kept: Catalogue, client: CheckedClient, ids: dict[str, str]) -> None:
    def page(name: str, tail: str) -> TestResponse:
        return client.get(f"/gestion/offres/{ids[name]}/{tail}")

    kept.keep("échéance", page("online", "echeance"))
    kept.keep("échéance / terminée", page("expired", "echeance"))
    renew = kept.keep("prolonger", page("online", "prolonger"))
    past = kept.keep("prolonger / début passé", page("past", "prolonger"))
    kept.keep("prolonger / refusé", client.submit(past, {"new_start": "31/02/2027"}))
    kept.keep("prolonger / trop tard", page("too_old", "prolonger"))
    kept.keep("prolonger / republier", page("expired", "prolonger"))
    close = kept.keep("clôturer", page("online", "cloturer"))
    kept.keep("clôturer / refusé", client.submit(close))
    kept.keep("prolonger / fait", client.submit(renew))
    kept.keep("clôturer / fait", client.submit(close, {"reason": "filled_here"}))
    kept.keep("clôturer / déjà", page("online", "cloturer"))
    kept.keep("modifier / terminée", page("online", "modifier"))


def _edit(kept: Catalogue, client: CheckedClient, ids: dict[str, str]) -> None:
    edit = kept.keep("modifier", client.get(f"/gestion/offres/{ids['long']}/modifier"))
    kept.keep("modifier / refusé", client.submit(edit, {"title": "", "openings": "0"}))
    same = client.submit(edit)
    kept.keep("modifier / rien", same)
    review = kept.keep("modifier / relire", client.submit(edit, {"title": "Un autre titre", "level": "5"}))
    other = client.submit(edit, {"title": "Troisième titre"})
    client.submit(review, button="Enregistrer")
    kept.keep("modifier / conflit", client.submit(other, button="Enregistrer"))


def _contact(kept: Catalogue, client: CheckedClient, mailbox: Mailbox, address: str) -> None:
    contacts = kept.keep("contact / liste", client.get("/gestion/contact"))
    kept.keep("contact / preuve demandée", client.submit(contacts, button="Recevoir le lien"))
    proof = kept.keep("lien / preuve", client.get(mailbox.last(to=address, subject="lien d’accès").link))
    form = kept.keep("contact / nouveau", client.submit(proof))
    kept.keep("contact / refusé", client.submit(form, {"name": "", "email": "x"}))
    new = "lea@boulangerie.example"
    kept.keep("contact / demandé", client.submit(form, {"name": "Léa Roux", "email": new}))
    kept.keep("lien / nouvelle adresse", kept.browser().get(mailbox.last(to=new).link))
    alert = kept.browser()
    question = kept.keep("lien / pas moi", alert.get(mailbox.last(to=address, subject="adresse").link))
    kept.keep("lien / changement annulé", alert.submit(question))


def _links(kept: Catalogue) -> None:
    client = kept.browser()
    kept.keep("lien / inconnu", client.get("/l/inconnu"))
    lost = kept.keep("lien perdu", client.get("/lien-perdu"))
    kept.keep("lien perdu / refusé", client.submit(lost, {"email": "x", "siret": "123"}))
    kept.keep("lien perdu / demandé", client.submit(lost, {"email": "qui@exemple.fr"}))
    kept.keep("lien / accès demandé", client.get("/lien-perdu?acces=demande"))
    kept.keep("lien / espace ouvert", client.get("/espace-ouvert"))
    with given(kept.app):
        contact = make_contact(make_establishment(name="ATELIER DES QUATRE VENTS"))
        path = link_to(contact, make_offer(contact=contact).public_id)
        link = db.session.scalars(sa.select(Link).order_by(Link.id.desc())).first()
        assert link is not None
        link.expires_at = database_now() - timedelta(days=1)
    dead = kept.keep("lien / expiré", client.get(path))
    kept.keep("lien / renvoyé", client.submit(dead, button="Recevoir un nouveau lien"))
