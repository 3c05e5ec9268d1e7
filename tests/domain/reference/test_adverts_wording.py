"""Job names inside sentences."""

import pytest

from app.domain.reference.wording import both, is_activity, of, split_label, tidy


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Boulanger / Boulangère", "boulanger ou boulangère"),
        ("Conducteur / Conductrice d'engins agricoles", "conducteur ou conductrice d’engins agricoles"),
        ("Ouvrier forestier / Ouvrière forestière", "ouvrier forestier ou ouvrière forestière"),
        ("Jardinier / Jardinière paysagiste", "jardinier ou jardinière paysagiste"),
        ("Eleveur / Eleveuse de bovins", "éleveur ou éleveuse de bovins"),
        ("Electricien / Electricienne du bâtiment", "électricien ou électricienne du bâtiment"),
        ("Artiste Plasticien / Plasticienne", "artiste plasticien ou artiste plasticienne"),
        ("Steward / Hôtesse de train", "steward ou hôtesse de train"),
        ("Homme sage-femme / Sage-femme", "maïeuticien ou sage-femme"),
        (
            "Médecin Anesthésiste Réanimateur / Réanimatrice (MAR)",
            "médecin anesthésiste réanimateur ou médecin anesthésiste réanimatrice",
        ),
        (
            "Cadre Dirigeant / Dirigeante d'administration centrale",
            "cadre dirigeant ou cadre dirigeante d’administration centrale",
        ),
        (
            "Directeur / Directrice des systèmes d'information -DSI-",
            "directeur ou directrice des systèmes d’information",
        ),
        ("Ingénieur / Ingénieure DevOps", "ingénieur ou ingénieure DevOps"),
        ("UX - UI Designer", "designer UX-UI"),
        ("Comptable", "comptable"),
    ],
)
def test_a_label_becomes_words_of_a_sentence(label: str, said: str) -> None:
    assert both(*split_label(label)) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("boulanger", "de boulanger"),
        ("électricien", "d’électricien"),
        ("œnologue", "d’œnologue"),
        ("horloger", "d’horloger"),
        ("hôtesse", "d’hôtesse"),
        ("yield manager", "de yield manager"),
        ("UX designer", "de UX designer"),
    ],
)
def test_elision(name: str, said: str) -> None:
    assert of(name) == said


@pytest.mark.parametrize(
    "name", ["Conduite d'engins agricoles", "Boulangerie et viennoiserie", "Mise en rayon"]
)
def test_an_activity_is_recognised(name: str) -> None:
    assert is_activity(name)


@pytest.mark.parametrize(
    "name",
    ["Motion designer", "Concierge d'hôtel", "Garde d'enfant", "Juge", "Personnel navigant", "Plaquiste", ""],
)
def test_a_person_is_not_an_activity(name: str) -> None:
    assert not is_activity(name)


def test_tidying_twice_changes_nothing() -> None:
    for name in (
        "Eleveur de bovins",
        "chargé d’accueil",
        "Responsable Service Après-Vente -SAV- en électroménager",
    ):
        assert tidy(tidy(name)) == tidy(name)
