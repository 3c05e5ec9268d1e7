"""The invented establishments, read from establishments.json, and how they are found."""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from standins.exchange import Fault

_DATA = Path(__file__).with_name("establishments.json")


@dataclass(frozen=True, slots=True)
class Establishment:
    """A place. `raw` is its line of the file."""

    siret: str
    raw: Mapping[str, Any]

    def text(self, name: str) -> str | None:
        """A field of the file, None when the register is silent."""
        value = self.raw.get(name)
        return None if value is None else str(value)

    @property
    def street(self) -> str:
        """Number, kind and name of the way."""
        parts = (self.text("numero_voie"), self.text("type_voie"), self.text("libelle_voie"))
        return " ".join(part for part in parts if part)

    @property
    def address(self) -> str:
        """The address on one line, as the directory writes it."""
        town = self.raw.get("etranger") or [self.text("code_postal"), self.text("libelle_commune")]
        return " ".join(part for part in (self.text("complement"), self.street, *town) if part)

    @property
    def state(self) -> str:
        """A when open, F when closed."""
        return str(self.raw.get("etat", "A"))

    @property
    def department(self) -> str | None:
        """Two digits, three overseas, 2A and 2B in Corsica."""
        commune = self.text("commune")
        if commune is None or commune.startswith("99"):
            return None
        return commune[:3] if commune.startswith("97") else commune[:2]


@dataclass(frozen=True, slots=True)
class Company:
    """A firm with its places; the first is its head office."""

    siren: str
    name: str
    raw: Mapping[str, Any]
    establishments: tuple[Establishment, ...]

    @property
    def in_directory(self) -> bool:
        """Does the public directory show it?"""
        return bool(self.raw.get("annuaire", True))

    @property
    def sirene_status(self) -> int:
        """What Sirene answers for its places: 200, or 403 when it objects to diffusion."""
        return int(self.raw.get("sirene", 200))

    @property
    def diffusion(self) -> str:
        """O, P (partial) or N."""
        return str(self.raw.get("diffusion", "O"))

    @property
    def fault(self) -> Fault | None:
        """How every look-up of this firm by its number fails, if it does."""
        asked = self.raw.get("panne")
        if asked is None:
            return None
        return Fault(asked["kind"], float(asked.get("seconds", 0)), asked.get("retry_after"))

    @property
    def words(self) -> frozenset[str]:
        """Words by which it can be found."""
        brands = [brand for place in self.establishments for brand in place.raw.get("enseignes", ())]
        towns = [place.text("libelle_commune") or "" for place in self.establishments]
        return frozenset(words(" ".join([self.name, *brands, *towns])))


def words(text: str) -> list[str]:
    """Lower-case words without accents."""
    plain = unicodedata.normalize("NFD", text.lower().replace("œ", "oe"))
    return re.findall(r"\w+", "".join(sign for sign in plain if not unicodedata.combining(sign)))


@cache
def companies() -> tuple[Company, ...]:
    """Every firm of the file."""
    return tuple(
        Company(
            siren=raw["siren"],
            name=raw["nom"],
            raw=raw,
            establishments=tuple(Establishment(place["siret"], place) for place in raw["etablissements"]),
        )
        for raw in json.loads(_DATA.read_text(encoding="utf-8"))
    )


def company_of(number: str) -> Company | None:
    """The firm of a SIREN, or of a SIRET that is one of its places."""
    for company in companies():
        if company.siren == number or any(place.siret == number for place in company.establishments):
            return company
    return None


def named(text: str) -> list[Company]:
    """Firms shown by the directory whose words hold, or begin with, every word of the text."""
    asked = words(text)
    return [
        company
        for company in companies()
        if company.in_directory
        and asked
        and all(any(word.startswith(part) for word in company.words) for part in asked)
    ]
