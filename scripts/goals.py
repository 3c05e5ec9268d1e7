"""The goals of reliability: what is promised, where the proofs stand, and the figures that they must give."""

from collections.abc import Mapping
from dataclasses import dataclass

# For each measure, its value on each database.
Measures = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Bound:
    """A figure that a goal owes. `name` also stands for « name, what it is about ».

    `least` and `most` are counted in; `least` may be the name of another measure of the same database.
    `in_all` adds both databases up. Without either, the figure must only be there.
    """

    name: str
    least: float | str | None = None
    most: float | None = None
    in_all: bool = False


@dataclass(frozen=True)
class Goal:
    """Without paths, nothing of it is built yet."""

    code: str
    title: str
    target: str
    paths: tuple[str, ...] = ()
    bounds: tuple[Bound, ...] = ()


GOALS = (
    Goal("G1", "Charge", "p95 < 300 ms, p99 < 800 ms, aucun dépôt perdu"),
    Goal("G2", "Pointe", "429 ou 503 au-delà, rien de perdu, retour en 60 s"),
    Goal(
        "G3",
        "Arrêt à chaque point",
        "tous les points d’arrêt atteints (40 ou plus), sur deux bases ; aucun invariant rompu",
        ("tests/crash",),
        (
            Bound("points d’arrêt inscrits", least=40),
            Bound("points d’arrêt atteints", least="points d’arrêt inscrits"),
            Bound("invariants rompus", most=0),
        ),
    ),
    Goal("G4", "Arrêts répétés", "rien de perdu, au plus un doublon par arrêt"),
    Goal(
        "G5",
        "Pannes",
        "60 pannes ou plus, chacune dans l’état documenté ; pages au plus 1,1 fois plus lentes",
        ("tests/faults",),
        (Bound("pannes jouées", least=60), Bound("lenteur des pages, au plus (rapport des p95)", most=1.1)),
    ),
    Goal(
        "G6",
        "Mauvaises saisies",
        "1 500 saisies listées ou plus par HTTP, 100 000 engendrées ou plus ; aucune erreur 5xx, aucun "
        "script exécuté",
        ("tests/badinput",),
        (
            Bound("saisies listées", least=1_500),
            Bound("saisies engendrées", least=100_000, in_all=True),
            Bound("erreurs 5xx", most=0),
            Bound("scripts exécutés", most=0),
        ),
    ),
    Goal(
        "G7",
        "Droits d’accès",
        "toutes les routes pour 24 acteurs ou plus, 2 000 cases ou plus ; aucun accès inattendu",
        ("tests/access",),
        (
            Bound("acteurs", least=24),
            Bound("cases jouées", least=2_000),
            Bound("routes dans la table", least="routes"),
            Bound("routes sans ligne", most=0),
            Bound("accès inattendus", most=0),
        ),
    ),
    Goal(
        "G8",
        "Liens",
        "1 000 ouvertures sans appui n’en consomment aucun ; 200 liens pressés par 20 personnes, aucun "
        "double usage ; aucun jeton vif dans une copie ou un journal",
        ("tests/links",),
        (
            Bound("ouvertures sans appui", least=1_000),
            Bound("liens consommés sans appui", most=0),
            Bound("liens pressés par vingt personnes", least=200),
            Bound("doubles usages", most=0),
            Bound("jetons vifs dans une copie de la base", most=0),
            Bound("jetons vifs dans les journaux", most=0),
            Bound("confusions d’usage", most=0),
            Bound("liens éteints par un courriel suivant", most=0),
        ),
    ),
    Goal(
        "G9",
        "Énumération",
        "mêmes octets, écart médian < 5 ms",
        ("tests/timing",),
        (Bound("réponses différentes", most=0), Bound("écart médian (ms)", most=5)),
    ),
    Goal("G10", "Retard et reprise", "10 000 courriels écoulés en 15 min"),
    Goal(
        "G11",
        "Horloge",
        "3 hôtes, 2 années : chaque créneau une fois, relève < 30 s, aucune offre après son terme",
        ("tests/schedule",),
        (
            Bound("hôtes", least=3),
            Bound("jours vécus", least=731),
            Bound("changements d’heure vécus", least=4),
            Bound("créneaux faits deux fois", most=0),
            Bound("créneaux manqués", most=0),
            Bound("relève, au plus (s)", most=30),
            Bound("offres montrées après leur dernier jour", most=0),
        ),
    ),
    Goal(
        "G12",
        "Concurrence",
        "50 personnes à la fois : aucune mise à jour perdue, aucun doublon, aucun blocage",
        ("tests/concurrency",),
        (
            Bound("personnes à la fois, au plus", least=50),
            Bound("modifications perdues", most=0),
            Bound("offres en double", most=0),
            Bound("demandes sans réponse", most=0),
        ),
    ),
    Goal(
        "G13",
        "Requêtes bornées",
        "15 ordres par page au plus, autant pour 10 000 lignes que pour 10",
        ("tests/architecture/test_query_ceilings.py",),
        (
            Bound("lignes derrière les pages, au plus", least=10_000),
            Bound("pages lues", least=50),
            Bound("ordres par page, au plus", most=15),
            Bound("pages dont le nombre d’ordres change", most=0),
        ),
    ),
    Goal("G14", "ASVS niveau 2", "246 lignes répondues"),
    Goal("G15", "Fournitures et restauration", "aucune faille connue, reprise < 30 min"),
    Goal("A11Y", "Accessibilité de tous les états", "axe et HTML strict : aucune erreur", ("tests/browser",)),
)


def unmet(goal: Goal, measures: Measures) -> list[str]:
    """What the figures lack, in sentences; empty when each one is there and within its bound."""
    found = []
    for bound in goal.bounds:
        seen = [(name, values) for name, values in measures.items() if _is_about(name, bound.name)]
        if not seen:
            found.append(f"{bound.name} : pas de chiffre")
        for name, values in seen:
            figures = {"les deux bases": sum(values.values())} if bound.in_all else values
            for where, figure in figures.items():
                least = bound.least
                if isinstance(least, str):
                    least = measures.get(least, {}).get(where, float("inf"))
                if least is not None and figure < least:
                    found.append(f"{name}, {where} : {figure}, il en faut {least}")
                if bound.most is not None and figure > bound.most:
                    found.append(f"{name}, {where} : {figure}, au plus {bound.most}")
    return found


def _is_about(name: str, bound: str) -> bool:
    return name == bound or name.startswith(f"{bound}, ")
