"""What the page « APEC » of a structure shows: its offers there, with what stops them. A few statements."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.core import clock
from app.core.database import db
from app.domain.diffusion.apec.models import ApecAgreement
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.models import Diffusion
from app.domain.diffusion.platforms.apec import APEC, comes_with_an_identifier, is_for_an_agent
from app.domain.offers.models import Offer
from app.domain.offers.queries import visible
from app.domain.organisations.models import Organisation

SHOWN = 20
S = DiffusionStatus
WHAT_TO_DO = {
    S.QUEUED: "Rien à faire : elle part dans les minutes qui viennent.",
    S.SENDING: "Rien à faire : nous lisons la réponse de l’APEC.",
    S.AWAITING_MODERATION: "Rien à faire : un consultant de l’APEC relit l’annonce. Elle ne peut pas être "
    "retirée pendant ce temps.",
    S.PUBLISHED: "Pour la changer, modifiez l’offre : une autre annonce remplace celle-ci. Pour la retirer, "
    "« Retirer de ce site ».",
    S.REFUSED: "Corrigez l’offre : elle repart sous une autre référence.",
    S.SUSPENDED: "« Diffuser sur APEC », page de l’offre, la remet en ligne avec le même texte, pendant "
    "30 jours.",
    S.CLOSED: "Archivée par l’APEC, après environ 30 jours. « Relancer l’envoi », page de l’offre, en publie "
    "une copie sous une autre référence.",
    S.UNCERTAIN: "Rien à faire : l’APEC n’a pas répondu. Nous lisons son état avant tout nouvel envoi.",
}


ON_DEMAND = "« Diffuser sur APEC », page de l’offre, l’y envoie."


@dataclass(frozen=True, slots=True)
class OfferThere:
    """One offer: its diffusion at APEC if it has one, else what stops it."""

    offer: Offer
    diffusion: Diffusion | None
    obstacles: tuple[str, ...]
    is_chosen: bool = False
    """The structure sends only those that somebody chooses."""
    is_public: bool = False

    @property
    def state(self) -> str:
        """The word that people read."""
        if self.diffusion is not None:
            return self.diffusion.status.label
        return "Ne peut pas partir" if self.obstacles else "Pas encore envoyée"

    @property
    def listed_as(self) -> str:
        """How APEC classes it."""
        if is_for_an_agent(self.offer.title):
            return "Agent de maîtrise"
        own = self.offer.organisation
        ours = own is not None and own.siret.siren == self.offer.establishment.siret.siren
        return "Cadre du secteur public" if self.is_public and ours else "Cadre"

    @property
    def number(self) -> str:
        """APEC's own reference; « » before it has one."""
        last = self.diffusion.submission if self.diffusion else None
        return last.remote_id or "" if last else ""

    @property
    def about_until(self) -> date | None:
        """The day around which APEC ends it."""
        at = self.diffusion.first_published_at if self.diffusion else None
        online = self.diffusion is not None and self.diffusion.status is S.PUBLISHED
        return clock.day_of(at) + timedelta(days=30) if at and online else None

    @property
    def to_do(self) -> str:
        """What the person may do now."""
        if self.diffusion is None:
            return " ".join(self.obstacles) or (ON_DEMAND if self.is_chosen else "")
        said = WHAT_TO_DO.get(self.diffusion.status, "")
        if self.diffusion.status is S.REFUSED and self.diffusion.reason_text:
            return f"{self.diffusion.reason_text} {said}"
        return said


def offers_there(organisation: Organisation) -> list[OfferThere]:
    """Its offers online, and those that are or were at APEC; newest first."""
    at_apec = sa.select(Diffusion.offer_id).where(Diffusion.platform == APEC.key)
    query = (
        sa.select(Offer)
        .where(
            Offer.organisation_id == organisation.id,
            sa.or_(visible(), Offer.id.in_(at_apec)),
        )
        .options(joinedload(Offer.establishment), joinedload(Offer.organisation))
        .order_by(Offer.id.desc())
        .limit(SHOWN)
    )
    offers = list(db.session.scalars(query))
    found = _diffusions([offer.id for offer in offers])
    agreement = db.session.get(ApecAgreement, organisation.id)
    return [_line(offer, found.get(offer.id), agreement) for offer in offers]


def _diffusions(offers: list[int]) -> dict[int, Diffusion]:
    query = (
        sa.select(Diffusion)
        .where(Diffusion.platform == APEC.key, Diffusion.offer_id.in_(offers))
        .options(joinedload(Diffusion.submissions))
    )
    return {one.offer_id: one for one in db.session.scalars(query).unique()}


def _line(offer: Offer, diffusion: Diffusion | None, agreement: ApecAgreement | None) -> OfferThere:
    # The page says once for all whether there is an identifier.
    rules = [rule for rule in APEC.rules if rule is not comes_with_an_identifier]
    reasons = tuple(reason for rule in rules if (reason := rule(offer, {})))
    return OfferThere(
        offer,
        diffusion,
        () if diffusion else reasons,
        is_chosen=agreement is not None and not agreement.sends_all,
        is_public=agreement is not None and agreement.is_public,
    )
