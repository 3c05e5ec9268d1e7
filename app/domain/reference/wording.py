"""Job names put into sentences: both genders, elision, small letters, accents on capitals.

The public list of job names writes « Eleveur / Eleveuse de bovins » or « Directeur / Directrice des
systèmes d'information -DSI- ». Inside a sentence we want « éleveur ou éleveuse de bovins » and
« directeur ou directrice des systèmes d’information ».
"""

import re

from app.core.french import typo

# Words that the public list writes without the accent of their capital letter.
_ACCENTED = re.compile(
    r"\bE(?=(?:b[eé]niste|caill|chafaud|clairag|clusi|conom|cout|criv|dit(?:eur|rice)|duca|gouti|lagu|lectr"
    r"|lev(?:eur|euse)|quipi|talag|tanch|t(?:at|rang)|valua|poque|tudes?\b))"
)
# Small corrections of names that no general rule would catch.
_CORRECTIONS: tuple[tuple[str, str], ...] = (
    ("UX - UI Designer", "designer UX-UI"),
    ("import - export", "import-export"),
    ("argenture - dorure", "argenture et dorure"),
    ("réseaux - télécoms", "réseaux et télécoms"),
    ("développeur - jeux", "développeur de jeux"),
    ("développeuse - jeux", "développeuse de jeux"),
    ("3D - films d", "3D de films d"),
    ("IoT - Internet des Objets", "de l’internet des objets"),
    ("Responsable RSE - Responsabilité Sociétale de l'Entreprise", "responsable RSE"),
    ("RSE - Responsabilité Sociétale de l", "en responsabilité sociétale de l"),
    ("QSE - Qualité Sécurité Environnement BTP", "qualité, sécurité et environnement du BTP"),
    ("Qualité Sécurité Environnement -QSE-", "qualité, sécurité et environnement"),
    ("Hygiène Sécurité Environnement", "hygiène, sécurité et environnement"),
    ("travaux TP - Travaux Publics", "travaux publics"),
    ("projet TMA - Tierce Maintenance", "projet de tierce maintenance"),
    ("décisionnel - Business Intelligence", "décisionnel"),
    ("décisionnelle - Business Intelligence", "décisionnelle"),
    ("homme sage-femme", "maïeuticien"),
    (" spécialisé(e)", ""),
    (" principal(e)", ""),
    ("site(s)", "site"),
    ("Maitrise d", "maîtrise d"),
    ("règlementaire", "réglementaire"),
    ("multimedia", "multimédia"),
    ("décontamineuse", "décontaminatrice"),
    ("Tungsten Inert Gas -TIG-", "TIG"),
    ("recyclage des VHU", "recyclage des véhicules hors d'usage"),
    ("recyclage de VHU", "recyclage de véhicules hors d'usage"),
    ("étude CVC", "étude en chauffage, ventilation et climatisation"),
    ("CND END", "en contrôles et essais non destructifs"),
    ("R&D en industrie", "en recherche et développement industriels"),
    ("R&D", "en recherche et développement"),
    ("mission RH", "mission ressources humaines"),
    ("supervision IT", "en supervision de"),
    ("IA embarquée", "en intelligence artificielle embarquée"),
    ("fabrication industrie des", "fabrication en industrie des"),
    ("médicale en région (RMR-MSL)", "médicale régionale"),
    ("médical en région (RMR-MSL)", "médical régional"),
)
_ASIDE = re.compile(r"\s*(?:\([^)]*\)|\s-\s?\w+\s?-(?=\s|$))")
_TAIL = re.compile(r"\s+-\s+.*$")
_TITLE_WORD = re.compile(r"\b[A-ZÀ-ÖØ-ÞŒ][a-zà-öø-ÿœ]+\b")
_PROPER_NAMES = frozenset({"État", "Cour", "Trésor", "Internet"})
_ELIDED = re.compile(r"[aeiouyàâäéèêëîïôöùûüœæ]|h(?!ot\b|ockey|and|aut|alt|ard|arp)", re.IGNORECASE)
_NOT_ELIDED = re.compile(r"(?:y(?!v)|ouistiti|onz|uni?\b|[A-Z]{2})")
_ACTIVITY = re.compile(
    r"^(?:\w*(?:tion|sion|age|erie|ment|ance|ence|isme|ture)|conduite|vente|mise|pose|soins?|étude|gestion"
    r"|recherche|commerce|accueil|aide à)\b",
    re.IGNORECASE,
)
# Persons whose name ends as an activity does.
_PERSONS = frozenset({"motion"})


def tidy(name: str) -> str:
    """Return a job name as it reads inside a sentence: small letters, accents, no initials in brackets."""
    name = " ".join(name.replace("’", "'").split())
    name = _ACCENTED.sub("É", name)
    for before, after in _CORRECTIONS:
        name = re.sub(re.escape(before), after, name, flags=re.IGNORECASE)
    name = _TAIL.sub("", _ASIDE.sub("", name))
    name = _TITLE_WORD.sub(_small_letters, name)
    return typo(" ".join(name.split()))


def split_label(label: str) -> tuple[str, str | None]:
    """Split « Conducteur / Conductrice d'engins » into its two names; None when one serves both."""
    left, slash, right = (part.strip() for part in label.partition(" / "))
    if not slash:
        return label.strip(), None
    men, women = left.split(), right.split()
    # « Artiste plasticien / Plasticienne », « Cadre Dirigeant / Dirigeante d'administration centrale ».
    changing = next((place for place, word in enumerate(men) if _same_root(word, women[0])), 0)
    men_end = men[changing:]
    men += women[len(men_end) :]
    if changing and men_end != [word.lower() for word in women]:
        women = men[:changing] + women
    return " ".join(men), " ".join(women)


def both(masculine: str, feminine: str | None) -> str:
    """Return « conducteur ou conductrice d’engins »: the words that end both names are said once."""
    man = tidy(masculine)
    woman = tidy(feminine) if feminine else man
    if man == woman:
        return man
    first, second = man.split(), woman.split()
    shared = 0
    while shared < min(len(first), len(second)) - 1 and first[-1 - shared] == second[-1 - shared]:
        shared += 1
    head = first[: len(first) - shared]
    return " ".join([*head, "ou", *second])


def of(name: str) -> str:
    """Return « de boulanger » or « d’électricien »."""
    elided = _ELIDED.match(name) and not _NOT_ELIDED.match(name)
    return f"d’{name}" if elided else f"de {name}"


def is_activity(name: str) -> bool:
    """Tell an activity (« Conduite d’engins agricoles ») from a person (« Plaquiste »)."""
    first = name.split()[0].casefold() if name.split() else ""
    return first not in _PERSONS and bool(_ACTIVITY.match(name))


def capitalised(text: str) -> str:
    """Return the text with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def _small_letters(found: re.Match[str]) -> str:
    word = found.group()
    return word if word in _PROPER_NAMES else word.lower()


def _same_root(one: str, other: str) -> bool:
    return one[:2].casefold() == other[:2].casefold()
