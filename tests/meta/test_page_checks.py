"""The checks of pages catch what they must, and let a good page pass."""

import time

import pytest

from tests.support import vnu
from tests.support.html import check_html, page_problems
from tests.support.typography import text_problems

GOOD = """<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<title>Étape 1 sur 3 – Déposer une offre – Dépôt Alternance</title>
<meta name="description" content="Déposez une offre\u00a0: trois écrans suffisent.">
<link rel="stylesheet" href="/static/app.css">
<script type="module" src="/static/app.js"></script>
</head>
<body>
<header><a href="#contenu">Aller au contenu</a></header>
<main id="contenu">
<h1>Déposer une <span>offre</span></h1>
<h2>L’entreprise</h2>
<p>Prêt\u202f? «\u00a0Oui\u202f!\u00a0», dit <strong>Zoé</strong>\u00a0: 12\u00a0% d’aide.</p>
<p>100\u00a0€, à 10:30.</p>
<p>Écrivez à aide@exemple.fr ou voyez https://exemple.fr/?a=b;c.
<span translate="no">L'ATELIER : SARL</span></p>
<p lang="en">What's this? Nothing: go!</p>
<form method="post" action="/deposer">
<input type="hidden" name="jeton" value="x'y">
<p><label for="siret">Numéro SIRET</label> <input id="siret" name="siret" aria-describedby="aide"></p>
<p id="aide">14 chiffres</p>
<p><label>Commentaire <textarea name="texte">j'écris : ça !</textarea></label></p>
<fieldset><legend>Contrat</legend>
<p><input type="radio" id="c1" name="contrat" value="a"> <label for="c1">Apprentissage</label></p>
</fieldset>
<p><button>Continuer</button></p>
</form>
<p><a href="/"><img src="/static/logo.svg" alt="Accueil"></a></p>
<script type="application/ld+json">{"@type": "JobPosting"}</script>
</main>
</body>
</html>
"""

# What is changed in the good page, and a piece of what must be said.
FAULTS = [
    ("<!doctype html>\n", "", "doctype"),
    ('<html lang="fr">', "<html>", "langue"),
    ('<html lang="fr">', '<html lang="en">', "langue"),
    ("<h2>L’entreprise</h2>", "<h1>L’entreprise</h1>", "2 titre(s) de niveau 1"),
    ("<h1>Déposer une <span>offre</span></h1>", "", "0 titre(s) de niveau 1"),
    ("Étape 1 sur 3 – Déposer", "Publier", "ne commence pas"),
    ("<h2>L’entreprise</h2>", "<h3>L’entreprise</h3>", "saute de h1 à h3"),
    ('<main id="contenu">', '<div id="contenu">', "<main>"),
    ("<title>", "<meta><notitle>", "titre(s) de page"),
    ('<label for="siret">Numéro SIRET</label>', "Numéro SIRET", "champ sans étiquette : siret"),
    ('<label for="siret">Numéro SIRET</label>', '<label for="siret"> </label>', "champ sans étiquette"),
    ('for="siret"', 'for="siren"', "#siren, absent"),
    ('aria-describedby="aide"', 'aria-describedby="aide erreur"', "#erreur, absent"),
    ('href="#contenu"', 'href="#debut"', "#debut, absent"),
    ('id="c1"', 'id="aide"', "identifiant répété : aide"),
    ("<legend>Contrat</legend>", "", "bouton radio hors d’un groupe"),
    ("<button>Continuer</button>", "<button></button>", "sans nom"),
    (' alt="Accueil"', "", "sans alternative"),
    (' alt="Accueil"', ' alt=""', "<a> sans nom"),
    ("</main>", "<script>alert(1)</script></main>", "script dans la page"),
    ("</head>", "<style>p{}</style></head>", "<style>"),
    ("<h2>", '<h2 style="color:red">', "attribut style sur <h2>"),
    ("<button>", '<button onclick="x()">', "attribut onclick"),
    ('action="/deposer"', 'action="javascript:x()"', "javascript:"),
    ("14 chiffres", "{{ texte }}", "reste de gabarit"),
    ("14 chiffres", "{% if %}", "reste de gabarit"),
    ("L’entreprise", "L'entreprise", "apostrophe droite"),
    ('alt="Accueil"', 'alt="L\'accueil"', "apostrophe droite"),
    ("Prêt\u202f?", "Prêt ?", "espace ordinaire avant"),
    ("Prêt\u202f?", "Prêt?", "pas d’espace avant une ponctuation"),
    ("</strong>\u00a0:", "</strong> :", "espace ordinaire avant"),
    ("</strong>\u00a0:", "</strong>:", "pas d’espace avant deux-points"),
    ("offre\u00a0: trois", "offre : trois", "espace ordinaire avant"),
    ("«\u00a0Oui", "« Oui", "« sans espace"),
    ("«\u00a0Oui", "«Oui", "« sans espace"),
    ("!\u00a0»", "!»", "» sans espace"),
    ("!\u00a0»", "! »", "» sans espace"),
    ("12\u00a0%", "12 %", "insécable avant € ou %"),
    ("100\u00a0€", "100€", "insécable avant € ou %"),
    ("14 chiffres", "14 chiffres...", "trois points"),
    ("</span></p>\n<p lang", "</span> ?</p>\n<p lang", "espace ordinaire avant"),
]

