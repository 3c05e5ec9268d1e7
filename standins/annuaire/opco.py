"""The registers of OPCOs over the invented firms: SIRO, CFA-dock and siret2idcc, in their own forms."""

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from standins.annuaire.register import company_of
from standins.exchange import Fault, Refusal, Reply, Request, json_reply

KEY_HEADER = "x-gravitee-api-key"
SIRO_PATH = r"/siro/v1/public/[^/]+"
DOCK_PATH = r"/cfadock/api/opcos"
AGREEMENTS_PATH = r"/siret2idcc/api/v2/[^/]+"
BATCH = 100
_DATA = Path(__file__).with_name("opco.json")
# Code → (name at SIRO, SIREN, name at CFA-dock).
OPCOS = {
    "01": ("AFDAS", "784714008", "AFDAS"),
    "02": ("AKTO", "853000982", "AKTO"),
    "03": ("ATLAS", "851296632", "ATLAS"),
    "04": ("CONSTRUCTYS", "533846150", "CONSTRUCTYS"),
    "05": ("OCAPIAT", "844752006", "OCAPIAT"),
    "06": ("OPCO EP", "879036895", "OPCO EP"),
    "07": ("OPCO MOBILITES", "851240499", "OPCO MOBILITES"),
    "08": ("OPCO SANTE", "854033115", "OPCO SANTE"),
    "09": ("OPCO2I", "849813852", "OPCO 2i"),
    "10": ("L'OPCOMMERCE", "398522243", "L'OPCOMMERCE"),
    "11": ("UNIFORMATION COHESION SOCIALE", "309065043", "UNIFORMATION"),
}


@cache
def _rows() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(_DATA.read_text(encoding="utf-8"))
    return found


def _row(siret: str) -> dict[str, Any]:
    """What the registers know of the firm of an establishment; nothing of a number that nobody bears."""
    company = company_of(siret)
    return _rows().get(company.siren, {}) if company is not None else {}


def _fault(asked: Mapping[str, Any] | None) -> Fault | None:
    if not asked:
        return None
    return Fault(asked["kind"], float(asked.get("seconds", 0)), asked.get("retry_after"))


def _number(request: Request) -> str:
    number = request.path.rsplit("/", 1)[1]
    if not re.fullmatch(r"[0-9]{14}", number):
        raise Refusal(400, {"message": "Le SIRET doit compter 14 chiffres."})
    return number


def siro_of(key: str) -> Callable[[Request], Reply]:
    """SIRO, behind its key."""

    def answer(request: Request) -> Reply:
        if request.headers.get(KEY_HEADER) != key:
            raise Refusal(401, {"message": "Unauthorized", "http_status_code": 401})
        siret = _number(request)
        known = _row(siret).get("siro", {})
        fault = _fault(known.get("panne"))
        code = known.get("code", "99")
        if code == "99":
            return json_reply({"code": "99", "siret": siret}, fault=fault)
        content: dict[str, Any] = {"code": code, "siret": siret, "idcc": known.get("idcc", "")}
        content["opcoRattachement"] = _siro_opco(known.get("opco"))
        if "gestion" in known:
            content["opcoGestion"] = _siro_opco(known["gestion"])
        return json_reply(content, fault=fault)

    return answer


def _siro_opco(code: str | None) -> dict[str, str]:
    return {"code": code, "nom": OPCOS[code][0]} if code else {"code": "", "nom": "N/C"}


def cfadock(request: Request) -> Reply:
    """One establishment, or one agreement."""
    siret, idcc = request.first("siret"), request.first("idcc")
    if set(request.query) - {"siret", "idcc"} or bool(siret) == bool(idcc):
        raise Refusal(400, {"message": "siret ou idcc attendu"})
    if idcc:
        return json_reply(_of_agreement(idcc))
    known = _row(siret).get("cfadock", {})
    content = _of_establishment(siret, known)
    if known.get("majuscules"):
        content = {name[0].upper() + name[1:]: value for name, value in content.items()}
    return json_reply(content, fault=_fault(known.get("panne")))


def cfadock_batch(request: Request) -> Reply:
    """A hundred establishments at most; those that it doesn't know are left out."""
    try:
        asked = json.loads(request.body)
    except ValueError:
        asked = None
    if not isinstance(asked, list) or len(asked) > BATCH:
        raise Refusal(400, {"message": f"Un tableau de {BATCH} SIRET au plus est attendu."})
    sirets = [str(item.get("siret", "")) for item in asked if isinstance(item, dict)]
    rows = [(siret, _row(siret).get("cfadock", {})) for siret in sirets]
    return json_reply({"found": [_of_establishment(siret, known) for siret, known in rows if known]})


def _of_establishment(siret: str, known: Mapping[str, Any]) -> dict[str, Any]:
    return _found(known, filters={"idcc": None, "siret": siret})


def _of_agreement(idcc: str) -> dict[str, Any]:
    rows = (row.get("cfadock", {}) for row in _rows().values())
    known: dict[str, Any] = next((row for row in rows if str(row.get("idcc")) == idcc.lstrip("0")), {})
    return _found(known, filters={"idcc": idcc, "siret": None})


def _found(known: Mapping[str, Any], *, filters: dict[str, Any]) -> dict[str, Any]:
    siren, name = None, "N/C"
    if known.get("opco"):
        _, siren, name = OPCOS[known["opco"]]
    status = known.get("statut", "NOT_FOUND")
    return {
        "filters": filters,
        "idcc": known.get("idcc"),
        "opcoName": name if status == "OK" else None,
        "opcoSiren": siren if status == "OK" else None,
        "searchStatus": status,
        "url": None,
    }


def agreements(request: Request) -> Reply:
    """The agreements of one establishment, in force or not."""
    siret = _number(request)
    company = company_of(siret)
    row = _row(siret)
    if company is None:
        return json_reply([{"siret": siret, "conventions": []}])
    usual = [{"num": number, "active": True} for number in company.raw["idcc"]]
    listed = row.get("conventions", usual)
    content = [{"siret": siret, "conventions": [_agreement(**one) for one in listed]}]
    return json_reply(content, fault=_fault(row.get("conventions_panne")))


def _agreement(*, num: int, active: bool) -> dict[str, Any]:
    return {
        "active": active,
        "etat": "VIGUEUR_ETEN" if active else "ABROGE",
        "id": f"KALICONT{num:012d}",
        "nature": "IDCC",
        "num": num,
        "shortTitle": f"Convention {num}",
        "title": f"Convention collective nationale {num}",
        "url": None,
    }
