"""States of a request to a CFA, and the moves between them."""

from enum import Enum

from app.core.lifecycle import Lifecycle


class CfaRequestStatus(Enum):
    """What has become of an offer sent to a CFA."""

    SENT = "sent"
    READ = "read"
    ANSWERED = "answered"
    DECLINED = "declined"
    WANTS_TO_TALK = "wants_to_talk"
    UNREACHABLE = "unreachable"

    @property
    def label(self) -> str:
        return STATUS_LABELS[self]


S = CfaRequestStatus
STATUS_LABELS = {
    S.SENT: "Envoyée",
    S.READ: "Lue",
    S.ANSWERED: "Candidats proposés",
    S.DECLINED: "Pas de candidat",
    S.WANTS_TO_TALK: "Souhaite échanger",
    S.UNREACHABLE: "Adresse injoignable",
}
GIVEN = frozenset({S.ANSWERED, S.DECLINED, S.WANTS_TO_TALK})
SILENT = frozenset({S.SENT, S.READ})
# Somebody who opens an earlier e-mail is reached after all.
_MAY_ANSWER = frozenset({S.SENT, S.READ, S.UNREACHABLE}) | GIVEN

CFA_REQUEST_LIFECYCLE: Lifecycle[CfaRequestStatus] = Lifecycle(
    "cfa_request",
    {
        "read": (frozenset({S.SENT, S.UNREACHABLE}), S.READ),
        "propose": (_MAY_ANSWER, S.ANSWERED),
        "decline": (_MAY_ANSWER, S.DECLINED),
        "ask_to_talk": (_MAY_ANSWER, S.WANTS_TO_TALK),
        "lose": (SILENT, S.UNREACHABLE),
    },
)
