"""« APEC » in a structure's space: nothing yet, an identifier, offers in several states, the letter."""

from app.core import clock
from app.core.database import db
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.registry import turn
from app.domain.offers.models import Offer
from app.domain.organisations.models import Membership
from app.domain.organisations.roles import Role
from tests.browser.catalogue import Catalogue
from tests.browser.walks.structures import enter
from tests.factories.diffusions import make_diffusion
from tests.factories.offers import given, make_offer
from tests.factories.structures import make_member
from tests.support.apec import LETTER, give_identifier, member_with_offer

S = DiffusionStatus
_SENT = (
    (S.PUBLISHED, "Comptable en alternance"),
    (S.AWAITING_MODERATION, "Agent ou agente de laboratoire en alternance"),
    (S.REFUSED, "Développeur ou développeuse en alternance"),
)


def walk(kept: Catalogue) -> None:
    """Every page of it."""
    with given(kept.app):
        member, _ = member_with_offer()
        number, home = member.account_id, f"/espace/{member.organisation.public_id}/apec"
    client = kept.browser()
    enter(kept.app, client, number)
    kept.keep("apec / à préparer", client.get(home))
    form = kept.keep("apec / identifiant", client.get(f"{home}/identifiant"))
    kept.keep("apec / identifiant refusé", client.submit(form, {"value": "12 34"}))
    about = kept.keep("apec / présentation", client.get(f"{home}/presentation"))
    kept.keep("apec / présentation refusée", client.submit(about, {"about": "Trop court."}))
    asked = kept.keep("apec / demande", client.get(f"{home}/convention"))
    kept.keep("apec / demande refusée", client.submit(asked))
    kept.keep("apec / message", client.submit(asked, LETTER))
    _under_way(kept, number)
    kept.keep("apec / en service", client.get(home))
    kept.keep("apec / identifiant de quelqu’un", client.get(f"{home}/identifiant"))


def _under_way(kept: Catalogue, number: int) -> None:
    with given(kept.app):
        turn("apec", on=True)
        member = db.session.query(Membership).filter_by(account_id=number).one()
        make_member(member.organisation, Role.RECRUITER, email="lea-roux@cma.example")
        give_identifier(member)
        for status, title in _SENT:
            offer = make_offer(level=6, duration_months=24, title=title)
            offer.organisation = member.organisation
            _at_apec(offer, status)
        short = make_offer(level=3, duration_months=24, title="Boulanger ou boulangère")
        short.organisation = member.organisation


def _at_apec(offer: Offer, status: DiffusionStatus) -> None:
    make_diffusion(
        offer,
        platform="apec",
        status=status,
        first_published_at=clock.now(),
        reason_code="337",
        reason_text="La description compte moins de 200 caractères.",
        url="http://127.0.0.1:5105/candidat/recherche-emploi.html/emploi/detail-offre/100000001W",
    )
