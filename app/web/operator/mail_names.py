"""What people call each kind of e-mail."""

from app.outbox.message import MAILS

NAMES = {
    "access_link": "Lien d’accès",
    "access_request": "Demande de lien perdu",
    "new_link_request": "Demande d’un nouveau lien",
    "address_bounced": "Adresse injoignable",
    "apec_id_invalid": "Identifiant APEC à vérifier",
    "apec_moderation": "Offre relue par l’APEC, au membre",
    "apec_published": "Offre publiée par l’APEC, au membre",
    "cfa_answered": "Réponse d’un CFA",
    "cfa_reminder": "Relance d’un CFA",
    "cfa_request": "Demande à un CFA",
    "cfa_suggested": "CFA proches suggérés",
    "contact_confirm": "Confirmation d’un nouveau contact",
    "credential_failed": "Identifiants du service refusés par un site",
    "deposit_not_confirmed": "Offre non confirmée par l’entreprise",
    "diffusion_moderation": "Offre relue par un site",
    "diffusion_published": "Offre publiée par un site",
    "diffusion_to_fix": "Diffusion à corriger",
    "draft_saved": "Brouillon enregistré",
    "export_ready": "Export prêt",
    "factor_removed": "Second facteur retiré",
    "feature_decided": "Structure vérifiée ou refusée",
    "offer_changed": "Offre prolongée ou clôturée",
    "offer_confirm": "Confirmation d’une offre",
    "offer_confirm_reminder": "Rappel de confirmation",
    "offer_expired": "Offre expirée",
    "offer_expiring": "Offre qui expire bientôt",
    "offer_held": "Offre en vérification",
    "offer_held_collector": "Offre en vérification, à la structure",
    "offer_online": "Offre en ligne",
    "offer_refused": "Offre refusée",
    "offer_to_fix": "Offre à corriger",
    "opco_decide": "Offre à vérifier, à l’OPCO",
    "opco_digest": "Récapitulatif des besoins, à l’OPCO",
    "opco_handed_over": "Suivi transmis, aux deux OPCO",
    "opco_new_need": "Nouveau besoin, à l’OPCO",
    "opco_reminder": "Entreprises à contacter, à l’OPCO",
    "partner_offer": "Offre déposée par une structure",
    "recruiter_invited": "Invitation dans une structure",
    "proposal_consent": "Accord d’un candidat proposé",
    "security_change": "Adresse modifiée",
    "staff_invited": "Invitation d’un agent du portail",
    "site_advert": "Offre envoyée à un site par courriel",
    "verification_problem": "Entreprise à vérifier",
}


def name_of(template: str) -> str:
    """« Offre en ligne (E4) »; the name in the code for a kind that is gone."""
    kind = MAILS.get(template)
    return f"{NAMES.get(template, template)} ({kind.code})" if kind else template


def choices() -> list[tuple[str, str]]:
    """Every kind, in the order of its words."""
    return sorted(((name, name_of(name)) for name in MAILS), key=lambda pair: pair[1])
