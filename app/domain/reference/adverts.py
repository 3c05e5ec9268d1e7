"""The advert that a job alone is enough to write: title, description, tasks, skills, in plain French."""

from dataclasses import dataclass

from app.core.french import NBSP
from app.domain.reference.advert_families import FamilyText, family_text
from app.domain.reference.sheets import Sheet, sheet_for
from app.domain.reference.wording import both, capitalised, is_activity, of, tidy

MAX_TITLE = 100

_LEVELS = {
    3: "CAP",
    4: "Bac",
    5: f"Bac{NBSP}+{NBSP}2",
    6: f"Bac{NBSP}+{NBSP}3",
    7: f"Bac{NBSP}+{NBSP}5",
}
_CONTRACTS = {
    "apprenticeship": ("en apprentissage", "contrat d’apprentissage"),
    "professionalisation": ("en contrat de professionnalisation", "contrat de professionnalisation"),
}
_EITHER = ("en alternance", "contrat en alternance")
_TIME_SHARED = "Vous partagez votre temps entre l’entreprise et le centre de formation."
_BEGINNERS = "Aucune expérience n’est demandée. On vous confie peu à peu plus de tâches."
_UNKNOWN_FAMILY = FamilyText(
    about="Vous découvrez le métier au sein de l’équipe. Vous apprenez ses gestes, ses outils et ses règles.",
    tasks=(
        "Préparer le travail et le matériel",
        "Réaliser des tâches simples, puis plus complexes",
        "Appliquer les règles de sécurité et de qualité",
        "Contrôler son travail et le présenter à l’équipe",
        "Ranger et tenir en ordre son poste",
    ),
    skills=("Envie d’apprendre", "Ponctualité", "Esprit d’équipe", "Respect des consignes"),
    regulated_for_minors=False,
)


@dataclass(frozen=True)
class Advert:
    """`sheet` is the code of the sheet used, None for a text made from the family of jobs.

    `regulated_for_minors`: some of this work is forbidden or regulated before 18 (machines, heights,
    night, alcohol). The employer has to be told; it isn't a condition for candidates.
    """

    title: str
    description: str
    tasks: tuple[str, ...]
    skills: tuple[str, ...]
    sheet: str | None
    regulated_for_minors: bool = False
    generated: bool = True


def write_advert(
    *,
    rome_code: str,
    masculine: str,
    feminine: str | None,
    level: int | None = None,
    contract: str = "apprenticeship",
) -> Advert:
    """Write the whole advert of a job.

    `masculine` and `feminine` are the job's names, None when one name serves both; an activity
    (« Boulangerie et viennoiserie ») is understood too. `level` goes from 3 to 7, and any other value is
    left out. `contract` is « apprenticeship » or « professionalisation »; anything else reads
    « en alternance ».
    """
    name = both(masculine, feminine)
    sheet = sheet_for(rome_code)
    text = sheet or _family_text(rome_code, masculine=masculine)
    activity = feminine is None and is_activity(name)
    return Advert(
        title=_title(name, contract=contract, activity=activity),
        description=_description(name, text.about, level=level, contract=contract, activity=activity),
        tasks=text.tasks,
        skills=text.skills,
        sheet=sheet.code if isinstance(sheet, Sheet) else None,
        regulated_for_minors=text.regulated_for_minors,
    )


def _family_text(rome_code: str, *, masculine: str) -> FamilyText:
    try:
        return family_text(rome_code.upper(), name=tidy(masculine))
    except LookupError:
        # A code that a later version of the list adds still gives an advert.
        return _UNKNOWN_FAMILY


def _title(name: str, *, contract: str, activity: bool) -> str:
    ending, noun = _CONTRACTS.get(contract, _EITHER)
    if activity:
        noun_end = f"{NBSP}: {noun}"
        return _first_that_fits(capitalised(name), endings=(noun_end, f"{NBSP}: alternance"))
    return _first_that_fits(capitalised(name), endings=(f" {ending}", f" {_EITHER[0]}"))


def _first_that_fits(name: str, *, endings: tuple[str, ...]) -> str:
    """Try the whole name with each ending, then shorter and shorter names."""
    for candidate in (name, *_shorter(name)):
        for ending in endings:
            if len(candidate) + len(ending) <= MAX_TITLE:
                return candidate + ending
    room = MAX_TITLE - len(endings[-1])
    return name[:room].rsplit(" ", 1)[0] + endings[-1]


def _shorter(name: str) -> list[str]:
    """The name without its last details, the best cut first; never in the middle of the two genders."""
    floor = name.find(" ou ") + len(" ou ")
    places = (
        name.find(", ", floor),
        name.find(" en industrie", floor),
        name.rfind(" en ", floor),
        name.rfind(" et ", floor),
        name.rfind(" de ", floor),
    )
    return [name[:place] for place in places if place > floor]


def _description(name: str, about: str, *, level: int | None, contract: str, activity: bool) -> str:
    opening = f"Métier{NBSP}: {name}." if activity else f"Vous apprenez le métier {of(name)}."
    terms = [f"{capitalised(_CONTRACTS.get(contract, _EITHER)[1])}{NBSP}: {_small(_TIME_SHARED)}"]
    if level in _LEVELS:
        terms.append(f"Diplôme préparé{NBSP}: {_LEVELS[level]}.")
    terms.append(_BEGINNERS)
    return f"{opening} {about}\n\n{' '.join(terms)}"


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
