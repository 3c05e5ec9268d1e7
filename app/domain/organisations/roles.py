"""The four roles in a structure, and what each may do."""

from enum import Enum

from app.domain.accounts.permissions import IN_A_STRUCTURE, Permission


class Role(Enum):
    """A member's role; the label is what people read."""

    ADMINISTRATOR = "administrator"
    RECRUITER = "recruiter"
    REVIEWER = "reviewer"
    READER = "reader"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Role.ADMINISTRATOR: "Responsable",
    Role.RECRUITER: "Recruteur",
    Role.REVIEWER: "Vérificateur",
    Role.READER: "Lecture",
}
MAY = {
    Role.ADMINISTRATOR: "Tout dans la structure : membres, réglages, offres",
    Role.RECRUITER: "Déposer et gérer les offres, suivre les entreprises",
    Role.REVIEWER: "Vérifier les dossiers des candidats",
    Role.READER: "Consulter, sans rien changer",
}
ROLE_PERMISSIONS = {
    # A responsible person runs the structure; candidates' files stay with its reviewers.
    Role.ADMINISTRATOR: IN_A_STRUCTURE - {Permission.DOSSIER_REVIEW},
    Role.RECRUITER: frozenset(
        {Permission.SPACE_READ, Permission.OFFER_MANAGE, Permission.FOLLOW_UP_MANAGE}
    ),
    Role.REVIEWER: frozenset({Permission.SPACE_READ, Permission.DOSSIER_REVIEW}),
    Role.READER: frozenset({Permission.SPACE_READ}),
}
# These people see or decide for others: an e-mail alone doesn't let them in.
PROVEN_ROLES = frozenset({Role.ADMINISTRATOR, Role.REVIEWER})


def may(role: Role, permission: Permission) -> bool:
    """Does this role give the right?"""
    return permission in ROLE_PERMISSIONS[role]


def who_may(permission: Permission) -> str:
    """« un responsable »: the first role that has the right, for a refusal that helps."""
    role = next(role for role in Role if permission in ROLE_PERMISSIONS[role])
    return f"un {role.label.lower()}"
