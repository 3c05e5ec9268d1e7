"""Retention of what lives long: contacts, recipients of e-mails, the journal."""

from datetime import timedelta

import sqlalchemy as sa

from app.audit.models import JournalEntry
from app.core import clock
from app.core.database import db
from app.domain.accounts.models import Link
from app.domain.employers.models import Contact
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Draft, Offer
from app.outbox.upkeep import forget_recipients
from app.scheduling import Counts, Daily, Run, job

# Thirteen months, so that a need that comes back each year finds its contact.
CONTACT_KEPT = timedelta(days=396)
RECIPIENT_KEPT = timedelta(days=90)
JOURNAL_KEPT = timedelta(days=3 * 365)
BATCH = 200


@job(
    "retention",
    at=Daily(3, 45),
    title="Appliquer les durées de conservation",
    words={
        "contacts": ("contact anonymisé", "contacts anonymisés"),
        "recipients": ("adresse de courriel effacée", "adresses de courriel effacées"),
        "lines": ("ligne de journal effacée", "lignes de journal effacées"),
    },
)
def retention(run: Run) -> Counts:
    """Anonymise and erase what has been kept long enough."""
    for contact in contacts_to_forget(limit=run.limit or 1000):
        forget_contact(contact)
        run.count("contacts")
        if run.counts["contacts"] % BATCH == 0:
            run.commit()
    run.commit()
    run.count("recipients", forget_recipients(clock.now() - RECIPIENT_KEPT))
    run.commit()
    old = sa.delete(JournalEntry).where(JournalEntry.at < clock.now() - JOURNAL_KEPT)
    run.count("lines", db.session.execute(old).rowcount)  # type: ignore[attr-defined]  # a cursor result
    run.commit()
    return run.counts


def contacts_to_forget(*, limit: int) -> list[Contact]:
    """Contacts not forgotten yet, all of whose offers ended thirteen months ago at least."""
    before = clock.now() - CONTACT_KEPT
    lives = sa.select(Offer.id).where(
        Offer.contact_id == Contact.id,
        sa.or_(Offer.status != OfferStatus.ENDED, Offer.ended_at.is_(None), Offer.ended_at >= before),
    )
    query = (
        sa.select(Contact)
        .where(Contact.email != "", Contact.created_at < before, ~sa.exists(lives))
        .order_by(Contact.id)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def forget_contact(contact: Contact) -> None:
    """Blank the person: the offers stay, for statistics, with nobody's name nor address."""
    db.session.execute(sa.delete(Link).where(Link.object_type == "contact", Link.object_id == contact.id))
    db.session.execute(sa.delete(Draft).where(Draft.contact_id == contact.id))
    contact.removed_at = contact.removed_at or clock.now()
    contact.email = contact.name = ""
    contact.phone = None
    # Unique within an establishment: the row's number keeps it so, and names nobody.
    contact.email_norm = f"#{contact.id}"
