"""What each kind of link opens: its page before the button, and where the button leads."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, g, request, url_for

from app.core import clock
from app.core.database import db
from app.core.french import date_fr, time_fr
from app.domain.accounts.models import Account, Link, Purpose
from app.domain.cfa_requests.employer_emails import CFA_PAGE
from app.domain.employers.contact_change import prove_address
from app.domain.employers.models import Contact
from app.domain.offers.deposit import confirm_offer
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Draft, Offer
from app.domain.offers.queries import offer_by_public_id
from app.domain.offers.rights import contact_of, right_ended_at
from app.domain.organisations.members import needs_second_factor
from app.web.access import actor_of, enter
from app.web.links import invitations, partners
from app.web.links.page import LinkPage
from app.web.links.training_centres import (
    cfa_request_page,
    consent_page,
    open_cfa_request,
    open_consent,
)

# Posted by the button that puts an offer online, so that pressing it twice is told apart from coming back.
CONFIRM = "confirm"


@dataclass(frozen=True)
class Kind:
    """`served` completes « Il servait à … »; `page` is None once the right is over; `open` gives the way."""

    served: str
    page: Callable[[Link], LinkPage | None]
    open: Callable[[Link], str]


def _offer_of(link: Link) -> Offer | None:
    if not link.scope:
        return None
    # The page asks for it, then what the button opens.
    known: dict[int, Offer | None] = g.setdefault("offers_of_links", {})
    if link.id not in known:
        known[link.id] = offer_by_public_id(link.scope.removesuffix(CFA_PAGE))
    offer = known[link.id]
    return offer if offer is not None and offer.contact_id == link.object_id else None


def _management_page(link: Link) -> LinkPage | None:
    # First of all: the contact comes with it.
    offer = _offer_of(link)
    contact = contact_of(link)
    if contact is None or right_ended_at(contact, offer=offer) is not None:
        return None
    if offer is not None and offer.status is OfferStatus.TO_CONFIRM:
        start = date_fr(offer.start_on) if offer.start_on else "dès que possible"
        return LinkPage(
            title=f"Mettre en ligne l’offre {offer.job_name} à {offer.city} ?",
            lead="Elle sera visible aussitôt par les candidats. Votre adresse e-mail n’est jamais publiée.",
            button="Confirmer et mettre en ligne",
            facts=(
                ("Entreprise", offer.company),
                ("Début du contrat", start),
                ("Référence", offer.reference),
            ),
            act=CONFIRM,
        )
    shown = f"l’offre {offer.job_name} à {offer.city}" if offer else "vos offres"
    return LinkPage(
        title=f"Gérer {shown} ?",
        lead="Vous pourrez la modifier, la prolonger ou la clôturer." if offer else "Vous verrez vos offres.",
        button="Ouvrir",
        facts=(("Entreprise", contact.establishment.shown_name),),
    )


def _open_management(link: Link) -> str:
    enter(link=link)
    prove_address(db.session.get_one(Contact, link.object_id), by=actor_of(link))
    offer = _offer_of(link)
    if offer is None:
        return url_for("manage.offers")
    if request.form.get("act") == CONFIRM and offer.confirmed_at is not None:
        flash(f"Déjà fait le {date_fr(offer.confirmed_at)} à {time_fr(offer.confirmed_at)}.", "info")
    if confirm_offer(offer, by=actor_of(link)):
        return url_for("manage.online", public_id=offer.public_id)
    if link.scope.endswith(CFA_PAGE):
        return url_for("manage.cfas", public_id=offer.public_id)
    near_end = offer.last_day is not None and (offer.last_day - clock.today()).days <= 7
    if near_end and offer.status in {OfferStatus.ONLINE, OfferStatus.ENDED}:
        return url_for("manage.deadline", public_id=offer.public_id)
    return url_for("manage.offer", public_id=offer.public_id)


def _draft_page(link: Link) -> LinkPage | None:
    draft = db.session.get(Draft, link.object_id)
    if draft is None or draft.offer_id is not None or draft.expires_at <= clock.now():
        return None
    return LinkPage(
        title="Reprendre votre offre ?",
        lead="Vous retrouverez vos réponses là où vous les avez laissées.",
        button="Reprendre mon offre",
        facts=(("Conservée jusqu’au", date_fr(clock.day_of(draft.expires_at))),),
    )


def _open_draft(link: Link) -> str:
    enter(link=link)
    draft = db.session.get(Draft, link.object_id)
    return url_for("deposit.resume", draft_id=draft.public_id if draft else "")


def _login_page(link: Link) -> LinkPage | None:
    if link.object_type == "contact":
        contact = db.session.get(Contact, link.object_id)
        if contact is None or contact.removed_at is not None:
            return None
        return LinkPage(
            title="Changer l’adresse qui reçoit les messages ?",
            lead="Vous nommerez la personne qui suivra les offres. Elle devra confirmer son adresse.",
            button="Continuer",
            facts=(("Entreprise", contact.establishment.shown_name),),
        )
    account = db.session.get(Account, link.object_id)
    if account is None or account.disabled_at is not None:
        return None
    return LinkPage(title="Ouvrir votre espace ?", lead="", button="Ouvrir mon espace", facts=())


def _open_login(link: Link) -> str:
    if link.object_type == "contact":
        enter(link=link)
        contact = db.session.get_one(Contact, link.object_id)
        return url_for("manage.change", establishment=contact.establishment.public_id)
    account = db.session.get_one(Account, link.object_id)
    enter(account=account)
    return url_for("account.second_factor" if needs_second_factor(account) else "recruiter.spaces")


KINDS: dict[Purpose, Kind] = {
    Purpose.MANAGEMENT: Kind("gérer vos offres", _management_page, _open_management),
    Purpose.DRAFT: Kind("reprendre votre brouillon", _draft_page, _open_draft),
    Purpose.LOGIN: Kind("ouvrir votre espace", _login_page, _open_login),
    Purpose.ADDRESS: Kind("confirmer votre adresse", partners.address_page, partners.open_address),
    Purpose.FOLLOW_UP: Kind("suivre une entreprise", partners.follow_up_page, partners.open_follow_up),
    Purpose.INVITATION: Kind("rejoindre une structure", invitations.page, invitations.open_space),
    Purpose.HELD_OFFER: Kind("vérifier une offre", partners.held_page, partners.open_held),
    Purpose.CFA_REQUEST: Kind("répondre à une entreprise", cfa_request_page, open_cfa_request),
    Purpose.CONSENT: Kind("donner ou refuser votre accord", consent_page, open_consent),
}
