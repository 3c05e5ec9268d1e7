"""Reading what a partner wrote, whatever they wrote."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters import directory_reading as reading
from app.adapters.payload import SchemaDrift, Unreadable, clean, day, number, read_json, required_text, text

READ_AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PLACE: dict[str, Any] = {"siret": "99100001900018", "etat_administratif": "A"}
RESULT: dict[str, Any] = {"nom_complet": "BOULANGERIE", "siege": PLACE}

BODIES = [
    b"",
    b"{",
    b"\xff\xfe",
    b"[" * 200_000,
    b"[" * 40 + b"]" * 40,
    b"NaN",
    b'{"a": Infinity}',
    b"1" * 10_000,
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_what_isn_t_reasonable_json_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_json(body)


def test_reasonable_json_is_read() -> None:
    assert read_json('\ufeff{"a": ["é"]}'.encode()) == {"a": ["é"]}
    assert read_json(b"[" * 31 + b"]" * 31) is not None


@given(st.text(max_size=400))
def test_cleaned_text_is_one_line_without_controls(raw: str) -> None:
    cleaned = clean(raw, limit=100)
    assert len(cleaned) <= 100
    assert cleaned == cleaned.strip()
    assert not any(sign in cleaned for sign in "\x00\n\r\t\u2028\u202e\u200b\ufeff")
    cleaned.encode("utf-8")
    assert clean(cleaned, limit=100) == cleaned


def test_fields_of_another_kind_are_absent() -> None:
    source = {"a": 1, "b": "  ", "c": "x\u202ey", "d": "2024-02-30", "e": "1e999", "f": True, "g": "45.5"}
    assert (text(source, "a"), text(source, "b"), text(source, "c"), text(source, "z")) == (
        None,
        None,
        "xy",
        None,
    )
    assert (day(source, "d"), number(source, "e"), number(source, "f"), number(source, "g")) == (
        None, None, None, 45.5,
    )  # fmt: skip
    with pytest.raises(SchemaDrift, match="b"):
        required_text(source, "b")


REQUIRED = [
    {**RESULT, "nom_complet": None},
    {**RESULT, "nom_complet": ["x"]},
    {**RESULT, "siege": {**PLACE, "etat_administratif": "X"}},
    {**RESULT, "siege": {**PLACE, "etat_administratif": None}},
    {**RESULT, "siege": {**PLACE, "etat_administratif": ["A"]}},
    {**RESULT, "siege": {**PLACE, "siret": "99100001900019"}},
]


@pytest.mark.parametrize("result", REQUIRED, ids=range(len(REQUIRED)))
def test_what_decides_must_be_there(result: dict[str, Any]) -> None:
    (place,) = reading.places(result)
    with pytest.raises(SchemaDrift):
        reading.answer(result, place, read_at=READ_AT)


def test_the_rest_may_be_missing() -> None:
    company = reading.answer(RESULT, PLACE, read_at=READ_AT)
    assert (company.name, company.naf, company.idcc, company.point) == ("BOULANGERIE", None, (), None)


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_NAMES = [
    "adresse", "code_postal", "commune", "libelle_commune", "latitude", "longitude", "liste_enseignes",
    "liste_idcc", "successions", "activite_principale", "tranche_effectif_salarie", "date_fermeture",
    "annee_tranche_effectif_salarie", "numero_voie", "nom_commercial", "complement_adresse", "est_siege",
    "statut_diffusion_etablissement",
]  # fmt: skip


@given(st.dictionaries(st.sampled_from(_NAMES), _ANYTHING), _ANYTHING, st.sampled_from("AF"))
def test_optional_fields_of_any_shape_never_break_the_reading(
    fields: dict[str, Any], complements: Any, state: str
) -> None:
    place = {**fields, **PLACE, "etat_administratif": state}
    company = reading.answer({**RESULT, "complements": complements}, place, read_at=READ_AT)
    assert company.is_open is (state == "A")
    assert len(company.address.postcode) in {0, 5}
    assert len(company.address.line) <= 200
    assert reading.is_hidden(RESULT, place) in {True, False}


@given(st.dictionaries(st.sampled_from(["siege", "matching_etablissements", "statut_diffusion"]), _ANYTHING))
def test_a_firm_of_any_shape_gives_places_or_none(result: dict[str, Any]) -> None:
    for place in reading.places(result):
        assert reading.is_hidden(result, place) in {True, False}


def test_a_street_is_told_from_the_town_that_follows() -> None:
    place = {
        **PLACE,
        "adresse": "3 RUE DE RODEZ 12100 MILLAU",
        "code_postal": "12100",
        "libelle_commune": "MILLAU",
    }
    assert reading.answer(RESULT, place, read_at=READ_AT).address.line == "3 RUE DE RODEZ"
    alone = {**place, "adresse": "12100 MILLAU"}
    assert reading.answer(RESULT, alone, read_at=READ_AT).address.line == ""
