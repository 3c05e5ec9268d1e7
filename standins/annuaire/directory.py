"""Recherche d’entreprises: GET /search, its parameters, its refusals, its two shapes of establishment."""

import re
from typing import Any

from standins.annuaire.register import Company, Establishment, companies, company_of, named
from standins.exchange import Refusal, Reply, Request, json_reply

_FILTERS = ("etat_administratif", "code_postal", "code_commune", "departement", "activite_principale")
_KNOWN = {"q", "page", "per_page", "limite_matching_etablissements", "minimal", "include", *_FILTERS}
_PARTS = {"siege", "dirigeants", "finances", "complements", "matching_etablissements", "score", "slug", "tva"}
_HIDDEN = "[NON-DIFFUSIBLE]"


def search(request: Request) -> Reply:
    """The page of results, or `{"erreur"}` with 400."""
    _check(request)
    page = _number(request, "page", low=1, high=1000, default=1)
    per_page = _number(request, "per_page", low=1, high=25, default=10)
    limit = _number(request, "limite_matching_etablissements", low=1, high=100, default=10)
    keep = _kept_parts(request)
    query = request.first("q").strip()
    direct = re.fullmatch(r"[0-9]{9}|[0-9]{14}", query) is not None
    found = _direct(query) if direct else _searched(request, query)
    shown = found[(page - 1) * per_page : page * per_page]
    asked = query if len(query) == 14 and direct else None
    content = {
        "results": [_result(company, asked=asked, limit=limit, keep=keep) for company in shown],
        "total_results": len(found),
        "page": page,
        "per_page": per_page,
        "total_pages": max(1, -(-len(found) // per_page)),
    }
    return json_reply(content, fault=found[0].fault if direct and found else None)


def _check(request: Request) -> None:
    unknown = set(request.query) - _KNOWN
    if unknown:
        raise Refusal(400, {"erreur": f"Paramètre inconnu : {', '.join(sorted(unknown))}."})
    query = request.first("q").strip()
    if not any(request.first(name) for name in ("q", *_FILTERS)):
        raise Refusal(400, {"erreur": "Veuillez indiquer au moins un paramètre de recherche."})
    if 0 < len(query) < 3:
        raise Refusal(
            400,
            {"erreur": "3 caractères minimum pour les termes de la requête."},
        )


def _number(request: Request, name: str, *, low: int, high: int, default: int) -> int:
    text = request.first(name, str(default))
    if not re.fullmatch(r"[0-9]{1,6}", text) or not low <= int(text) <= high:
        message = (
            f"Veuillez indiquer un paramètre `{name}` entre `{low}` et `{high}`, par défaut `{default}`."
        )
        raise Refusal(400, {"erreur": message})
    return int(text)


def _kept_parts(request: Request) -> set[str]:
    minimal = request.first("minimal").lower()
    include = {part for part in request.first("include").split(",") if part}
    if minimal not in {"", "true", "false"} or include - _PARTS or (include and minimal != "true"):
        raise Refusal(400, {"erreur": "Les paramètres `minimal` et `include` ne vont pas ensemble."})
    return include if minimal == "true" else _PARTS


def _direct(number: str) -> list[Company]:
    company = company_of(number)
    return [company] if company is not None and company.in_directory else []


def _searched(request: Request, query: str) -> list[Company]:
    found = named(query) if query else [company for company in companies() if company.in_directory]
    state = request.first("etat_administratif")
    if state:
        found = [company for company in found if company.raw.get("etat", "A") == state]
    activity = request.first("activite_principale")
    if activity:
        found = [company for company in found if company.raw["naf"] in activity.split(",")]
    for name, field in (("code_postal", "code_postal"), ("code_commune", "commune")):
        asked = request.first(name)
        if asked:
            found = [c for c in found if any(p.text(field) in asked.split(",") for p in c.establishments)]
    department = request.first("departement")
    if department:
        found = [c for c in found if any(p.department in department.split(",") for p in c.establishments)]
    return found


def _result(company: Company, *, asked: str | None, limit: int, keep: set[str]) -> dict[str, Any]:
    hidden = company.diffusion != "O"
    places = [place for place in company.establishments if asked is None or place.siret == asked]
    head = company.establishments[0]
    result: dict[str, Any] = {
        "siren": company.siren,
        "nom_complet": _HIDDEN if hidden else company.name,
        "nom_raison_sociale": None if hidden else company.name,
        "sigle": None,
        "nombre_etablissements": len(company.establishments),
        "nombre_etablissements_ouverts": sum(place.state == "A" for place in company.establishments),
        "activite_principale": company.raw["naf"],
        "activite_principale_naf25": None,
        "categorie_entreprise": "PME",
        "date_creation": "2015-04-01",
        "date_fermeture": company.raw.get("date_fermeture"),
        "etat_administratif": company.raw.get("etat", "A"),
        "nature_juridique": company.raw.get("nature_juridique", "5710"),
        "section_activite_principale": None,
        "tranche_effectif_salarie": company.raw["tranche"],
        "annee_tranche_effectif_salarie": str(company.raw.get("annee_tranche", 2023)),
        "statut_diffusion": company.diffusion,
        "siege": _place(company, head, whole=True),
        "matching_etablissements": [_place(company, place, whole=False) for place in places[:limit]],
        "dirigeants": [],
        "finances": None,
        "complements": _complements(company),
        "score": 12.5,
        "slug": None,
        "tva": [],
    }
    return {name: value for name, value in result.items() if name not in _PARTS or name in keep}


def _complements(company: Company) -> dict[str, Any]:
    codes = [f"{code:04d}" for code in company.raw["idcc"]]
    return {
        "convention_collective_renseignee": bool(codes),
        "liste_idcc": codes or None,
        "est_organisme_formation": bool(company.raw.get("organisme_formation")),
        "est_qualiopi": bool(company.raw.get("qualiopi")),
        "est_administration": bool(company.raw.get("administration")),
        "est_association": bool(company.raw.get("association")),
    }


def _place(company: Company, place: Establishment, *, whole: bool) -> dict[str, Any]:
    hidden = company.diffusion != "O"
    content: dict[str, Any] = {
        "siret": place.siret,
        "adresse": _HIDDEN if hidden else place.address,
        "code_postal": place.text("code_postal"),
        "commune": place.text("commune"),
        "libelle_commune": place.text("libelle_commune"),
        "region": None,
        "latitude": None if hidden else place.text("latitude"),
        "longitude": None if hidden else place.text("longitude"),
        "geo_id": None,
        "est_siege": place is company.establishments[0],
        "etat_administratif": place.state,
        "activite_principale": company.raw["naf"],
        "tranche_effectif_salarie": place.raw.get("tranche", company.raw["tranche"]),
        "annee_tranche_effectif_salarie": str(company.raw.get("annee_tranche", 2023)),
        "caractere_employeur": "N" if company.raw["tranche"] == "NN" else "O",
        "date_creation": "2015-04-01",
        "date_fermeture": place.text("date_fermeture"),
        "liste_enseignes": None if hidden else place.raw.get("enseignes"),
        "nom_commercial": None,
        "liste_idcc": [f"{code:04d}" for code in company.raw["idcc"]] or None,
        "liste_uai": place.raw.get("uai"),
        "statut_diffusion_etablissement": company.diffusion,
        "successions": [{"siret_successeur": siret} for siret in place.raw.get("successeurs", ())] or None,
    }
    if whole:
        content |= {
            "departement": place.department,
            "complement_adresse": None if hidden else place.text("complement"),
            "numero_voie": None if hidden else place.text("numero_voie"),
            "type_voie": None if hidden else place.text("type_voie"),
            "libelle_voie": None if hidden else place.text("libelle_voie"),
            "libelle_commune_etranger": (place.raw.get("etranger") or [None])[0],
        }
    return content
