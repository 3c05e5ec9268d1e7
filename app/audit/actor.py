"""Who acts, as the journal names them."""

from dataclasses import dataclass
from enum import Enum


class ActorKind(Enum):
    """Families of people and machines that act."""

    ANONYMOUS = "anonymous"
    CONTACT = "contact"
    STAFF = "staff"
    OPCO = "opco"
    CFA = "cfa"
    CANDIDATE = "candidate"
    MEMBER = "member"
    SYSTEM = "system"


LABELS = {
    ActorKind.ANONYMOUS: "Formulaire public",
    ActorKind.CONTACT: "Contact de l’établissement",
    ActorKind.STAFF: "Agent du portail",
    ActorKind.OPCO: "OPCO",
    ActorKind.CFA: "CFA",
    ActorKind.CANDIDATE: "Candidat",
    ActorKind.MEMBER: "Membre d’une structure",
    ActorKind.SYSTEM: "Traitement automatique",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """`id` is the row of the contact, account or OPCO address; `channel` is link, account, form or job."""

    kind: ActorKind
    id: int | None = None
    channel: str = "form"

    @property
    def label(self) -> str:
        """How pages name this actor: a function, never a person."""
        return LABELS[self.kind]


ANONYMOUS = Actor(ActorKind.ANONYMOUS)
SYSTEM = Actor(ActorKind.SYSTEM, channel="job")
