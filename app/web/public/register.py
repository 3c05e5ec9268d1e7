"""The table of « Données personnelles », built from what the models say of their own columns."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.database import db


@dataclass(frozen=True, slots=True)
class Kept:
    """How long data are kept. `automatic`: a job of the portal already erases them at the end."""

    words: str
    automatic: bool


# Name of a retention rule, as the models write it → what people read. A rule without words fails a test.
DURATIONS = {
    "adresse injoignable": Kept("jusqu’à ce qu’un agent du portail la débloque", automatic=False),
    "brouillon": Kept("7 jours après le dernier enregistrement", automatic=True),
    "candidat proposé": Kept(
        "6 mois après l’accord ; effacé aussitôt en cas de refus, ou après 7 jours sans réponse",
        automatic=True,
    ),
    "cfa": Kept("tant que le catalogue national donne cette adresse et que le CFA l’accepte", automatic=True),
    "demande à un CFA": Kept("6 mois après la fin de l’offre", automatic=True),
    "compte": Kept("le temps de la fonction de la personne", automatic=False),
    "contact": Kept(
        "13 mois après la fin de la dernière offre ; 7 jours sans confirmation, ou 13 mois pour le contact "
        "d’une entreprise partenaire d’une structure",
        automatic=True,
    ),
    "courriel": Kept("90 jours après la fin de l’envoi ; le texte n’est pas conservé", automatic=True),
    "identifiant apec": Kept("tant que la personne est membre de la structure et le garde", automatic=True),
    "invitation": Kept("14 jours, ou jusqu’à ce que la personne l’accepte", automatic=True),
    "lien": Kept("90 jours après la fin du lien", automatic=True),
    "série": Kept(
        "7 jours sans commande ; 30 jours après le dépôt de la dernière ligne", automatic=True
    ),
    "opco": Kept("tant que l’OPCO suit l’entreprise ou garde cette adresse", automatic=False),
}
# Table → whose data it holds, or what they serve for.
SUBJECTS = {
    "account": "Agents du portail et membres des structures",
    "apec_identifier": "Identifiants APEC des membres de structures",
    "cfa_email": "Contacts des CFA",
    "cfa_request": "Demandes envoyées aux CFA",
    "contact": "Contacts des entreprises",
    "contact_log_entry": "Échanges entre OPCO et entreprises",
    "delivery_fact": "Suivi des courriels",
    "draft": "Offres en cours de saisie",
    "follow_up": "Suivi des entreprises par les OPCO",
    "identity": "Identités ProConnect des membres",
    "invitation": "Personnes invitées dans une structure",
    "link": "Liens envoyés par courriel",
    "opco_contact": "Contacts des OPCO",
    "outbox_message": "Courriels à envoyer",
    "proposed_candidate": "Candidats proposés par les CFA",
    "series_line": "Séries d’offres déposées par une structure",
    "suppressed_address": "Adresses qui ne reçoivent plus",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: whose data, which, why we may, who reads them, how long."""

    subject: str
    categories: str
    basis: str
    recipients: str
    kept: Kept


def register() -> list[Line]:
    """Every table that holds personal data, in alphabetical order of its subject."""
    return sorted(
        (_line(name, marks) for name, marks in personal_columns().items() if marks),
        key=lambda line: line.subject,
    )


def personal_columns() -> dict[str, list[dict[str, str]]]:
    """Table → the annotations of its personal columns."""
    return {
        table.name: [column.info["personal"] for column in table.columns if "personal" in column.info]
        for table in db.metadata.sorted_tables
    }


def _line(table: str, marks: list[dict[str, str]]) -> Line:
    recipients = [mark["recipients"] for mark in marks if mark["recipients"] != "aucun"]
    return Line(
        subject=SUBJECTS[table],
        categories=_joined(mark["category"] for mark in marks),
        basis=_joined(mark["basis"] for mark in marks),
        recipients=_joined(recipients) or "Agents du portail",
        kept=DURATIONS[marks[0]["kept"]],
    )


def _joined(words: Iterable[str]) -> str:
    said = ", ".join(dict.fromkeys(words))
    return said[:1].upper() + said[1:]
