"""« Où est mon offre ? » in each of its words, and the page of one site."""

from app.core import clock
from app.core.database import db
from app.domain.diffusion.lifecycle import MOVE_TO, DiffusionStatus
from app.domain.diffusion.orders import diffusions_of, move
from app.domain.diffusion.registry import turn
from app.domain.offers.models import Offer
from tests.browser.catalogue import Catalogue
from tests.browser.walks.manage import link_to
from tests.factories.offers import given, make_contact, make_offer

S, LBA = DiffusionStatus, "api_apprentissage"
TOLD = {
    "en file": (S.QUEUED, {}),
    "envoyée": (S.SENDING, {}),
    "publiée": (S.PUBLISHED, {"url": "https://labonnealternance.example/emploi/1", "views": 12}),
    "à corriger": (S.REFUSED, {"reason_field": "description", "reason_text": "Retirez le nom d’école."}),
    "refusée": (
        S.REFUSED,
        {"reason_field": None, "reason_text": "L’établissement est fermé dans les registres."},
    ),
    "inconnue": (S.UNCERTAIN, {}),
    "retirée": (S.CANCELLED, {}),
}


def walk(kept: Catalogue) -> None:
    """One offer, seven words; what can be asked of the site."""
    with given(kept.app):
        turn(LBA, on=True)
        contact = make_contact(email="diffusion@boulangerie.example")
        offer = make_offer(contact=contact)
        number, public_id = offer.id, offer.public_id
        path = link_to(contact, public_id)
    client = kept.browser()
    client.submit(client.get(path))
    for name, (status, values) in TOLD.items():
        with given(kept.app):
            [found] = [one for one in diffusions_of(db.session.get_one(Offer, number)) if one.platform == LBA]
            if found.status is not status:
                move(found, MOVE_TO[status], detail="")
            for column, value in values.items():
                setattr(found, column, value)
            found.read_at = clock.now()
        kept.keep(f"où est mon offre / {name}", client.get(f"/gestion/offres/{public_id}"))
        site = kept.keep(f"site / {name}", client.get(f"/gestion/offres/{public_id}/sites/{LBA}"))
    kept.keep("site / relancé", client.submit(site, button="Relancer"))
    kept.keep("site / relayé", client.get(f"/gestion/offres/{public_id}/sites/1jeune1solution"))
