"""Rights of people with an account: those of portal staff, and those that a role in a structure gives."""

from enum import Enum

from app.domain.accounts.models import StaffRole


class Permission(Enum):
    """One right. The first ones are portal staff's, the last ones are held in a structure."""

    QUEUES_READ = "queues_read"
    HOLD_DECIDE = "hold_decide"
    MAIL_MANAGE = "mail_manage"
    DIFFUSION_MANAGE = "diffusion_manage"
    MAIL_PREVIEW = "mail_preview"
    JOBS_READ = "jobs_read"
    ORGANISATION_VERIFY = "organisation_verify"
    PARTNERS_MANAGE = "partners_manage"
    OPCO_MANAGE = "opco_manage"
    ACCOUNTS_HELP = "accounts_help"
    STAFF_MANAGE = "staff_manage"

    SPACE_READ = "space_read"
    OFFER_MANAGE = "offer_manage"
    MEMBERS_MANAGE = "members_manage"
    FOLLOW_UP_MANAGE = "follow_up_manage"
    DOSSIER_REVIEW = "dossier_review"


IN_A_STRUCTURE = frozenset(
    {
        Permission.SPACE_READ,
        Permission.OFFER_MANAGE,
        Permission.MEMBERS_MANAGE,
        Permission.FOLLOW_UP_MANAGE,
        Permission.DOSSIER_REVIEW,
    }
)
OF_STAFF = frozenset(Permission) - IN_A_STRUCTURE
# Operators moderate; administrators also look after the machinery.
STAFF_PERMISSIONS = {
    StaffRole.OPERATOR: OF_STAFF
    - {Permission.JOBS_READ, Permission.PARTNERS_MANAGE, Permission.STAFF_MANAGE},
    StaffRole.ADMINISTRATOR: OF_STAFF,
}


def staff_may(role: StaffRole | None, permission: Permission) -> bool:
    """Does this staff role give the right?"""
    return role is not None and permission in STAFF_PERMISSIONS[role]
