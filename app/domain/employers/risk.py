"""Signs of a borrowed SIRET. They hold an offer; their detail is told to nobody."""

import sqlalchemy as sa

from app.domain.employers.models import Contact, Establishment

FREE_MAIL = frozenset(
    "gmail.com googlemail.com outlook.com outlook.fr hotmail.com hotmail.fr live.fr live.com msn.com "
    "yahoo.fr yahoo.com orange.fr wanadoo.fr free.fr sfr.fr laposte.net icloud.com me.com "
    "protonmail.com proton.me gmx.fr gmx.com bbox.fr neuf.fr aol.com".split()
)
# INSEE's headcount codes from 250 employees.
LARGE_FIRM = frozenset({"32", "41", "42", "51", "52", "53"})
MANY_FIRMS = 5


def looks_borrowed(establishment: Establishment, contact: Contact, *, firms: int) -> str | None:
    """Name of the rule that fires, or None. An unknown size fires nothing. `firms`: see `firms_of`."""
    domain = contact.email_norm.rpartition("@")[2]
    if establishment.headcount_code in LARGE_FIRM and domain in FREE_MAIL:
        return "free_mail_large_firm"
    if firms > MANY_FIRMS:
        return "one_address_many_firms"
    return None


def firms_of(contact: Contact) -> sa.ScalarSelect[int]:
    """How many firms have this address among their contacts, as a part of a statement."""
    return (
        sa.select(sa.func.count(sa.distinct(Establishment.employer_id)))
        .select_from(Contact)
        .join(Establishment, Establishment.id == Contact.establishment_id)
        .where(Contact.email_norm == contact.email_norm)
        .scalar_subquery()
    )
