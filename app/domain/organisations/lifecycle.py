"""States of a structure: who vouches for it."""

from enum import Enum

from app.core.lifecycle import Lifecycle


class OrganisationStatus(Enum):
    """What we know of the right of its people to speak for it."""

    UNCONFIRMED = "unconfirmed"
    TO_VERIFY = "to_verify"
    VERIFIED = "verified"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return LABELS[self]


S = OrganisationStatus
LABELS = {
    S.UNCONFIRMED: "Adresse à confirmer",
    S.TO_VERIFY: "En cours de vérification",
    S.VERIFIED: "Vérifiée",
    S.REFUSED: "Non vérifiée",
}

ORGANISATION_LIFECYCLE: Lifecycle[OrganisationStatus] = Lifecycle(
    "organisation",
    {
        "confirm": (frozenset({S.UNCONFIRMED}), S.TO_VERIFY),
        "verify": (frozenset({S.TO_VERIFY, S.REFUSED}), S.VERIFIED),
        "refuse": (frozenset({S.TO_VERIFY, S.VERIFIED}), S.REFUSED),
        "ask_again": (frozenset({S.REFUSED}), S.TO_VERIFY),
    },
)
