"""From the words of Recherche d’entreprises to ours: what decides must be there, the rest may be missing."""

import re
from datetime import datetime
from typing import Any

from app.adapters.payload import SchemaDrift, clean, day, flag, mapping, mappings, number, required_text, text
from app.core.geo import Point
from app.core.identifiers import CommuneCode, InvalidIdentifier, Naf, Siret
from app.domain.employers.directory import Address, DirectoryAnswer
from app.domain.employers.headcount import HEADCOUNT_LABELS
from app.domain.reference.naf import naf_label

SOURCE = "recherche-entreprises"
# Vocational schools, post-secondary schools, adult education: those who train rather than recruit.
TRAINING_NAFS = frozenset({"85.32Z", "85.41Z", "85.59A", "85.59B"})
_FRENCH_POSTCODE = re.compile(r"[0-9]{5}")
_STATES = {"A": True, "F": False}


def places(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The establishments of a firm, once each, head office first: it alone comes with a detailed address."""
    found: dict[str, dict[str, Any]] = {}
    for place in (mapping(result, "siege"), *mappings(result, "matching_etablissements")):
        siret = place.get("siret")
        if isinstance(siret, str):
            found[siret] = {**place, **found.get(siret, {})}
    return list(found.values())


def is_hidden(result: dict[str, Any], place: dict[str, Any]) -> bool:
    """Does the person object, in whole or in part, to the diffusion of what the register holds?"""
    marks = (text(result, "statut_diffusion"), text(place, "statut_diffusion_etablissement"))
    return any(mark in {"P", "N"} for mark in marks) or (text(result, "nom_complet") or "").startswith("[")


def answer(result: dict[str, Any], place: dict[str, Any], *, read_at: datetime) -> DirectoryAnswer:
    """An establishment of a firm; raises SchemaDrift when what decides is missing."""
    complements = mapping(result, "complements")
    naf = activity(text(place, "activite_principale")) or activity(text(result, "activite_principale"))
    code = headcount(text(place, "tranche_effectif_salarie"))
    is_open = _is_open(result, place)
    return DirectoryAnswer(
        siret=siret_of(place, "siret"),
        name=text(result, "nom_raison_sociale", limit=160) or required_text(result, "nom_complet", limit=160),
        address=_address(place),
        is_open=is_open,
        source=SOURCE,
        read_at=read_at,
        brand=_brand(place),
        point=_point(place),
        naf=naf,
        naf_label=naf_label(naf) if naf else None,
        naf_2025=activity(text(place, "activite_principale_naf25"))
        or activity(text(result, "activite_principale_naf25")),
        headcount_code=code,
        headcount_label=HEADCOUNT_LABELS[code] if code else None,
        headcount_year=year(number(place, "annee_tranche_effectif_salarie")),
        firm_headcount_code=headcount(text(result, "tranche_effectif_salarie")),
        closed_on=None if is_open else day(place, "date_fermeture") or day(result, "date_fermeture"),
        idcc=_idcc(place.get("liste_idcc")) or _idcc(complements.get("liste_idcc")),
        is_training_body=flag(complements, "est_organisme_formation") or naf in TRAINING_NAFS,
        is_public_body=flag(complements, "est_administration"),
        is_head_office=flag(place, "est_siege"),
        successors=_successors(place.get("successions"), own=str(place.get("siret"))),
    )


def siret_of(source: dict[str, Any], name: str) -> Siret:
    """A SIRET that must be there and be right; raises SchemaDrift."""
    try:
        return Siret(required_text(source, name))
    except InvalidIdentifier:
        raise SchemaDrift(name) from None


def open_state(source: dict[str, Any], name: str) -> bool:
    """A (open) or F (closed), that must be there; raises SchemaDrift."""
    state = text(source, name)
    if state is None or state not in _STATES:
        raise SchemaDrift(name)
    return _STATES[state]


def activity(code: str | None) -> str | None:
    """An activity code with its dot, or None when it isn't one."""
    try:
        return str(Naf(code)) if code else None
    except InvalidIdentifier:
        return None


def headcount(code: str | None) -> str | None:
    """A bracket that we know, or None."""
    return code if code in HEADCOUNT_LABELS else None


def commune(code: str | None) -> str | None:
    """A commune of the French list, or None: 99 stands for abroad."""
    try:
        return str(CommuneCode(code)) if code and not code.startswith("99") else None
    except InvalidIdentifier:
        return None


def french_postcode(code: str | None) -> str:
    """Five digits, or nothing."""
    return code if code and _FRENCH_POSTCODE.fullmatch(code) else ""


def year(value: float | None) -> int | None:
    """A plausible year, or None."""
    return int(value) if value is not None and 1900 <= value <= 2200 else None


def _is_open(result: dict[str, Any], place: dict[str, Any]) -> bool:
    return open_state(place, "etat_administratif") and result.get("etat_administratif") != "C"


def _address(place: dict[str, Any]) -> Address:
    postcode = french_postcode(text(place, "code_postal"))
    city = text(place, "libelle_commune", limit=80) or text(place, "libelle_commune_etranger", limit=80) or ""
    parts = [text(place, name) for name in ("numero_voie", "indice_repetition", "type_voie", "libelle_voie")]
    line = " ".join(part for part in parts if part) or _street(text(place, "adresse") or "", postcode, city)
    return Address(
        line=line[:200],
        postcode=postcode,
        city=city,
        commune_code=commune(text(place, "commune")),
        line2=text(place, "complement_adresse", limit=200),
    )


def _street(whole: str, postcode: str, city: str) -> str:
    """The street of an address on one line, whose end repeats the postcode and the town."""
    mark = postcode or city
    head, found, _ = whole.rpartition(f" {mark}") if mark else ("", "", "")
    return head if found else whole.removeprefix(f"{postcode} {city}").strip()


def _brand(place: dict[str, Any]) -> str | None:
    brands = place.get("liste_enseignes")
    for brand in brands if isinstance(brands, list) else []:
        if isinstance(brand, str) and clean(brand):
            return clean(brand, limit=120)
    return text(place, "nom_commercial", limit=120)


def _point(place: dict[str, Any]) -> Point | None:
    lat, lon = number(place, "latitude"), number(place, "longitude")
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    return Point(lat, lon)


def _idcc(value: Any) -> tuple[int, ...]:
    codes = [str(code) for code in value] if isinstance(value, list) else []
    return tuple(dict.fromkeys(int(code) for code in codes if re.fullmatch(r"[0-9]{1,5}", code)))


def _successors(value: Any, *, own: str) -> tuple[Siret, ...]:
    """SIRETs found under a key that speaks of a successor, whatever the shape around it."""
    found: dict[Siret, None] = {}
    for item in value if isinstance(value, list) else [value]:
        for name, content in item.items() if isinstance(item, dict) else ():
            for number_ in content if isinstance(content, list) else [content]:
                siret = _successor(number_) if "successeur" in name.lower() else None
                if siret is not None and siret != own:
                    found[siret] = None
    return tuple(found)


def _successor(value: Any) -> Siret | None:
    try:
        return Siret(value) if isinstance(value, str) else None
    except InvalidIdentifier:
        return None
