"""Sirene 3.11, one establishment at a time: tells an unknown number from one that objects to diffusion."""

import re
from collections.abc import Callable
from typing import Any

from standins.annuaire.register import Company, Establishment, company_of
from standins.exchange import Refusal, Reply, Request, json_reply

KEY_HEADER = "x-insee-api-key-integration"
PATH = r"/api-sirene/3\.11/siret/[^/]+"


def siret_of(key: str) -> Callable[[Request], Reply]:
    """The handler of one establishment, behind the key."""

    def answer(request: Request) -> Reply:
        if request.headers.get(KEY_HEADER) != key:
            raise Refusal(401, {"message": "Unauthorized", "http_status_code": 401})
        if request.query:
            raise _refusal(400, f"Paramètre inconnu : {', '.join(request.query)}")
        number = request.path.rsplit("/", 1)[1]
        if not re.fullmatch(r"[0-9]{14}", number):
            raise _refusal(400, "Le numéro Siret doit avoir 14 chiffres")
        company = company_of(number)
        if company is None:
            raise _refusal(404, f"Aucun élément trouvé pour le siret {number}")
        if company.sirene_status == 403:
            raise _refusal(403, "Établissement dont les données ne sont pas diffusibles")
        place = next(place for place in company.establishments if place.siret == number)
        content = {"header": {"statut": 200, "message": "OK"}, "etablissement": _content(company, place)}
        # Most firms that make the directory fail make Sirene fail as well; the others show the second source.
        return json_reply(content, fault=company.fault if company.raw.get("panne_sirene", True) else None)

    return answer


def _refusal(status: int, message: str) -> Refusal:
    return Refusal(status, {"header": {"statut": status, "message": message}})


def _content(company: Company, place: Establishment) -> dict[str, Any]:
    # A sole trader has a name and a first name where a firm has a denomination.
    person = company.raw.get("nature_juridique") == "1000"
    hidden = company.diffusion != "O"
    first, _, last = company.name.partition(" ")
    return {
        "siren": company.siren,
        "siret": place.siret,
        "statutDiffusionEtablissement": company.diffusion,
        "dateCreationEtablissement": "2015-04-01",
        "trancheEffectifsEtablissement": place.raw.get("tranche", company.raw["tranche"]),
        "anneeEffectifsEtablissement": str(company.raw.get("annee_tranche", 2023)),
        "etablissementSiege": place is company.establishments[0],
        "uniteLegale": {
            "etatAdministratifUniteLegale": company.raw.get("etat", "A"),
            "statutDiffusionUniteLegale": company.diffusion,
            "denominationUniteLegale": None if person else "[ND]" if hidden else company.name,
            "nomUniteLegale": last if person else None,
            "prenomUsuelUniteLegale": first if person else None,
            "activitePrincipaleUniteLegale": company.raw["naf"],
            "categorieJuridiqueUniteLegale": company.raw.get("nature_juridique", "5710"),
        },
        "adresseEtablissement": _address(place, hidden=hidden),
        "periodesEtablissement": [
            {
                "dateFin": None,
                "dateDebut": place.text("date_fermeture") or "2015-04-01",
                "etatAdministratifEtablissement": place.state,
                "enseigne1Etablissement": (place.raw.get("enseignes") or [None])[0],
                "activitePrincipaleEtablissement": company.raw["naf"],
            }
        ],
    }


def _address(place: Establishment, *, hidden: bool) -> dict[str, Any]:
    return {
        "complementAdresseEtablissement": place.text("complement"),
        "numeroVoieEtablissement": "[ND]" if hidden else place.text("numero_voie"),
        "typeVoieEtablissement": "[ND]" if hidden else place.text("type_voie"),
        "libelleVoieEtablissement": "[ND]" if hidden else place.text("libelle_voie"),
        "codePostalEtablissement": place.text("code_postal"),
        "libelleCommuneEtablissement": place.text("libelle_commune"),
        "codeCommuneEtablissement": place.text("commune"),
        "libelleCommuneEtrangerEtablissement": (place.raw.get("etranger") or [None])[0],
    }
