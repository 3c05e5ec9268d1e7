"""How an OPCO spoke with a company, and what it learnt."""

from enum import Enum


class Means(Enum):
    """How an OPCO spoke with a company."""

    PHONE = "phone"
    EMAIL = "email"
    VISIT = "visit"
    OTHER = "other"

    @property
    def label(self) -> str:
        return MEANS_LABELS[self]


MEANS_LABELS = {
    Means.PHONE: "Téléphone",
    Means.EMAIL: "Courriel",
    Means.VISIT: "Visite",
    Means.OTHER: "Autre",
}


class Reached(Enum):
    """How far a recruitment has come, as an OPCO learnt it while speaking with the company."""

    INTERVIEW = "interview"
    CONTRACT = "contract"

    @property
    def label(self) -> str:
        return REACHED_LABELS[self]


REACHED_LABELS = {Reached.INTERVIEW: "Entretien avec un candidat", Reached.CONTRACT: "Contrat signé"}
