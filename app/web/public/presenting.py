"""The words that describe an offer to the public."""

from datetime import date

from app.core.french import date_fr
from app.domain.offers.models import UNNAMED, Offer
from app.domain.organisations.models import Kind
from app.web.forms.details import CONTRACT_LABELS, LEVEL_LABELS, REMOTE_LABELS


def start_words(start_on: date | None) -> str:
    """« 1er septembre 2027 », or « Dès que possible »."""
    return date_fr(start_on) if start_on else "Dès que possible"


def place_words(offer: Offer) -> str:
    """« Rodez (12000) »."""
    return f"{offer.city} ({offer.postcode})"


def level_words(offer: Offer) -> str:
    """« CAP (niveau 3) », or « Peu importe »."""
    return LEVEL_LABELS.get(offer.level or 0, "Peu importe")


def contract_words(offer: Offer) -> str:
    """« Contrat d’apprentissage ou contrat de professionnalisation »."""
    names = [CONTRACT_LABELS[kind] for kind in offer.contract_types if kind in CONTRACT_LABELS]
    return " ou ".join([*names[:1], *(name[:1].lower() + name[1:] for name in names[1:])])


def card_facts(offer: Offer) -> list[tuple[str, str]]:
    """(icon, words) pairs of an offer in a list."""
    start = f"Début : {date_fr(offer.start_on)}" if offer.start_on else "Début dès que possible"
    facts = [("place", place_words(offer)), ("calendar", start)]
    if offer.level:
        facts.append(("level", level_words(offer)))
    return facts


def facts_of(offer: Offer) -> list[tuple[str, str]]:
    """(label, words) pairs of the offer's page; what isn't known is left out."""
    months = f"{offer.duration_months} mois" if offer.duration_months else ""
    street = offer.address_line if offer.establishment.is_publishable else ""
    structure = offer.organisation
    by_cfa = structure is not None and structure.kind is Kind.CFA
    rows = [
        ("Entreprise", offer.company),
        ("Proposée par", structure.name if structure is not None and by_cfa else ""),
        ("Lieu de travail", ", ".join(part for part in (street, f"{offer.postcode} {offer.city}") if part)),
        ("Métier", offer.job_name[:1].upper() + offer.job_name[1:]),
        ("Début du contrat", start_words(offer.start_on)),
        ("Diplôme préparé", level_words(offer)),
        ("Type de contrat", contract_words(offer)),
        ("Durée du contrat", months),
        ("Rythme", offer.rhythm or ""),
        ("Télétravail", REMOTE_LABELS[offer.remote]),
        ("Nombre de postes", str(offer.openings) if offer.openings > 1 else ""),
    ]
    return [(label, words) for label, words in rows if words]


def summary_sentence(offer: Offer) -> str:
    """What search engines and social networks show under the title."""
    who = "Offre" if offer.company == UNNAMED else f"{offer.company} recrute"
    level = f", {level_words(offer)}" if offer.level else ""
    until = f" En ligne jusqu’au {date_fr(offer.last_day)}." if offer.last_day else ""
    start = "dès que possible" if offer.start_on is None else f"le {date_fr(offer.start_on)}"
    return f"{who} à {place_words(offer)} : {offer.job_name}{level}. Début {start}.{until}"


def poster_head(offer: Offer) -> str:
    """« Boulangerie Martin recrute en apprentissage »."""
    who = f"Une entreprise de {offer.city}" if offer.company == UNNAMED else offer.company
    kinds = set(offer.contract_types)
    ways = {
        frozenset({"apprenticeship"}): "en apprentissage",
        frozenset({"professionalisation"}): "en contrat de professionnalisation",
    }
    return f"{who} recrute {ways.get(frozenset(kinds), 'en alternance')}"
