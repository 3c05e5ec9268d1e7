"""The eleven rows, and an address of demonstration for each."""

import sqlalchemy as sa

from app.core.database import db
from app.domain.opco.contacts import record_contact
from app.domain.opco.models import Opco, OpcoContact
from app.domain.opco.register import all_opcos


def seed_opcos() -> int:
    """Write the eleven OPCOs as the committed file gives them; returns how many rows were new."""
    known = {opco.code: opco for opco in db.session.scalars(sa.select(Opco))}
    for entry in all_opcos():
        opco = known.get(entry.code)
        if opco is None:
            opco = Opco(code=entry.code)
            db.session.add(opco)
        opco.siren, opco.label, opco.short_name = entry.siren, entry.label, entry.short_name
    db.session.flush()
    return len(all_opcos()) - len(known)


def seed_demo_contacts() -> int:
    """Development only: each OPCO without any address gets opco-<code>@opco.example; returns how many."""
    told = set(db.session.scalars(sa.select(OpcoContact.opco_id).distinct()))
    new = [opco for opco in db.session.scalars(sa.select(Opco).order_by(Opco.code)) if opco.id not in told]
    for opco in new:
        record_contact(opco, f"opco-{opco.code}@opco.example")
    return len(new)
