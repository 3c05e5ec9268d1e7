"""A verified OPCO's space with its people, and companies of its field."""

import sqlalchemy as sa

from app.core.database import db
from app.domain.offers.models import Offer
from app.domain.opco.determination import opco_by_code
from app.domain.opco.follow_up import open_follow_up
from app.domain.opco.models import FollowUp
from app.domain.organisations.models import Kind, Membership, Organisation
from app.domain.organisations.roles import Role
from tests.factories.offers import make_establishment, make_offer
from tests.factories.structures import make_member, make_structure
from tests.support.client import CheckedClient
from tests.support.sign_in import by_link

# A collective agreement of each field.
AGREEMENTS = {"06": 843, "01": 86}


def opco_member(role: Role = Role.RECRUITER, *, code: str = "06", name: str = "OPCO EP") -> Membership:
    """Somebody of an OPCO's own structure."""
    return make_member(make_structure(Kind.OPCO, name=name, opco_code=code), role)


def followed(code: str = "06", *, offers: int = 1, **company: object) -> FollowUp:
    """A company of the field with offers online, to contact."""
    establishment = make_establishment(idcc=(AGREEMENTS[code],), naf=None, **company)
    for _ in range(offers):
        make_offer(establishment=establishment)
    return open_follow_up(establishment, opco_by_code(code))


def enter(client: CheckedClient, member: Membership) -> str:
    """Sign in with the second factor; gives the address of the space."""
    address = space_url(member.organisation)
    by_link(client, member.account)
    return address


def space_url(space: Organisation, tail: str = "") -> str:
    """An address in the space."""
    db.session.flush()
    return f"/espace/{space.public_id}{tail}"


def many_offers(number: int) -> None:
    """Copies of the first offer, at its company. Commits."""
    table = Offer.__table__
    first = db.session.execute(sa.select(table).order_by(table.c.id).limit(1)).one()._mapping
    kept = {name: value for name, value in first.items() if name != "id"}
    rows = [
        {**kept, "public_id": f"copie{n:07d}", "reference": f"DA-{n:07d}", "short_code": f"{n:07d}"}
        for n in range(number)
    ]
    db.session.execute(sa.insert(table), rows)
    db.session.commit()
