"""France Travail: one offer as the values of a row. Texts are plain, on one line, never cut in silence."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from html import unescape

from app.adapters.platforms.france_travail_columns import fitted
from app.adapters.platforms.street import Street, street_of
from app.core import clock
from app.domain.diffusion.advert import Advert
from app.domain.diffusion.files import Sheet
from app.domain.offers.models import ContractType
from app.domain.reference.places import commune_by_code

APPRENTICESHIP, PROFESSIONALISATION = "E2", "FS"
# By target level: a conventional equivalence between training and job levels, not an official one.
QUALIFICATIONS = {
    3: ("6", "Employé qualifié"),
    4: ("6", "Employé qualifié"),
    5: ("7", "Technicien"),
    6: ("8", "Agent de maîtrise"),
    7: ("9", "Cadre"),
}
# Near, and put off every night: an offer that should leave isn't seen long, even without a removal line.
NEAR = timedelta(days=15)
_CONSTANTS = {
    "Exp_cle": "D",
    "TSA_cle": "X",
    "Off_salaire_cpt_commentaire": "Selon bareme legal alternance",
    "Off_travail_hebdo_nb_hh": "35",
    "Off_travail_hebdo_nb_mi": "0",
    "THO_cle": "HAN",
    "TCO_cle": "CDD",
    "Pay_libelle": "France",
    "Civ_correspondant": "0",
    "Mode_diffusion": "O",
    "Mode_presentation": "URL",
}
_CFA_LIMITS = {"Off_etab_enseigne": 52, "Libelle_etab": 40}
_SPACES = re.compile(r"\s+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
# « &amp;lt; » was encoded twice.
_DECODED_AT_MOST = 3
_CFA = re.compile(r"centre\s+de\s+formation\s+d['’ ]\s*apprentis?", re.IGNORECASE)


def nature_of(advert: Advert) -> str:
    """« E2 » as soon as apprenticeship is among the contracts, else « FS »."""
    return APPRENTICESHIP if ContractType.APPRENTICESHIP in advert.contract_types else PROFESSIONALISATION


def values_of(
    sheet: Sheet, *, page_url: Callable[[str], str], partner_key: str, partner_name: str
) -> Mapping[str, str]:
    """Column → value; what isn't said is absent."""
    advert = sheet.advert
    values = {
        **_CONSTANTS,
        "Par_ref_offre": sheet.reference,
        "Par_cle": partner_key,
        "Par_nom": partner_name,
        "Par_URL_offre": page_url(advert.public_id),
        "Type_mouvement": "S" if sheet.removal else "C",
        **_job(sheet),
        **_contract(sheet),
        **_place(sheet),
        **_company(sheet),
    }
    return fitted(values) if sheet.removal else values


def _job(sheet: Sheet) -> dict[str, str]:
    advert = sheet.advert
    key, label = QUALIFICATIONS.get(advert.level or 0, ("", ""))
    return {
        "Code_rome": str(advert.rome_code),
        "Code_OGR": "" if sheet.ogr is None else str(sheet.ogr),
        "Libelle_metier_OGR": one_line(sheet.job_label),
        "Description": description_of(advert),
        "Qua_cle": key,
        "Qua_libelle": label,
    }


def _contract(sheet: Sheet) -> dict[str, str]:
    advert = sheet.advert
    return {
        "NTC_cle": nature_of(advert),
        "Off_contrat_duree_MO": str(advert.duration_months) if advert.duration_months else "",
        "OST_poste_restant_nb": str(advert.openings),
        "Off_date_creation": _day(sheet.created_on),
        "Off_date_modification": _day(sheet.changed_on),
        "Off_date_fin_publication": _day(min(advert.last_day, clock.today() + NEAR)),
        "Date_debut_contrat": _day(advert.start_on),
    }


def _place(sheet: Sheet) -> dict[str, str]:
    advert = sheet.advert
    street = street_of(one_line(advert.address_line)) or Street()
    commune = commune_by_code(advert.commune_code or "")
    more = street.more or one_line(sheet.address_more or "")
    found = {
        "Off_adr_compl_1": more if len(more) <= Street.LONGEST else "",
        "Off_adr_no_voie": street.number,
        "Off_adr_nom_voie": street.name,
        "CPO_cle": advert.postcode,
        "COM_cle": advert.commune_code or "",
        "COM_libelle": one_line(commune.name if commune else advert.city),
        "DEP_cle": commune.department if commune else "",
        "REG_cle": commune.region if commune else "",
    }
    if advert.lat is not None and advert.lon is not None:
        found |= {"Coordonnee_geo_loc_1": f"{advert.lat:.6f}", "Coordonnee_geo_loc_2": f"{advert.lon:.6f}"}
    return found


def _company(sheet: Sheet) -> dict[str, str]:
    advert, cfa = sheet.advert, sheet.cfa
    label = one_line(sheet.naf_label or "")
    found = {
        "SCN_cle": (advert.naf or "").replace(".", ""),
        "SCN_libelle": label if len(label) <= 100 else "",
        "Off_client_final_siret": str(advert.siret),
        "Off_client_final_nom": one_line(advert.company),
        "Description_entreprise": one_line(advert.about_company or ""),
        "Off_etab_enseigne": one_line(advert.company),
        "Off_etab_siret": str(advert.siret),
    }
    if cfa is not None:
        name = _CFA.sub("CFA", one_line(cfa.name))
        # Optional, and nothing that the employer could shorten: a name too long is left out.
        found |= {column: name if len(name) <= most else "" for column, most in _CFA_LIMITS.items()}
        found["Off_etab_siret"] = str(cfa.siret)
    return found


def description_of(advert: Advert) -> str:
    """The text, the tasks, then what is expected, on one line."""
    parts = [one_line(advert.description)]
    if advert.tasks:
        parts.append("Ce que vous ferez : " + " ; ".join(map(one_line, advert.tasks)) + ".")
    if advert.skills:
        parts.append("Ce qui est attendu : " + " ; ".join(map(one_line, advert.skills)) + ".")
    return " ".join(part for part in parts if part)


def one_line(text: str) -> str:
    """Fully decoded plain text, without tags, line breaks nor controls."""
    for _ in range(_DECODED_AT_MOST):
        text = unescape(_TAG.sub(" ", text))
    return _SPACES.sub(" ", _CONTROLS.sub(" ", _TAG.sub(" ", text))).strip()


def _day(day: date | None) -> str:
    return day.strftime("%d/%m/%Y") if day else ""
