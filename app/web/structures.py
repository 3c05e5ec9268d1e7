"""The structures whose offers the person who is signed in manages."""

from app.domain.organisations.members import memberships_of, needs_second_factor
from app.domain.organisations.models import Organisation
from app.domain.organisations.roles import may as role_may
from app.web.access import Permission, current_account, is_proven


def managed_structures() -> dict[int, Organisation]:
    """By number; none before the second factor of whoever needs one."""
    account = current_account()
    if account is None or (needs_second_factor(account) and not is_proven()):
        return {}
    return {
        one.organisation_id: one.organisation
        for one in memberships_of(account)
        if role_may(one.role, Permission.OFFER_MANAGE)
    }
