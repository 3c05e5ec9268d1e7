"""What ADEP's codes mean, in French; a code without words is shown as it is."""

from app.domain.diffusion.platform import Refusal

_TEXT = "description"
_PROFILE = "skills"
_SUPPORT = "L’APEC signale un problème technique : nos équipes donnent le code à son assistance."
_AGREEMENT = "Votre convention avec l’APEC ne permet pas ce mode de publication. Écrivez à adep@apec.fr."

REFUSALS = {
    "identifiant": Refusal(
        "L’identifiant APEC de la personne manque. Ajoutez-le dans l’espace de la structure, page APEC."
    ),
    "103": Refusal("L’APEC ne reconnaît pas cet identifiant. Demandez-le à votre contact APEC."),
    "106": Refusal(_SUPPORT),
    "023": Refusal(_SUPPORT),
    "105": Refusal(_SUPPORT),
    "303": Refusal("L’APEC demande une adresse pour recevoir les candidatures."),
    "308": Refusal("L’adresse e-mail des candidatures n’est pas acceptée par l’APEC."),
    "378": Refusal("L’adresse e-mail des candidatures manque."),
    "379": Refusal("L’adresse e-mail des candidatures est trop longue."),
    "309": Refusal("La référence de l’offre n’est pas acceptée par l’APEC."),
    "310": Refusal("L’APEC n’accepte pas le SIRET de l’entreprise."),
    "311": Refusal("Le code d’activité (NAF) de l’entreprise manque ou n’est pas accepté."),
    "1400": Refusal("L’APEC ne connaît pas le code d’activité (NAF) de l’entreprise."),
    "312": Refusal("L’APEC ne trouve pas l’entreprise dans sa base. Écrivez à adep@apec.fr."),
    "1371": Refusal("L’APEC ne trouve pas l’entreprise du recruteur. Écrivez à adep@apec.fr."),
    "1372": Refusal("L’APEC ne trouve pas l’entreprise qui publie. Écrivez à adep@apec.fr."),
    "1373": Refusal("Plusieurs entreprises correspondent dans la base de l’APEC. Écrivez à adep@apec.fr."),
    "1374": Refusal("L’APEC n’a pas reconnu le lieu de travail."),
    "316": Refusal("Le titre est trop long pour l’APEC : 80 caractères au plus.", "title"),
    "317": Refusal("Le salaire minimal n’est pas accepté par l’APEC."),
    "318": Refusal("Le salaire maximal n’est pas accepté par l’APEC."),
    "319": Refusal("Le niveau d’expérience n’est pas accepté par l’APEC."),
    "413": Refusal("Le niveau d’expérience manque."),
    "320": Refusal(
        "L’APEC refuse ce type de contrat, peut-être à cause de votre convention.", "contract_types"
    ),
    "321": Refusal("Le nombre de postes n’est pas accepté : de 1 à 10.", "openings"),
    "1389": Refusal("Le nombre de postes manque.", "openings"),
    "323": Refusal("L’APEC ne reconnaît pas le lieu de travail."),
    "324": Refusal("Il y a plus de lieux que de postes.", "openings"),
    "356": Refusal("L’APEC ne reconnaît pas la commune du lieu de travail."),
    "364": Refusal("L’APEC n’accepte pas d’offre en Suisse."),
    "365": Refusal("L’APEC n’accepte pas d’offre en Suisse."),
    "329": Refusal(_AGREEMENT),
    "330": Refusal(_AGREEMENT),
    "1398": Refusal(_AGREEMENT),
    "395": Refusal(_AGREEMENT),
    "331": Refusal("La description dépasse 3 000 caractères.", _TEXT),
    "332": Refusal("La description manque.", _TEXT),
    "337": Refusal("La description compte moins de 200 caractères.", _TEXT),
    "338": Refusal("La description contient une mise en forme que l’APEC refuse.", _TEXT),
    "333": Refusal("L’affichage du salaire manque."),
    "412": Refusal("L’affichage du salaire n’est pas accepté."),
    "361": Refusal(
        "L’offre a été publiée il y a plus de 30 jours : l’APEC ne la remet plus en ligne. Relancez l’envoi "
        ": une copie part sous une autre référence."
    ),
    "362": Refusal("L’APEC ne remet pas en ligne les postes de cadre du secteur public. Relancez l’envoi."),
    "363": Refusal("Le statut du poste n’est pas accepté par l’APEC.", "title"),
    "375": Refusal("Le nom de l’entreprise dépasse 38 caractères.", "brand"),
    "387": Refusal("Le code d’activité (NAF) de l’entreprise n’est pas accepté."),
    "390": Refusal(
        "L’APEC a déjà reçu cette référence, sans nous montrer l’offre. Envoyez-la de nouveau : elle prendra "
        "une autre référence."
    ),
    "394": Refusal("La durée du contrat doit être de 1 à 99 mois.", "duration_months"),
    "397": Refusal("L’APEC refuse la durée avec ce type de contrat.", "duration_months"),
    "398": Refusal("L’APEC ne change pas le texte d’une offre publiée : il faut en publier une autre."),
    "402": Refusal("La date de début est passée.", "start_on"),
    "403": Refusal("La date de publication n’est pas acceptée."),
    "406": Refusal("Le nom affiché de l’entreprise n’est pas accepté.", "brand"),
    "407": Refusal(
        "La présentation de l’entreprise doit compter de 100 à 3 000 caractères.", "about_company"
    ),
    "408": Refusal("Le profil recherché doit compter de 100 à 3 000 caractères.", _PROFILE),
    "presentation": Refusal(
        "L’APEC demande une présentation de l’entreprise de 100 à 3 000 caractères.", "about_company"
    ),
    "salaire": Refusal("Le salaire légal de ce contrat n’est pas encore connu : l’APEC le demande."),
    "mode": Refusal(
        "L’offre est celle d’une autre entreprise : dites, page APEC, que votre convention permet de publier "
        "pour elle."
    ),
    "AMODIFIER": Refusal(
        "L’APEC a relu l’annonce et la renvoie. Un consultant dit pourquoi à la personne dont c’est "
        "l’identifiant. Changez le texte : l’offre repart sous une autre référence.",
        _TEXT,
    ),
}
