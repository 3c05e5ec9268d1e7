"""What the tables hold before anybody comes: reference rows, and a demonstration's offers."""

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.core.failpoints import failpoint
from app.demonstration import seed_offers
from app.demonstration_apec import seed_apec
from app.demonstration_collecting import seed_collecting
from app.demonstration_opco import seed_exchanges, seed_view
from app.demonstration_structures import seed_structures
from app.domain.accounts.models import Account, StaffRole
from app.domain.cfa_requests.seeds import seed_demo_catalogue
from app.domain.opco.seeds import seed_demo_contacts, seed_opcos
from app.domain.reference.legal import seed_legal_parameters


def seed_reference() -> None:
    """The eleven OPCOs and the dated legal values."""
    seed_opcos()
    failpoint("seeds.midway")
    seed_legal_parameters(db.session())


def seed_demonstration() -> None:
    """Agents, an address for each OPCO, offers of invented companies, structures and their members."""
    seed_demo_contacts()
    seed_demo_catalogue()
    seed_offers()
    for email, name, role in (
        ("agent@portail.example", "Agent de démonstration", StaffRole.OPERATOR),
        ("admin@portail.example", "Administratrice de démonstration", StaffRole.ADMINISTRATOR),
    ):
        if db.session.scalar(sa.select(Account.id).where(Account.email == email)) is None:
            db.session.add(Account(email=email, name=name, staff_role=role, created_at=clock.now()))
    seed_structures()
    seed_collecting()
    seed_apec()
    seed_exchanges()
    seed_view()
