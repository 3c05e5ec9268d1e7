"""Signs of a borrowed SIRET. They hold an offer; their detail is told to nobody."""

import sqlalchemy as sa

from app.core.database import db
from app.domain.employers.models import Contact, Establishment

FREE_MAIL = frozenset(
    "gmail.com googlemail.com outlook.com outlook.fr hotmail.com hotmail.fr live.fr live.com msn.com "
    "yahoo.fr yahoo.com orange.fr wanadoo.fr free.fr sfr.fr laposte.net icloud.com me.com "
    "protonmail.com proton.me gmx.fr gmx.com bbox.fr neuf.fr aol.com".split()
)
# INSEE's headcount codes from 250 employees.
LARGE_FIRM = frozenset({"32", "41", "42", "51", "52", "53"})
MANY_FIRMS = 5


def looks_borrowed(establishment: Establishment, contact: Contact) -> str | None:
    """Name of the rule that fires, or None. An unknown size fires nothing."""
    domain = contact.email_norm.rpartition("@")[2]
    if establishment.headcount_code in LARGE_FIRM and domain in FREE_MAIL:
        return "free_mail_large_firm"
    if _firms_of(contact) > MANY_FIRMS:
        return "one_address_many_firms"
    return None


def _firms_of(contact: Contact) -> int:
    query = (
        sa.select(sa.func.count(sa.distinct(Establishment.employer_id)))
        .select_from(Contact)
        .join(Establishment, Establishment.id == Contact.establishment_id)
        .where(Contact.email_norm == contact.email_norm)
    )
    return db.session.scalar(query) or 0
