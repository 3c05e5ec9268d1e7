"""The courses that the simulated catalogue knows, in the shape that the partner gives them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_APP = Path(__file__).parents[2] / "app" / "domain"
# The demonstration's own lists: the partner speaks of the same centres, and of towns as they are.
_DEMO = _APP / "cfa_requests" / "data"
_PLACES = _APP / "reference" / "data"
# One course in so many has a centre that the catalogue doesn't know, or that only its place tells.
_UNKNOWN_EVERY = 97
_START = "-09-01T00:00:00.000+02:00"


@dataclass(frozen=True, slots=True)
class Centre:
    """A training centre; `siret` is empty for those known by their UAI alone."""

    siret: str
    uai: str
    name: str
    commune: str
    certified: bool
    courses: tuple[str, ...]
    emails: tuple[str, ...]
# The catalogue knows the page of some courses only.
_ONISEP = {"RNCP90001": "https://onisep.example/formation/cap-boulanger"}


def _rows(path: Path) -> Iterator[list[str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


@cache
def centres() -> tuple[Centre, ...]:
    """Every centre, in the order of the list."""
    return tuple(
        Centre(siret, uai, name, commune, certified == "1", tuple(taught.split()), tuple(emails.split()))
        for siret, uai, name, commune, certified, taught, emails in _rows(_DEMO / "demo_cfas.tsv")
    )


@cache
def _certifications() -> dict[str, list[str]]:
    return {row[0].removeprefix("RNCP"): row for row in _rows(_DEMO / "demo_courses.tsv")}


@cache
def _places() -> dict[str, list[str]]:
    wanted = {centre.commune for centre in centres()}
    return {row[0]: row for row in _rows(_PLACES / "communes.tsv") if row[0] in wanted}


@cache
def courses(year: int) -> tuple[dict[str, Any], ...]:
    """Every course; the next one starts in September of `year`."""
    pairs = [(centre, number) for centre in centres() for number in centre.courses]
    return tuple(
        _course(centre, number, year=year, is_known=rank % _UNKNOWN_EVERY != _UNKNOWN_EVERY - 1)
        for rank, (centre, number) in enumerate(pairs)
    )


def _course(centre: Centre, number: str, *, year: int, is_known: bool) -> dict[str, Any]:
    rncp, level, title, codes = _certifications()[number]
    organisation = _organisation(centre) if is_known else None
    return {
        "identifiant": {"cle_ministere_educatif": f"{centre.uai}|{rncp}"},
        "statut": {"catalogue": "publié"},
        "formateur": {"organisme": organisation, "connu": is_known},
        "responsable": {"organisme": organisation, "connu": is_known},
        "certification": {"valeur": _certification(rncp, level, title, codes.split()), "connue": True},
        "lieu": {
            "adresse": _address(centre),
            "geolocalisation": _point(centre),
            "precision": 1,
            "siret": centre.siret or None,
            "uai": centre.uai,
        },
        "contact": {"email": centre.emails[0] if centre.emails else None, "telephone": None},
        "onisep": {"url": _ONISEP.get(rncp), "intitule": None},
        "modalite": {"entierement_a_distance": False, "duree_indicative": 2, "annee_cycle": 1},
        "contenu_educatif": {"contenu": title, "objectif": title},
        "sessions": [{"debut": f"{year}{_START}", "fin": f"{year + 2}-06-30T00:00:00.000+02:00"}],
    }


def _certification(rncp: str, level: str, title: str, codes: list[str]) -> dict[str, Any]:
    return {
        "identifiant": {"cfd": None, "rncp": rncp, "rncp_anterieur_2019": False},
        "intitule": {
            "cfd": {"long": title, "court": title},
            "niveau": {"cfd": None, "rncp": {"europeen": level}},
            "rncp": title,
        },
        "domaines": {"rome": {"rncp": [{"code": code, "intitule": title} for code in codes]}},
    }


def _organisation(centre: Centre) -> dict[str, Any]:
    contacts = [
        {"email": email, "sources": ["RCO"], "confirmation_referentiel": rank == 0}
        for rank, email in enumerate(centre.emails)
    ]
    return {
        "identifiant": {"uai": centre.uai, "siret": centre.siret or None},
        "etablissement": {
            "siret": centre.siret or None,
            "ouvert": True,
            "enseigne": centre.name,
            "adresse": _address(centre),
            "geopoint": _point(centre),
        },
        "unite_legale": {"siren": centre.siret[:9], "actif": True, "raison_sociale": centre.name.upper()},
        "renseignements_specifiques": {"qualiopi": centre.certified, "numero_activite": None},
        "statut": {"referentiel": "présent"},
        # Given in another order than that of trust: whoever reads them sorts them.
        "contacts": contacts[::-1],
    }


def _address(centre: Centre) -> dict[str, Any]:
    row = _places()[centre.commune]
    return {
        "label": f"1 place de l’Exemple {row[2].split()[0]} {row[1]}",
        "code_postal": row[2].split()[0],
        "commune": {"nom": row[1], "code_insee": centre.commune},
        "departement": {"nom": row[3], "code_insee": row[3]},
    }


def _point(centre: Centre) -> dict[str, Any]:
    row = _places()[centre.commune]
    return {"type": "Point", "coordinates": [float(row[7]), float(row[6])]}
