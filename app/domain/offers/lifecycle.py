"""States of an offer and the moves between them; docs/etats.md is drawn from this table."""

from enum import Enum

from app.core.lifecycle import Lifecycle


class OfferStatus(Enum):
    """The only six words."""

    DRAFT = "draft"
    TO_CONFIRM = "to_confirm"
    HELD = "held"
    ONLINE = "online"
    SUSPENDED = "suspended"
    ENDED = "ended"

    @property
    def label(self) -> str:
        return STATUS_LABELS[self]


class EndReason(Enum):
    """Why an offer is over."""

    EXPIRED = "expired"
    FILLED_HERE = "filled_here"
    FILLED_ELSEWHERE = "filled_elsewhere"
    GIVEN_UP = "given_up"
    NO_APPLICATION = "no_application"
    UNSUITABLE = "unsuitable"
    OTHER = "other"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """« Expirée », « Refusée », otherwise « Clôturée »."""
        return {EndReason.EXPIRED: "Expirée", EndReason.REFUSED: "Refusée"}.get(self, "Clôturée")


S = OfferStatus
STATUS_LABELS = {
    S.DRAFT: "Brouillon",
    S.TO_CONFIRM: "À confirmer",
    S.HELD: "En vérification",
    S.ONLINE: "En ligne",
    S.SUSPENDED: "Suspendue",
    S.ENDED: "Terminée",
}
# The reasons a person may choose, in the order of the page.
CLOSING_CHOICES = {
    EndReason.FILLED_HERE: "J’ai trouvé avec ce service",
    EndReason.FILLED_ELSEWHERE: "J’ai trouvé autrement",
    EndReason.GIVEN_UP: "Je ne recrute plus",
    EndReason.NO_APPLICATION: "Pas de candidature",
    EndReason.UNSUITABLE: "Candidatures non adaptées",
    EndReason.OTHER: "Autre raison",
}

OFFER_LIFECYCLE: Lifecycle[OfferStatus] = Lifecycle(
    "offer",
    {
        "deposit": (frozenset({S.DRAFT}), S.TO_CONFIRM),
        "publish": (frozenset({S.DRAFT, S.TO_CONFIRM, S.HELD}), S.ONLINE),
        "hold": (frozenset({S.DRAFT, S.TO_CONFIRM, S.ONLINE, S.SUSPENDED}), S.HELD),
        "ask_correction": (frozenset({S.HELD}), S.SUSPENDED),
        "resubmit": (frozenset({S.SUSPENDED}), S.HELD),
        "refuse": (frozenset({S.HELD}), S.ENDED),
        "renew": (frozenset({S.ONLINE, S.ENDED}), S.ONLINE),
        "close": (frozenset({S.TO_CONFIRM, S.HELD, S.ONLINE, S.SUSPENDED}), S.ENDED),
        "expire": (frozenset({S.ONLINE, S.HELD, S.SUSPENDED}), S.ENDED),
    },
)
