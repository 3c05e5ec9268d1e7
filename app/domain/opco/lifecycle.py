"""States of an OPCO's follow-up of a company, and the moves between them."""

from enum import Enum

from app.core.lifecycle import Lifecycle


class FollowUpStatus(Enum):
    """The five steps of the board « Entreprises à accompagner »."""

    TO_CONTACT = "to_contact"
    CONTACTED = "contacted"
    SUPPORTED = "supported"
    DROPPED = "dropped"
    NOT_OURS = "not_ours"

    @property
    def label(self) -> str:
        return STATUS_LABELS[self]


S = FollowUpStatus
STATUS_LABELS = {
    S.TO_CONTACT: "À contacter",
    S.CONTACTED: "Contactée",
    S.SUPPORTED: "Accompagnée",
    S.DROPPED: "Sans suite",
    S.NOT_OURS: "Pas notre champ",
}
# The move that leads to each step that a person may choose; « Pas notre champ » is a hand-over.
MOVE_TO = {S.TO_CONTACT: "reopen", S.CONTACTED: "contact", S.SUPPORTED: "support", S.DROPPED: "drop"}

FOLLOW_UP_LIFECYCLE: Lifecycle[FollowUpStatus] = Lifecycle(
    "follow_up",
    {
        "reopen": (frozenset({S.CONTACTED, S.SUPPORTED, S.DROPPED}), S.TO_CONTACT),
        "contact": (frozenset({S.TO_CONTACT, S.SUPPORTED, S.DROPPED}), S.CONTACTED),
        "support": (frozenset({S.TO_CONTACT, S.CONTACTED, S.DROPPED}), S.SUPPORTED),
        "drop": (frozenset({S.TO_CONTACT, S.CONTACTED, S.SUPPORTED}), S.DROPPED),
        "hand_over": (frozenset({S.TO_CONTACT, S.CONTACTED, S.SUPPORTED, S.DROPPED}), S.NOT_OURS),
        "take_back": (frozenset({S.NOT_OURS}), S.TO_CONTACT),
    },
)


class ExportStatus(Enum):
    """Where a long export stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"

    @property
    def label(self) -> str:
        return EXPORT_LABELS[self]


X = ExportStatus
EXPORT_LABELS = {
    X.WAITING: "En attente",
    X.RUNNING: "En cours",
    X.DONE: "Prêt",
    X.STOPPED: "Arrêté",
}
EXPORT_LIFECYCLE: Lifecycle[ExportStatus] = Lifecycle(
    "export",
    {
        "start": (frozenset({X.WAITING}), X.RUNNING),
        "finish": (frozenset({X.RUNNING}), X.DONE),
        "stop": (frozenset({X.WAITING, X.RUNNING}), X.STOPPED),
    },
)
