"""CFAs, courses, requests to CFAs and the people they propose, made by the real services."""

from datetime import date
from itertools import count
from typing import Any

from stdnum import luhn

from app.audit.actor import Actor, ActorKind
from app.core.database import db
from app.core.geo import Point
from app.core.identifiers import RomeCode, Siret
from app.domain.cfa_requests.catalogue import store_page
from app.domain.cfa_requests.catalogue_models import Cfa
from app.domain.cfa_requests.matching import Near
from app.domain.cfa_requests.models import CfaRequest, ProposedCandidate
from app.domain.cfa_requests.services import Person, ask_cfas, propose
from app.domain.cfa_requests.source import CoursePage, SourceCfa, SourceCourse
from app.domain.offers.models import Offer
from tests.factories.offers import RODEZ, make_offer

_numbers = count(1)
CFA_ACTOR = Actor(ActorKind.CFA, 1, "link")
EMPLOYER = Actor(ActorKind.CONTACT, 1, "link")


def cfa_siret() -> Siret:
    """A SIRET never given before, in the range of invented centres."""
    base = f"9925{next(_numbers):04d}"
    siren = base + luhn.calc_check_digit(base)
    return Siret(siren + "0001" + luhn.calc_check_digit(siren + "0001"))


def course(cfa: SourceCfa | None = None, **over: Any) -> SourceCourse:
    """A bakery course in Rodez; `over` changes any field, those of its centre too (`emails`, `name`…)."""
    number = next(_numbers)
    centre: dict[str, Any] = {
        "siret": cfa_siret(),
        "uai": None,
        "name": f"CFA du pain {number}",
        "certified": True,
        "postcode": "12000",
        "city": "Rodez",
        "point": over.get("point", RODEZ),
        "emails": (f"apprentissage{number}@cfa.example", f"accueil{number}@cfa.example"),
    }
    centre |= {name: over.pop(name) for name in list(over) if name in centre and name != "point"}
    values: dict[str, Any] = {
        "key": f"cle-{number}",
        "title": "CAP Boulanger",
        "rncp": "RNCP90001",
        "level": 3,
        "rome_codes": (RomeCode("D1102"),),
        "point": RODEZ,
        "next_start": date(2027, 9, 1),
        "cfa": cfa or SourceCfa(**centre),
    }
    return SourceCourse(**{**values, **over})


def store(*courses: SourceCourse) -> int:
    """Write courses as the first page of a reading."""
    return store_page(0, CoursePage(courses, pages=1), identities={})


def make_cfa(**over: Any) -> Cfa:
    """A CFA of the copy with one course."""
    made = course(**over)
    store(made)
    assert made.cfa is not None
    return db.session.query(Cfa).filter_by(siret=made.cfa.siret).one()


def make_request(
    offer: Offer | None = None, *, cfa: Cfa | None = None, km: float = 12.0, give_phone: bool = False
) -> CfaRequest:
    """An offer sent to a CFA."""
    near = Near(cfa or make_cfa(), km)
    [made] = ask_cfas(offer or make_offer(), [near], give_phone=give_phone, by=EMPLOYER)
    return made


def make_candidate(request: CfaRequest | None = None, *, email: str = "") -> ProposedCandidate:
    """Somebody proposed, who hasn't said anything yet."""
    request = request or make_request()
    person = Person("Léa", email or f"lea{next(_numbers)}@exemple.example")
    propose(request, [person], message="", by=CFA_ACTOR)
    return request.candidates[-1]


FAR = Point(48.8566, 2.3429)
