"""Companies, offers and OPCO links for the tests of OPCOs, made by the real services."""

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.audit.actor import ANONYMOUS
from app.core import clock
from app.core.database import db
from app.core.identifiers import RomeCode, Siret
from app.domain.accounts import magic_links
from app.domain.accounts.models import Purpose
from app.domain.employers.models import Contact, Employer, Establishment, Verification
from app.domain.employers.services import contact_for
from app.domain.offers.deposit import Need, Workplace, deposit_offer
from app.domain.offers.models import Offer
from app.domain.opco.contacts import record_contact
from app.domain.opco.determination import opco_by_code
from app.domain.opco.models import ContactMode, OpcoContact

BAKERY = "99100001900018"
GARAGE = "99100019100015"


def a_company(
    siret: str = BAKERY,
    *,
    idcc: tuple[int, ...] = (843,),
    naf: str | None = "10.71C",
    brand: str = "Au bon levain",
    postcode: str = "12000",
    commune_code: str | None = "12202",
    verification: Verification = Verification.VERIFIED,
) -> Establishment:
    """An establishment as a look-up leaves it."""
    number = Siret(siret)
    employer = Employer(siren=number.siren, name=brand.upper(), idcc=list(idcc), created_at=clock.now())
    establishment = Establishment(
        siret=number,
        employer=employer,
        name=brand.upper(),
        brand=brand,
        address_line="12 rue du Touat",
        postcode=postcode,
        city="Rodez",
        commune_code=commune_code,
        naf=naf,
        verification=verification,
        checks=0,
        created_at=clock.now(),
    )
    db.session.add(establishment)
    db.session.flush()
    return establishment


def a_contact(establishment: Establishment, email: str = "claire@levain.example") -> Contact:
    """The person to whom the company's mails go."""
    return contact_for(establishment, email=email, name="Claire Martin", phone="+33565000000")


def an_offer(establishment: Establishment, *, job: str = "boulanger ou boulangère") -> Offer:
    """An offer of a confirmed contact: online, or held when a cause to check fires."""
    need = Need(
        rome_code=RomeCode("D1102"),
        job_key="boulanger",
        job_name=job,
        workplace=Workplace("12 rue du Touat", "12000", "Rodez", "12202"),
        title="Boulanger ou boulangère en apprentissage",
        description="Vous apprenez à fabriquer le pain.",
        tasks=("Préparer les pâtes",),
        level=3,
    )
    contact = a_contact(establishment)
    return deposit_offer(establishment, contact, need, by=ANONYMOUS, confirmed=True)


def an_address(
    code: str = "06",
    email: str = "suivi@ep.example",
    *,
    department: str | None = None,
    mode: ContactMode = ContactMode.PER_EVENT,
) -> OpcoContact:
    """A recorded address of an OPCO."""
    return record_contact(opco_by_code(code), email, department=department, mode=mode)


def open_link(
    client: FlaskClient, purpose: Purpose, *, object_type: str, object_id: int, email: str, scope: str = ""
) -> TestResponse:
    """Open a mailed link as a person does: read its page, press its button, follow."""
    token = magic_links.issue(purpose, object_type=object_type, object_id=object_id, email=email, scope=scope)
    db.session.commit()
    page = client.get(f"/l/{token}")
    return client.submit(page)  # type: ignore[attr-defined, no-any-return]  # the checked client of the tests
