"""Writing and reading the journal."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import sqlalchemy as sa

from app.audit.actor import Actor
from app.audit.models import JournalEntry
from app.core import clock
from app.core.database import db
from app.core.given import Given


class Recorded(Protocol):
    """Anything with a table and a row number."""

    __tablename__: str
    id: Any


# The closed list of acts, and how people read them.
ACTIONS: dict[str, str] = {
    "apec_agreement_kept": "Présentation pour l’APEC enregistrée",
    "apec_sending_chosen": "Envoi à l’APEC choisi",
    "apec_identifier_kept": "Identifiant APEC enregistré",
    "apec_identifier_removed": "Identifiant APEC retiré",
    "offer_deposited": "Offre déposée",
    "offer_confirmed": "Adresse confirmée",
    "offer_published": "Offre mise en ligne",
    "offer_held": "Offre retenue pour vérification",
    "offer_released": "Offre vérifiée",
    "offer_correction_asked": "Correction demandée",
    "offer_corrected": "Offre corrigée",
    "offer_refused": "Offre refusée",
    "decision_undone": "Décision annulée",
    "offer_edited": "Offre modifiée",
    "offer_renewed": "Offre prolongée",
    "renewal_undone": "Prolongation annulée",
    "offer_closed": "Offre clôturée",
    "closing_undone": "Clôture annulée",
    "offer_expired": "Offre expirée",
    "offer_erased": "Dépôt non confirmé effacé",
    "contact_confirmed": "Contact confirmé",
    "contact_invited": "Contact proposé",
    "contact_replaced": "Contact remplacé",
    "contact_corrected": "Adresse corrigée",
    "contact_bounced": "Adresse injoignable",
    "link_sent": "Lien envoyé",
    "link_opened": "Lien utilisé",
    "link_revoked": "Lien révoqué",
    "establishment_registered": "Établissement enregistré",
    "establishment_verified": "Établissement vérifié",
    "establishment_rejected": "Établissement à corriger",
    "opco_determined": "OPCO déterminé",
    "opco_corrected": "OPCO corrigé",
    "opco_told": "OPCO prévenu",
    "opco_address_recorded": "Adresse d’OPCO enregistrée",
    "opco_address_changed": "Adresse d’OPCO modifiée",
    "opco_messages_stopped": "Messages à l’OPCO arrêtés",
    "follow_up_moved": "Étape de suivi changée",
    "contact_logged": "Contact noté",
    "follow_up_annotated": "Suivi attribué ou annoté",
    "export_asked": "Export demandé",
    "export_stopped": "Export arrêté",
    "export_downloaded": "Export téléchargé",
    "handed_over": "Suivi transmis",
    "diffusion_asked": "Diffusion demandée",
    "diffusion_sent": "Offre envoyée au site",
    "diffusion_moderated": "Relue par le site avant publication",
    "diffusion_published": "Publiée par le site",
    "diffusion_refused": "Refusée par le site",
    "diffusion_suspended": "Suspendue chez le site",
    "diffusion_ended": "N’est plus visible sur le site",
    "diffusion_uncertain": "Le site ne répond pas",
    "diffusion_withdrawn": "Retrait du site demandé",
    "diffusion_checked": "Vérification demandée au site",
    "diffusion_seen": "Vue sur le site par un agent",
    "platform_opened": "Site de diffusion ouvert",
    "platform_closed": "Site de diffusion fermé",
    "batch_run": "Action groupée",
    "cfa_asked": "CFA contactés",
    "cfa_request_read": "Demande lue par le CFA",
    "cfa_answered": "Réponse d’un CFA",
    "cfa_opted_out": "Demandes aux CFA arrêtées",
    "cfa_unreachable": "Adresse du CFA injoignable",
    "proposal_agreed": "Accord d’un candidat proposé",
    "proposal_refused": "Refus d’un candidat proposé",
    "proposal_lapsed": "Proposition sans accord effacée",
    "mail_sent_again": "Courriel renvoyé",
    "mail_dropped": "Courriel abandonné",
    "mail_paused": "Envois suspendus",
    "mail_resumed": "Envois repris",
    "address_released": "Adresse rétablie",
    "organisation_created": "Structure créée",
    "organisation_confirmed": "Adresse de la structure confirmée",
    "organisation_verified": "Structure vérifiée",
    "organisation_refused": "Structure non vérifiée",
    "organisation_asked_again": "Vérification demandée de nouveau",
    "organisation_erased": "Structure non confirmée effacée",
    "origin_declared": "Partenaire déclaré",
    "origin_ended": "Partenaire arrêté",
    "mandate_taken": "Mandat pris par une structure",
    "mandate_ended": "Mandat retiré par l’entreprise",
    "mandate_dropped": "Mandat terminé par la structure",
    "series_ordered": "Série d’offres commandée",
    "series_stopped": "Série d’offres arrêtée",
    "series_erased": "Série d’offres effacée",
    "member_invited": "Membre invité",
    "invitation_cancelled": "Invitation annulée",
    "member_joined": "Membre arrivé",
    "member_role_changed": "Rôle changé",
    "member_left": "Membre parti",
    "identity_attached": "Identité ProConnect rattachée",
    "second_factor_added": "Second facteur ajouté",
    "second_factor_removed": "Second facteur retiré",
    "recovery_codes_renewed": "Codes de secours refaits",
    "recovery_code_used": "Code de secours utilisé",
    "account_searched": "Compte recherché",
    "account_suspended": "Compte suspendu",
    "account_reopened": "Compte rouvert",
    "sessions_ended": "Sessions fermées",
    "staff_invited": "Agent du portail invité",
    "staff_closed": "Accès d’agent retiré",
    "mail_choice_changed": "Choix de courriels changé",
    "signed_in": "Connexion",
    "signed_out": "Déconnexion",
}


def record(
    action: str,
    subject: Recorded,
    *,
    by: Actor,
    fields: Iterable[str] = (),
    facts: dict[str, object] | None = None,
) -> None:
    """Add one line in the present transaction. `facts` hold no personal data."""
    if action not in ACTIONS:
        raise LookupError(f"unknown journal action {action}")
    if subject.id is None:
        # A new object has its number from here on. The others wait: their lines leave together.
        db.session.flush()
    db.session.add(
        JournalEntry(
            at=clock.now(),
            actor_kind=by.kind.value,
            actor_id=by.id,
            channel=by.channel,
            action=action,
            object_type=subject.__tablename__,
            object_id=subject.id,
            fields=sorted(fields),
            facts=facts or {},
        )
    )


def record_all(action: str, kind: type[Recorded], ids: Sequence[int], *, by: Actor) -> None:
    """Add the same line for each of many objects of one table, in one statement."""
    if action not in ACTIONS:
        raise LookupError(f"unknown journal action {action}")
    given = Given([{"id": number} for number in ids])
    values = {
        JournalEntry.at: sa.literal(clock.now(), JournalEntry.at.type),
        JournalEntry.actor_kind: sa.literal(by.kind.value),
        JournalEntry.actor_id: sa.literal(by.id, JournalEntry.actor_id.type),
        JournalEntry.channel: sa.literal(by.channel),
        JournalEntry.action: sa.literal(action),
        JournalEntry.object_type: sa.literal(kind.__tablename__),
        JournalEntry.object_id: given.integer("id"),
        JournalEntry.fields: sa.literal([], JournalEntry.fields.type),
        JournalEntry.facts: sa.literal({}, JournalEntry.facts.type),
    }
    rows = sa.select(*values.values()).select_from(given.table)
    db.session.execute(sa.insert(JournalEntry).from_select(list(values), rows, include_defaults=False))


def entries_of(subject: Recorded, *, limit: int = 50) -> list[JournalEntry]:
    """The object's lines, newest first."""
    query = (
        sa.select(JournalEntry)
        .where(JournalEntry.object_type == subject.__tablename__, JournalEntry.object_id == subject.id)
        .order_by(JournalEntry.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(query))
