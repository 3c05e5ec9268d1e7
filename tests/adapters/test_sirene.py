"""Sirene: what each status means, and a key that is shown nowhere."""

import contextlib
import json
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.company_directory import HttpCompanyDirectory
from app.adapters.http import Answer
from app.adapters.payload import SchemaDrift
from app.adapters.sirene import SireneClient
from app.core.identifiers import Siret
from app.domain.employers.directory import Outcome
from standins.annuaire.server import SIRENE_KEY
from tests.support.standins import Partner

BAKERY = Siret("99100001900018")


def sirene(partner: Partner, *, key: str = SIRENE_KEY) -> SireneClient:
    return SireneClient(f"{partner.url}/api-sirene/3.11", key=key)


@pytest.mark.parametrize(
    ("siret", "outcome"),
    [
        (BAKERY, Outcome.FOUND),
        ("99100002700011", Outcome.CLOSED),
        ("99100003500014", Outcome.NON_DIFFUSIBLE),
        ("99100038100012", Outcome.NON_DIFFUSIBLE),
        ("99100009200015", Outcome.UNKNOWN),
    ],
)
def test_each_status_has_its_meaning(annuaire: Partner, siret: str, outcome: Outcome) -> None:
    look_up = sirene(annuaire).look_up(Siret(siret), timeout=2)
    assert (look_up.outcome, look_up.source) == (outcome, "sirene")


def test_a_sole_trader_goes_by_first_and_last_name(annuaire: Partner) -> None:
    company = sirene(annuaire).look_up(Siret("99100043100015"), timeout=2).company
    assert company is not None
    assert (company.name, company.brand) == ("CLAIRE MARTIN", "Chez Claire Coiffure")


def test_an_address_abroad_has_a_town_and_no_commune(annuaire: Partner) -> None:
    company = sirene(annuaire).look_up(Siret("99100047200019"), timeout=2).company
    assert company is not None
    assert (company.address.city, company.address.postcode, company.address.commune_code) == (
        "BRUXELLES", "", None,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["401", "404", "403", "429", "500", "garbage", "html", "drift", "reset"])
def test_only_the_words_of_sirene_prove_anything(annuaire: Partner, kind: str) -> None:
    """A 404 or a 403 of something else on the way mustn't say that a firm doesn't exist."""
    annuaire.fails(kind, path="/api-sirene")
    assert sirene(annuaire).look_up(BAKERY, timeout=2).outcome is Outcome.UNAVAILABLE


def test_a_wrong_key_leaves_what_the_directory_said(annuaire: Partner) -> None:
    client = sirene(annuaire, key="autre-cle")
    assert client.look_up(BAKERY, timeout=2).outcome is Outcome.UNAVAILABLE
    register = HttpCompanyDirectory(annuaire.url, sirene=client)
    assert register.by_siret(BAKERY).outcome is Outcome.FOUND
    assert register.by_siret(Siret("99100009200015")).outcome is Outcome.NOT_LISTED


def test_sirene_is_asked_only_about_what_the_directory_lacks(annuaire: Partner) -> None:
    register = HttpCompanyDirectory(annuaire.url, sirene=sirene(annuaire))
    register.by_siret(BAKERY)
    assert annuaire.journal("/api-sirene") == []
    register.by_siret(Siret("99100003500014"))
    assert len(annuaire.journal("/api-sirene")) == 1


def test_the_key_is_sent_and_shown_nowhere(annuaire: Partner, caplog: pytest.LogCaptureFixture) -> None:
    client = sirene(annuaire)
    register = HttpCompanyDirectory(annuaire.url, sirene=client)
    with caplog.at_level(logging.DEBUG):
        client.look_up(BAKERY, timeout=2)
        annuaire.fails("down", path="/api-sirene")
        client.look_up(BAKERY, timeout=2)
    (first, _) = annuaire.journal("/api-sirene")
    assert "x-insee-api-key-integration" in first["header_names"]
    shown = [caplog.text, repr(client), repr(register), str(first), repr(vars(client)["_client"])]
    assert not any(SIRENE_KEY in text for text in shown)


def test_a_key_that_can_t_be_a_header_is_trouble_and_not_a_crash(annuaire: Partner) -> None:
    client = sirene(annuaire, key="cle\r\nX-Autre: 1")
    assert client.look_up(BAKERY, timeout=2).outcome is Outcome.UNAVAILABLE


_ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_FIELDS = [
    "statutDiffusionEtablissement", "uniteLegale", "adresseEtablissement", "periodesEtablissement",
    "trancheEffectifsEtablissement", "anneeEffectifsEtablissement",
]  # fmt: skip


@given(st.dictionaries(st.sampled_from(_FIELDS), _ANYTHING))
def test_an_answer_of_any_shape_is_read_or_refused_as_a_drift(fields: dict[str, Any]) -> None:
    body = json.dumps({"etablissement": {**fields, "siret": BAKERY}}).encode()
    client = SireneClient("http://127.0.0.1:9", key="x")
    with contextlib.suppress(SchemaDrift):
        assert client._read(Answer(200, {}, body), BAKERY).outcome in Outcome
