"""Establishments, contacts and offers in any state, made by the domain's own services.

Each call makes new objects; whatever the services queue (e-mails, journal) is really there. Nothing commits:
make them inside `with given(app):`, which does, and ask pages of the client after it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from flask import Flask
from stdnum import luhn

from app.audit.actor import ANONYMOUS, Actor, ActorKind
from app.core import clock
from app.core.database import db
from app.core.geo import Point
from app.core.identifiers import RomeCode, Siret
from app.domain.employers.directory import Address, DirectoryAnswer, LookUp, Outcome
from app.domain.employers.models import Contact, Establishment
from app.domain.employers.services import TypedCompany, contact_for, register_establishment
from app.domain.offers.deposit import Need, Workplace, confirm_offer, deposit_offer
from app.domain.offers.events import ExpiredOffer
from app.domain.offers.expiry import expire
from app.domain.offers.holding import decide_hold, hold_offer
from app.domain.offers.life import close_offer
from app.domain.offers.lifecycle import EndReason, OfferStatus
from app.domain.offers.models import HoldCause, HoldDecision, Offer

_numbers = count(1)
RODEZ = Point(44.3506, 2.5750)
AGENT = Actor(ActorKind.STAFF, 1, "account")


@contextmanager
def given(app: Flask) -> Iterator[None]:
    """A context of the application that commits at its end. Read what you need of the objects inside it.

    The client is used after it, not in it: a request would share its context, and what `g` remembers.
    """
    with app.app_context():
        yield
        db.session.commit()


def new_siret(number: int | None = None) -> Siret:
    """A SIRET with a right key, never given before, outside the ones that the stand-in knows (9910000xx)."""
    base = f"98{next(_numbers) if number is None else number:06d}"
    siren = base + luhn.calc_check_digit(base)
    return Siret(siren + "0001" + luhn.calc_check_digit(siren + "0001"))


def make_answer(siret: Siret | None = None, **over: Any) -> DirectoryAnswer:
    """What a register says of an open bakery in Rodez; `over` changes any field."""
    values: dict[str, Any] = {
        "siret": siret or new_siret(),
        "name": "BOULANGERIE DE L'ÉGLISE",
        "brand": None,
        "address": Address("12 rue de l’Embergue", "12000", "Rodez", "12202"),
        "is_open": True,
        "source": "recherche-entreprises",
        "read_at": clock.now(),
        "point": RODEZ,
        "naf": "10.71C",
        "naf_label": "Boulangerie et boulangerie-pâtisserie",
        "headcount_code": "02",
        "idcc": (843,),
    }
    return DirectoryAnswer(**{**values, **over})


def make_establishment(outcome: Outcome = Outcome.FOUND, **over: Any) -> Establishment:
    """An establishment as a look-up leaves it: verified by default. `over`: fields of the register's answer.

    With another outcome than FOUND or CLOSED the identity is typed by a person, and isn't publishable.
    """
    answer = make_answer(**over)
    known = outcome in {Outcome.FOUND, Outcome.CLOSED}
    look_up = LookUp(outcome, clock.now(), answer.source, answer if known else None)
    typed = TypedCompany(
        answer.name,
        answer.address.line,
        answer.address.postcode,
        answer.address.city,
        answer.address.commune_code,
        answer.point,
    )
    return register_establishment(answer.siret, look_up, typed=None if known else typed)


def make_contact(
    establishment: Establishment | None = None,
    *,
    email: str | None = None,
    name: str = "Camille Fabre",
    phone: str | None = "05 65 00 12 34",
    confirmed: bool = True,
) -> Contact:
    """A contact of an establishment, with a proved address unless `confirmed` is false."""
    contact = contact_for(
        establishment or make_establishment(),
        email=email or f"contact{next(_numbers)}@boulangerie.example",
        name=name,
        phone=phone,
    )
    if confirmed and contact.confirmed_at is None:
        contact.confirmed_at = clock.now()
    db.session.flush()
    return contact


def make_need(**over: Any) -> Need:
    """A need for a baker in Rodez; `over` changes any field (`lat`, `lon` or `workplace` for the place)."""
    values: dict[str, Any] = {
        "rome_code": RomeCode("D1102"),
        "job_key": "boulanger",
        "job_name": "boulanger ou boulangère",
        "workplace": Workplace("12 rue de l’Embergue", "12000", "Rodez", "12202", RODEZ),
        "title": "Boulanger ou boulangère en apprentissage",
        "description": "Vous apprenez le métier de boulanger.\n\nContrat d’apprentissage en CAP.",
        "tasks": ("Préparer les pâtes", "Façonner les pains", "Cuire au four"),
        "skills": ("Envie d’apprendre", "Ponctualité"),
        "level": 3,
        "start_on": clock.today() + timedelta(days=120),
    }
    return Need(**{**values, **over})


def make_offer(
    status: OfferStatus | str = OfferStatus.ONLINE,
    *,
    establishment: Establishment | None = None,
    contact: Contact | None = None,
    published: datetime | date | None = None,
    end_reason: EndReason = EndReason.FILLED_HERE,
    columns: dict[str, Any] | None = None,
    **need: Any,
) -> Offer:
    """An offer in a state, reached by the services: `make_offer("ended", rome_code=…, title=…)`.

    `published`: when it was deposited and went online (a day means noon in Paris); the offer isn't expired
    by itself, unless `status` is ended with `end_reason=EndReason.EXPIRED`. `columns` are set at the end, for
    what no service does.
    """
    wanted = OfferStatus(status)
    instant = _instant(published)
    with clock.set_to(instant):
        contact = contact or make_contact(establishment)
        offer = deposit_offer(
            contact.establishment, contact, make_need(**need), by=ANONYMOUS, confirmed=False
        )
        if wanted is not OfferStatus.TO_CONFIRM:
            confirm_offer(offer, by=Actor(ActorKind.CONTACT, contact.id, "link"))
        if wanted in {OfferStatus.HELD, OfferStatus.SUSPENDED} and offer.status is OfferStatus.ONLINE:
            hold_offer(offer, cause=HoldCause.REPORTS)
        db.session.flush()
        if wanted is OfferStatus.SUSPENDED:
            decide_hold(
                offer.holds[-1],
                decision=HoldDecision.CORRECT,
                motive="content",
                text="Précisez les horaires.",
                by=AGENT,
                decider="un agent du portail",
            )
    if wanted is OfferStatus.ENDED:
        _end(offer, end_reason)
    for name, value in (columns or {}).items():
        setattr(offer, name, value)
    db.session.flush()
    return offer


def make_offers(number: int, **shared: Any) -> list[Offer]:
    """Several offers online of one contact, published a minute apart, the last one newest."""
    contact = shared.pop("contact", None) or make_contact(shared.pop("establishment", None))
    start = clock.now() - timedelta(minutes=number)
    return [
        make_offer(contact=contact, published=start + timedelta(minutes=rank), **shared)
        for rank in range(number)
    ]


def _end(offer: Offer, reason: EndReason) -> None:
    if reason is EndReason.EXPIRED:
        db.session.flush()
        expire([ExpiredOffer(offer.id, offer.last_day or clock.today(), offer.contact.email)])
        db.session.refresh(offer)
    elif reason is EndReason.REFUSED:
        hold = hold_offer(offer, cause=HoldCause.REPORTS)
        db.session.flush()
        decide_hold(
            hold,
            decision=HoldDecision.REFUSE,
            motive="identity",
            text="La demande ne vient pas de l’entreprise.",
            by=AGENT,
            decider="un agent du portail",
        )
    else:
        close_offer(offer, by=Actor(ActorKind.CONTACT, offer.contact_id, "link"), reason=reason)


def _instant(moment: datetime | date | None) -> datetime:
    if moment is None:
        return clock.now()
    return moment if isinstance(moment, datetime) else clock.paris(moment, 12)
