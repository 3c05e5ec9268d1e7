"""The code, its documentation and the model of `.env` name the same settings, with the same values."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from app.config import Settings, SettingsProblem, read_settings

ROOT = Path(__file__).resolve().parents[2]
# What the web server reads itself, before the application.
SERVER = set(re.findall(r"environ\.get\(.([A-Z_]+).\)", (ROOT / "gunicorn.conf.py").read_text("utf-8")))
FIELDS = {name.upper(): field for name, field in Settings.model_fields.items()}
EXAMPLE = dict(re.findall(r"^#([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text("utf-8"), re.M))
PAGE = dict(
    re.findall(r"^\| `([A-Z_]+)` \| ([^|]*) \|", (ROOT / "docs/reglages.md").read_text("utf-8"), re.M)
)
# Said in words on the page, and left empty in the example: they are texts or a key of demonstration.
IN_WORDS = {"DATA_KEY", "SECRET_KEY", "LEGAL_PUBLISHER", "LEGAL_DIRECTOR", "LEGAL_HOST"}


def _written(value: Any) -> str:
    """A default as a person writes it in the environment."""
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_the_server_reads_one_variable_of_its_own() -> None:
    assert SERVER == {"HOST"}


def test_the_example_and_the_page_name_every_setting_and_no_other() -> None:
    assert set(EXAMPLE) == FIELDS.keys() | SERVER
    assert set(PAGE) == FIELDS.keys() | SERVER


@pytest.mark.parametrize("name", sorted(FIELDS.keys() - IN_WORDS))
def test_the_defaults_are_those_of_the_code(name: str) -> None:
    default = _written(FIELDS[name].default)
    assert EXAMPLE[name] == default
    assert PAGE[name].strip() == (f"`{default}`" if default else "vide")


def test_every_problem_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASE_URL", "http://depot.exemple.fr")
    monkeypatch.setenv("PORT", "cinq mille")
    monkeypatch.setenv("LOOKUPS", "parfois")
    with pytest.raises(SettingsProblem) as refused:
        read_settings()
    said = str(refused.value)
    assert said.startswith("2 réglages à corriger")
    assert "PORT" in said
    assert "LOOKUPS" in said


def test_a_public_address_asks_for_what_the_demonstration_does_without() -> None:
    with pytest.raises(SettingsProblem) as refused:
        read_settings(base_url="http://depot.exemple.fr")
    for name in ("SECRET_KEY", "BASE_URL", "BRAND", "LOOKUPS"):
        assert name in str(refused.value)
