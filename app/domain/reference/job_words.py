"""Words of a job search: folded, freed of accents, plurals and small talk; how far two words are."""

import re
import unicodedata
from functools import lru_cache

MAX_TOKEN = 24

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l"})
_NOT_WORD = re.compile(r"[^a-z0-9]+")

# What surrounds the name of a job in a sentence and names none: left out on both sides.
_EMPTY = frozenset(
    """
    a au aux avec b c ce ces cet cette ci d dans de des du e en est et etre f g h hf fh i il j je k l la
    le les leur m ma me mes mh mon n ne nos notre nous o on ou p par pas pour q qu que qui r s sa se ses
    si sur t tres tu ta u un une v vos votre vous w x y z sans tous euh svp stp merci bonjour salut ai as ont
    avons avoir besoin peut cherche cherchon chercher rechercher recherchon recrute recruter recruton
    embauche embaucher embauchon voudrai voulon veut souhaite souhaiton prendre trouver trouve urgent
    urgence apprenti apprentie apprentissage alternance alternant alternante motive motivee debutant
    debutante cap bep bt but cqp cdd cdi ans mois annee
    """.split()
)
# These may belong to the name of a job (« petite enfance », « femme de chambre »): they count, but little.
_FAINT = frozenset(
    """
    femme homme fille garcon petit petite jeune personne premier premiere deuxieme recherche recrutement
    stage stagiaire contrat poste emploi metier job offre titre diplome niveau licence master mention
    bac pro bp bm temp plein partiel mi entreprise societe chez fait faire experience formation tout
    toute travail
    """.split()
)
FAINT_WEIGHT = 0.15


@lru_cache(maxsize=8192)
def _folded_word(word: str) -> str:
    return singular(word[:MAX_TOKEN])


def fold(text: str) -> str:
    """Lower case, without accents nor ligatures; anything but letters and digits becomes one space."""
    lowered = text.lower().translate(_LIGATURES).replace("r&d", "rd")
    plain = "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", plain.lower().translate(_LIGATURES)).strip()


def singular(word: str) -> str:
    """Cut the French plural: « animaux » gives « animal », « gateaux » gives « gateau »."""
    if len(word) > 4 and word.endswith("aux") and not word.endswith("eaux"):
        return word[:-2] + "l"
    if len(word) > 4 and word.endswith(("eaux", "eux")) and word != "deux":
        return word[:-1]
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def tokens(text: str) -> list[str]:
    """Return the words that name something, in the order typed.

    When nothing else was typed, empty words are kept: they may begin the word that is being typed.
    """
    pairs = [(word, _folded_word(word)) for word in fold(text).split()]
    kept = [after for word, after in pairs if word not in _EMPTY and after not in _EMPTY]
    return kept or [after for _, after in pairs]


def is_faint(word: str) -> bool:
    """Say whether a word rarely tells one job from another."""
    return word in _FAINT


_SOUNDS = (
    (re.compile(r"eau|au"), "o"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"(?:qu|ck|k|q)"), "k"),
    (re.compile(r"sch|ch|sh"), "C"),
    (re.compile(r"t(?=ion|ien)"), "s"),
    (re.compile(r"sc(?=[eiy])|c(?=[eiy])"), "s"),
    (re.compile(r"c"), "k"),
    (re.compile(r"g(?=[eiy])"), "j"),
    (re.compile(r"gu(?=[eiy])"), "g"),
    (re.compile(r"[ae]i|ay|ey"), "e"),
    (re.compile(r"y"), "i"),
    (re.compile(r"h"), ""),
    (re.compile(r"z"), "s"),
    (re.compile(r"n(?=[bpm])"), "m"),
    (re.compile(r"([^\W\d])\1+"), r"\1"),
    (re.compile(r"(?:er|et|ez|ee|e|t|d|s|x)$"), ""),
)


@lru_cache(maxsize=8192)
def sound(word: str) -> str:
    """A rough French sound of a folded word: « boulange » and « boulanger » sound the same. May be empty."""
    for pattern, replacement in _SOUNDS:
        word = pattern.sub(replacement, word)
    return word


def allowed_mistakes(length: int) -> int:
    """How many letters may be wrong in a word of this length."""
    if length < 4:
        return 0
    return 1 if length < 8 else 2


def distance(left: str, right: str, *, at_most: int) -> int:
    """Letters to add, drop, change or swap between two words; at_most + 1 when there are more."""
    if abs(len(left) - len(right)) > at_most:
        return at_most + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, letter in enumerate(left, 1):
        following = [i]
        for j, other in enumerate(right, 1):
            cost = min(row[j] + 1, following[j - 1] + 1, row[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == right[j - 2] and left[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            following.append(cost)
        if min(following) > at_most:
            return at_most + 1
        before, row = row, following
    return min(row[-1], at_most + 1)
