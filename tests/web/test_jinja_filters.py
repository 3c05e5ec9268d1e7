"""French typography, dates, amounts and numbers, as templates and e-mails write them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from app.core import french
from app.web import jinja
from tests.support.typography import text_problems

N = "\u00a0"
F = "\u202f"


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("L'offre d'apprentissage", "L’offre d’apprentissage"),
        ('Un "bon" pain', f"Un «{N}bon{N}» pain"),
        ("« Publier »", f"«{N}Publier{N}»"),
        ("Attention : deux cas", f"Attention{N}: deux cas"),
        ("Quand commencer ?", f"Quand commencer{F}?"),
        ("Jamais publié ; transmis", f"Jamais publié{F}; transmis"),
        ("1 867,02 €", f"1{F}867,02{N}€"),
        ("SIRET 732 829 320 00074", f"SIRET 732{F}829{F}320{F}00074"),
        ("05 65 00 00 00", f"05{N}65{N}00{N}00{N}00"),
        ("à 14 h 30", f"à 14{N}h{N}30"),
        ("27 % du SMIC", f"27{N}% du SMIC"),
        ("Et ensuite...", "Et ensuite…"),
        ("N° 12, Bac + 2", f"N°{N}12, Bac + 2"),
    ],
)
def test_text_gets_french_signs(typed: str, printed: str) -> None:
    assert french.typo(typed) == printed


@pytest.mark.parametrize(
    "kept",
    [
        "https://depot.example/l/a?b=1&c=2",
        "nom@entreprise.fr",
        "12 rue de la Paix, 12000 Rodez",
        "14:30",
        "a'",
        "",
    ],
)
def test_addresses_and_plain_words_stay(kept: str) -> None:
    assert french.typo(kept).replace("’", "'") == kept


@given(st.text(alphabet=st.sampled_from("aé1 2 '\".:;!?«»€%hN°@/\u00a0\u202f-\n"), max_size=60))
def test_twice_changes_nothing_more(text: str) -> None:
    once = french.typo(text)
    assert french.typo(once) == once


def test_usual_copy_passes_the_house_check() -> None:
    copy = 'Le SIRET compte 14 chiffres ; vous en avez saisi 13. "Confirmer" : d\'accord ? Soit 27 %...'
    assert list(text_problems(french.typo(copy))) == []


def test_html_keeps_its_tags_and_attributes() -> None:
    source = Markup("<a href=\"/x?a='b'\" title=\"l'un ?\">l'autre ?</a>")
    typed = jinja.typo(source)
    assert isinstance(typed, Markup)
    assert typed == source.replace("l'autre ?", f"l’autre{F}?")


def test_what_was_typed_is_never_unescaped_into_html() -> None:
    typed = "<script>alert('\"x\"')</script> & l'autre"
    assert "<script" not in str(escape(jinja.typo(typed)))
    assert "<script" not in str(jinja.typo(escape(typed)))
    assert "l’autre" in str(jinja.typo(escape(typed)))


def test_dates_are_read_in_paris() -> None:
    evening = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert french.date_fr(evening) == "22 novembre 2026"
    assert french.date_fr(date(2027, 1, 1)) == "1er janvier 2027"
    assert french.date_fr(date(2026, 11, 22), weekday=True) == "dimanche 22 novembre 2026"
    assert french.date_short_fr(date(2027, 9, 1)) == "01/09/2027"
    assert french.datetime_fr(datetime(2026, 7, 3, 12, 5, tzinfo=UTC)) == f"3 juillet 2026 à 14{N}h{N}05"


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        french.date_fr(datetime(2026, 11, 22, 12, 0))
    with pytest.raises(ValueError, match="time zone"):
        french.time_fr(datetime(2026, 11, 22, 12, 0))


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (Decimal("1867.02"), f"1{F}867,02{N}€"),
        (Decimal("0.005"), f"0,01{N}€"),
        (6000, f"6{F}000,00{N}€"),
        (504.1, f"504,10{N}€"),
    ],
)
def test_amounts(value: Decimal | float, printed: str) -> None:
    assert french.euro(value) == printed


def test_round_amounts_and_numbers() -> None:
    assert french.euro(6000, cents=False) == f"6{F}000{N}€"
    assert french.number_fr(1234567.5) == f"1{F}234{F}567,5"
    assert french.number_fr(12) == "12"


@pytest.mark.parametrize("typed", ["0565000000", "+33565000000", "0033 5 65 00 00 00", "05.65.00.00.00"])
def test_french_telephones_are_read_by_pairs(typed: str) -> None:
    assert french.phone_fr(typed) == N.join(["05", "65", "00", "00", "00"])


def test_other_telephones_keep_their_form() -> None:
    assert french.phone_fr("+262 262 00 00 00") == "+262 262 00 00 00"


@pytest.mark.parametrize(("count", "word"), [(0, "offre"), (1, "offre"), (1.5, "offre"), (2, "offres")])
def test_the_plural_starts_at_two(count: float, word: str) -> None:
    assert french.plural(count, "offre", "offres") == word


def test_templates_know_the_filters(app: Flask) -> None:
    template = app.jinja_env.from_string(
        "{{ \"l'été\"|typo }} {{ n|plural('jour', 'jours') }} {{ 12.5|euro }}"
    )
    assert template.render(n=3) == f"l’été jours 12,50{N}€"