BROKEN = [
    ("<h2>L’entreprise</h2>", "<h2>L’entreprise</h3>"),
    ('id="c1"', 'id="aide"'),
    ("<p>Prêt", '<p align="left">Prêt'),
    ("<button>", "<button><a href='/'>x</a>"),
    ("</main>", "</div></main>"),
    ('method="post"', 'method="put"'),
    ('for="siret"', 'for="absent"'),
    ("<legend>", "<p>x</p><legend>"),
]


def test_a_good_page_has_no_problem() -> None:
    assert page_problems(GOOD) == []


@pytest.mark.parametrize(("part", "instead", "said"), FAULTS)
def test_each_fault_is_named(part: str, instead: str, said: str) -> None:
    assert part in GOOD
    problems = page_problems(GOOD.replace(part, instead, 1))
    assert any(said in problem for problem in problems), problems


def test_the_title_may_begin_with_error_and_step() -> None:
    for prefix in ("Erreur – ", "Erreur – Étape 2 sur 3 – ", "", "Étape\u00a01 sur\u00a03 – "):
        assert page_problems(GOOD.replace("Étape 1 sur 3 – ", prefix, 1)) == []


def test_each_block_is_read_apart() -> None:
    assert list(text_problems("Nom\n: suite\nl’un\n»")) != []
    assert list(text_problems("Bonjour\nl’été")) == []


def test_a_page_is_checked_in_a_few_milliseconds() -> None:
    section = GOOD.partition("<h2>")[2].partition("<form")[0]
    large = GOOD.replace("<h2>", f"{('<h2>' + section) * 60}<h2>", 1)
    assert len(large) > 17_000
    took = []
    for _ in range(20):
        started = time.thread_time()
        assert page_problems(large) == []
        took.append(time.thread_time() - started)
    # Some 3 ms on a quiet machine.
    assert min(took) < 0.010


def test_strict_html_lets_a_good_page_pass() -> None:
    assert check_html(GOOD) == []


@pytest.mark.parametrize(("part", "instead"), BROKEN)
@pytest.mark.skipif(not vnu.is_available(), reason="Java manque : le contrôle strict est réduit à la syntaxe")
def test_strict_html_refuses_what_is_broken(part: str, instead: str) -> None:
    assert part in GOOD
    assert check_html(GOOD.replace(part, instead, 1)) != []


def test_without_java_syntax_is_still_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vnu, "is_available", bool)
    assert check_html(GOOD) == []
    assert check_html(GOOD.replace("<h2>L’entreprise</h2>", "<h2>L’entreprise</h3>")) != []
    assert check_html(GOOD.replace("<!doctype html>", "")) != []


@pytest.mark.skipif(not vnu.is_available(), reason="Java manque")
def test_the_checker_is_started_once_and_answers_fast() -> None:
    check_html(GOOD)
    started = time.monotonic()
    for _ in range(10):
        check_html(GOOD)
    assert (time.monotonic() - started) / 10 < 0.5
