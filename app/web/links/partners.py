"""Pages before the button, for OPCO links and for the confirmation of an address."""

from flask import url_for

from app.core.database import db
from app.domain.accounts.models import Link
from app.domain.employers.contact_change import confirm_address
from app.domain.employers.contact_emails import CONTACT_CHANGE
from app.domain.employers.models import Contact
from app.domain.offers.models import Offer
from app.domain.opco.models import FollowUp
from app.domain.opco.sent_lists import SENT_LIST, SentList, companies_of
from app.web.access import actor_of, enter
from app.web.links.contact_alert import alert_page, open_alert
from app.web.links.page import LinkPage


def address_page(link: Link) -> LinkPage | None:
    """The person named as contact says yes; or one of the two addresses of a change says no."""
    if link.object_type == CONTACT_CHANGE:
        return alert_page(link)
    contact = db.session.get(Contact, link.object_id)
    if contact is None or contact.removed_at is not None or contact.email != link.subject_email:
        return None
    return LinkPage(
        title=f"Suivre les offres de {contact.establishment.shown_name} ?",
        lead="Vous recevrez les messages de ces offres à cette adresse.",
        button="Confirmer mon adresse",
    )


def open_address(link: Link) -> str:
    """Confirm, open the management of what was handed over, and say it to both addresses."""
    if link.object_type == CONTACT_CHANGE:
        return open_alert(link)
    contact = db.session.get_one(Contact, link.object_id)
    management = confirm_address(contact, by=actor_of(link))
    enter(link=management)
    return url_for("manage.offers")


def follow_up_page(link: Link) -> LinkPage | None:
    """An OPCO opens the follow-up of one company, or the list that an e-mail names."""
    if link.object_type == SENT_LIST:
        return _list_page(link)
    follow_up = db.session.get(FollowUp, link.object_id)
    if follow_up is None:
        return None
    return LinkPage(
        title=f"Suivre {follow_up.establishment.shown_name} ?",
        lead="Vous verrez ses offres et son contact, et vous pourrez noter vos échanges.",
        button="Ouvrir le suivi",
        facts=(("OPCO", follow_up.opco.label),),
    )


def _list_page(link: Link) -> LinkPage | None:
    sent = db.session.get(SentList, link.object_id)
    if sent is None:
        return None
    number = len(companies_of(sent))
    return LinkPage(
        title="Ouvrir la liste des entreprises ?",
        lead="Vous verrez leurs offres et leurs contacts, et vous pourrez noter vos échanges.",
        button="Ouvrir la liste",
        facts=(("OPCO", sent.contact.opco.label), ("Entreprises", str(number))),
    )


def open_follow_up(link: Link) -> str:
    """The need page, or the list."""
    enter(link=link)
    if link.object_type == SENT_LIST:
        return url_for("partner.companies", public_id=db.session.get_one(SentList, link.object_id).public_id)
    return url_for("partner.need", public_id=db.session.get_one(FollowUp, link.object_id).public_id)


def held_page(link: Link) -> LinkPage | None:
    """An OPCO opens an offer that waits for a decision."""
    offer = db.session.get(Offer, link.object_id)
    if offer is None:
        return None
    return LinkPage(
        title=f"Vérifier l’offre {offer.job_name} ?",
        lead="Vous lirez l’offre et son contexte, puis vous donnerez votre décision.",
        button="Ouvrir l’offre",
        facts=(("Entreprise", offer.establishment.shown_name), ("Référence", offer.reference)),
    )


def open_held(link: Link) -> str:
    """The page of the held offer."""
    enter(link=link)
    return url_for("partner.held_offer", public_id=db.session.get_one(Offer, link.object_id).public_id)
