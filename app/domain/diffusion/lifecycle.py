"""States of a diffusion and of a submission; docs/etats.md is drawn from these tables."""

from enum import Enum

from app.core.lifecycle import Lifecycle


class DiffusionStatus(Enum):
    """What is known of an offer at a platform: one vocabulary for all of them."""

    DRAFT = "draft"
    QUEUED = "queued"
    SENDING = "sending"
    AWAITING_MODERATION = "awaiting_moderation"
    PUBLISHED = "published"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    FILLED = "filled"
    CANCELLED = "cancelled"
    CLOSED = "closed"
    UNCERTAIN = "uncertain"

    @property
    def label(self) -> str:
        """The word that people read."""
        return STATUS_LABELS[self]

    @property
    def is_over(self) -> bool:
        """Is there nothing left at the platform, for good?"""
        return self in OVER


S = DiffusionStatus
STATUS_LABELS = {
    S.DRAFT: "Non demandé",
    S.QUEUED: "En file",
    S.SENDING: "Envoyée",
    S.AWAITING_MODERATION: "Envoyée",
    S.PUBLISHED: "Publiée",
    S.REFUSED: "Refusée",
    S.SUSPENDED: "Retirée",
    S.EXPIRED: "Retirée",
    S.FILLED: "Retirée",
    S.CANCELLED: "Retirée",
    S.CLOSED: "Retirée",
    S.UNCERTAIN: "Inconnue",
}
OVER = frozenset({S.EXPIRED, S.FILLED, S.CANCELLED, S.CLOSED})
# What a partner tells may come in any order: it is the truth, whatever we believed.
_ASKED = frozenset(S) - {S.DRAFT}


def _told(state: DiffusionStatus) -> tuple[frozenset[DiffusionStatus], DiffusionStatus]:
    return _ASKED - {state}, state


DIFFUSION_LIFECYCLE: Lifecycle[DiffusionStatus] = Lifecycle(
    "diffusion",
    {
        "ask": (frozenset({S.DRAFT, S.REFUSED, S.SUSPENDED}) | OVER, S.QUEUED),
        "take_back": (frozenset({S.QUEUED}), S.CANCELLED),
        "send": (_ASKED - {S.SENDING}, S.SENDING),
        "moderate": _told(S.AWAITING_MODERATION),
        "publish": _told(S.PUBLISHED),
        "refuse": _told(S.REFUSED),
        "suspend": _told(S.SUSPENDED),
        "expire": _told(S.EXPIRED),
        "fill": _told(S.FILLED),
        "cancel": _told(S.CANCELLED),
        "close": _told(S.CLOSED),
        "doubt": (_ASKED - {S.UNCERTAIN} - OVER, S.UNCERTAIN),
    },
)
# The move by which each told state is reached.
MOVE_TO = {
    S.QUEUED: "ask",
    S.SENDING: "send",
    S.AWAITING_MODERATION: "moderate",
    S.PUBLISHED: "publish",
    S.REFUSED: "refuse",
    S.SUSPENDED: "suspend",
    S.EXPIRED: "expire",
    S.FILLED: "fill",
    S.CANCELLED: "cancel",
    S.CLOSED: "close",
    S.UNCERTAIN: "doubt",
}


class SubmissionStatus(Enum):
    """What became of one sending under one reference."""

    RESERVED = "reserved"
    IN_DOUBT = "in_doubt"
    KNOWN = "known"
    REFUSED = "refused"
    OVER = "over"

    @property
    def label(self) -> str:
        """For the documentation."""
        return SUBMISSION_LABELS[self]


T = SubmissionStatus
SUBMISSION_LABELS = {
    T.RESERVED: "Référence réservée, rien n’est parti",
    T.IN_DOUBT: "Partie, sans réponse lue",
    T.KNOWN: "Le site l’a",
    T.REFUSED: "Refusée",
    T.OVER: "Terminée",
}
SUBMISSION_LIFECYCLE: Lifecycle[SubmissionStatus] = Lifecycle(
    "submission",
    {
        # Written and committed before the call: whoever comes after a crash knows that it may have left.
        "hand": (frozenset({T.RESERVED, T.REFUSED, T.IN_DOUBT}), T.IN_DOUBT),
        "take_back": (frozenset({T.IN_DOUBT}), T.RESERVED),
        "know": (frozenset({T.IN_DOUBT, T.RESERVED, T.REFUSED, T.KNOWN}), T.KNOWN),
        "refuse": (frozenset({T.IN_DOUBT, T.RESERVED, T.KNOWN}), T.REFUSED),
        "end": (frozenset({T.RESERVED, T.IN_DOUBT, T.KNOWN, T.REFUSED}), T.OVER),
    },
)
