"""Identifiers of members and the structure's own text: kept, tried, removed."""

import re

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import Actor
from app.core import clock
from app.core.database import db
from app.core.errors import Refused
from app.core.secrets import Keyring
from app.domain.diffusion.apec.emails import ApecIdInvalid
from app.domain.diffusion.apec.facts import place_of
from app.domain.diffusion.apec.models import ApecAgreement, ApecIdentifier, ApecOffer
from app.domain.diffusion.board import Trial
from app.domain.diffusion.lifecycle import OVER, DiffusionStatus
from app.domain.diffusion.models import Diffusion
from app.domain.diffusion.orders import ask, sync_offer
from app.domain.diffusion.platforms.apec import APEC
from app.domain.diffusion.registry import open_platforms
from app.domain.offers.models import Offer
from app.domain.offers.queries import visible
from app.domain.organisations.models import Membership, Organisation
from app.outbox import queue

FORM = re.compile(r"[0-9]{1,20}[Wi]?")
WRONG_FORM = "L’identifiant APEC ne contient que des chiffres, parfois suivis de W ou i."
UNKNOWN = "APEC ne reconnaît pas cet identifiant. Demandez-le à votre contact APEC."
STILL_THERE = (
    "Des offres sont encore à l’APEC avec cet identifiant. Clôturez-les ou retirez-les d’abord : sans lui, "
    "nous ne pourrions plus les retirer."
)
_ABOUT_IDENTIFIER = frozenset({"103", "identifiant"})
_ABOUT_AGREEMENT = frozenset({"presentation", "mode"})
_GONE = OVER | {DiffusionStatus.SUSPENDED, DiffusionStatus.REFUSED, DiffusionStatus.DRAFT}


def is_well_formed(value: str) -> bool:
    """Digits, then W or i if there is one."""
    return FORM.fullmatch(value) is not None


def identifiers_of(organisation: Organisation) -> dict[int, ApecIdentifier]:
    """By number of the membership."""
    query = sa.select(ApecIdentifier).join(Membership).where(Membership.organisation_id == organisation.id)
    return {found.membership_id: found for found in db.session.scalars(query)}


def keep_identifier(
    member: Membership, value: str, *, trial: Trial, keyring: Keyring, by: Actor
) -> ApecIdentifier:
    """Add or replace a member's identifier, with what APEC said of it; the offers that may go there leave.

    Raises Refused for a wrong form, for one that APEC doesn't know, and while offers are there with another.
    """
    if not is_well_formed(value):
        raise Refused(WRONG_FORM)
    if not trial.works and not trial.untestable:
        raise Refused(UNKNOWN)
    found = identifiers_of(member.organisation).get(member.id)
    sealed = keyring.seal(value, place=place_of(member.id))
    if found is None:
        found = ApecIdentifier(membership=member, added_at=clock.now(), sealed=sealed)
        db.session.add(found)
    elif found.works is not False and offers_there(found):
        raise Refused(STILL_THERE)
    found.sealed = sealed
    note_trial(found, trial, by=by)
    db.session.flush()
    journal.record("apec_identifier_kept", member.organisation, by=by)
    send_what_may_go(member.organisation)
    send_again(member.organisation, _ABOUT_IDENTIFIER, by=by)
    return found


def note_trial(found: ApecIdentifier, trial: Trial, *, by: Actor) -> None:
    """What APEC said; without an answer nothing changes. Who didn't try it learns of a refusal (E28)."""
    if trial.untestable:
        return
    is_news = not trial.works and found.works is not False
    found.tested_at, found.works = clock.now(), trial.works
    if is_news and by.id != found.membership.account_id:
        queue(ApecIdInvalid(found, found.tested_at))


def value_of(found: ApecIdentifier, *, keyring: Keyring) -> str:
    """To try it again; raises Unreadable."""
    return keyring.open(found.sealed, place=place_of(found.membership_id))


def remove_identifier(found: ApecIdentifier, *, by: Actor) -> None:
    """Raises Refused while offers are at APEC with it."""
    if offers_there(found):
        raise Refused(STILL_THERE)
    journal.record("apec_identifier_removed", found.membership.organisation, by=by)
    db.session.delete(found)


def offers_there(found: ApecIdentifier) -> int:
    """How many offers are, or may be, at APEC with it."""
    query = (
        sa.select(sa.func.count())
        .select_from(ApecOffer)
        .join(Diffusion, Diffusion.offer_id == ApecOffer.offer_id)
        .where(
            ApecOffer.identifier_id == found.id,
            Diffusion.platform == APEC.key,
            Diffusion.status.not_in(_GONE),
        )
    )
    return db.session.scalar(query) or 0


def keep_agreement(
    organisation: Organisation, *, about: str, for_others: bool, by: Actor, is_public: bool = False
) -> ApecAgreement:
    """The company text, whether the agreement lets it publish for others, whether it is a public employer."""
    found = agreement_of(organisation)
    found.about, found.for_others, found.is_public = about, for_others, is_public
    found.changed_at = clock.now()
    journal.record("apec_agreement_kept", organisation, by=by)
    db.session.flush()
    send_again(organisation, _ABOUT_AGREEMENT, by=by)
    return found


def choose_sending(organisation: Organisation, *, sends_all: bool, by: Actor) -> None:
    """Every offer that may go to APEC leaves by itself from now on, or only those that somebody chooses."""
    found = agreement_of(organisation)
    found.sends_all, found.changed_at = sends_all, clock.now()
    journal.record("apec_sending_chosen", organisation, by=by, facts={"all": sends_all})
    db.session.flush()
    if sends_all:
        send_what_may_go(organisation)


def agreement_of(organisation: Organisation) -> ApecAgreement:
    """What the structure has said of itself, made empty when it has said nothing."""
    found = db.session.get(ApecAgreement, organisation.id)
    if found is None:
        found = ApecAgreement(
            organisation_id=organisation.id, about="", for_others=False, is_public=False, sends_all=True,
            changed_at=clock.now(),
        )  # fmt: skip
        db.session.add(found)
    return found


def send_again(organisation: Organisation, codes: frozenset[str], *, by: Actor) -> None:
    """What was refused for one of these reasons, now mended, leaves again under another reference."""
    if APEC.key not in open_platforms():
        return
    query = (
        sa.select(Offer)
        .join(Diffusion, Diffusion.offer_id == Offer.id)
        .where(
            Offer.organisation_id == organisation.id,
            Diffusion.platform == APEC.key,
            Diffusion.status == DiffusionStatus.REFUSED,
            Diffusion.reason_code.in_(codes),
            Diffusion.wanted,
            visible(),
        )
    )
    for offer in db.session.scalars(query.limit(500)):
        ask(offer, APEC.key, by=by)


def send_what_may_go(organisation: Organisation) -> None:
    """The structure's offers that are online: those that APEC may have now leave."""
    query = sa.select(Offer).where(Offer.organisation_id == organisation.id, Offer.level >= 5, visible())
    for offer in db.session.scalars(query.limit(500)):
        sync_offer(offer)
