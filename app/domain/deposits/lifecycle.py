"""States of a series of deposits, and of each of its lines."""

from enum import Enum

from app.core.lifecycle import Lifecycle


class SeriesStatus(Enum):
    """How far a series has come."""

    PREPARING = "preparing"
    ORDERED = "ordered"
    DONE = "done"

    @property
    def label(self) -> str:
        return SERIES_LABELS[self]


class LineStatus(Enum):
    """How far one line has come."""

    PREPARED = "prepared"
    WAITING = "waiting"
    DEPOSITED = "deposited"
    IGNORED = "ignored"

    @property
    def label(self) -> str:
        return LINE_LABELS[self]


SERIES_LABELS = {
    SeriesStatus.PREPARING: "À relire",
    SeriesStatus.ORDERED: "En cours",
    SeriesStatus.DONE: "Terminée",
}
LINE_LABELS = {
    LineStatus.PREPARED: "À relire",
    LineStatus.WAITING: "En attente",
    LineStatus.DEPOSITED: "Déposée",
    LineStatus.IGNORED: "Non déposée",
}

SERIES_LIFECYCLE: Lifecycle[SeriesStatus] = Lifecycle(
    "series",
    {
        "order": (frozenset({SeriesStatus.PREPARING}), SeriesStatus.ORDERED),
        "finish": (frozenset({SeriesStatus.ORDERED}), SeriesStatus.DONE),
    },
)
LINE_LIFECYCLE: Lifecycle[LineStatus] = Lifecycle(
    "series_line",
    {
        "order": (frozenset({LineStatus.PREPARED}), LineStatus.WAITING),
        "deposit": (frozenset({LineStatus.WAITING}), LineStatus.DEPOSITED),
        "leave_out": (frozenset({LineStatus.PREPARED, LineStatus.WAITING}), LineStatus.IGNORED),
    },
)
