"""The summary of the check page: every answer with its « Modifier »."""

from flask import url_for
from markupsafe import Markup, escape

from app.core.french import date_fr, phone_fr, plural
from app.domain.deposits.opco_choice import ShownOpco
from app.domain.offers.composing import DraftCompany, clean_answers
from app.domain.offers.deposit import Need, Workplace
from app.domain.offers.models import Draft
from app.domain.reference.wording import capitalised
from app.web.forms.details import CONTRACT_LABELS, LEVEL_LABELS, REMOTE_LABELS, DetailsFields

Row = tuple[str, str, str, str]


def address_line(place: Workplace | None) -> str:
    """« 12 rue du Touat, 12000 Rodez »."""
    if place is None:
        return ""
    return ", ".join(part for part in (place.line, f"{place.postcode} {place.city}".strip()) if part)


def summary_of(
    draft: Draft, company: DraftCompany, need: Need, opco: ShownOpco
) -> tuple[list[Row], list[Row], list[Row]]:
    """Rows about the job, the company, the contact: (label, value, address, name of the answer)."""
    return _job_rows(draft, need), _company_rows(draft, company, opco), _contact_rows(draft)


def _need_url(draft: Draft, anchor: str) -> str:
    folded = anchor.removesuffix("-0") in DetailsFields.FOLDED
    return url_for(
        "deposit.need", draft_id=draft.public_id, preciser=1 if folded else None, _anchor=anchor
    )


def _job_rows(draft: Draft, need: Need) -> list[Row]:
    def row(label: str, value: str, anchor: str, name: str) -> Row:
        return label, value, _need_url(draft, anchor), name

    start = date_fr(need.start_on) if need.start_on else "Dès que possible"
    level = LEVEL_LABELS[need.level] if need.level else "Peu importe"
    months = f"{need.duration_months} mois" if need.duration_months else ""
    contracts = ", ".join(CONTRACT_LABELS[kind] for kind in need.contract_types)
    rows = [
        row("Métier", capitalised(need.job_name), "job", "le métier"),
        row("Diplôme préparé", level, "level-0", "le diplôme préparé"),
        row("Début du contrat", start, "start-0", "le début du contrat"),
        row("Quelques mots sur le poste", need.words or "", "words", "les mots sur le poste"),
        row("Type de contrat", contracts, "contract_types-0", "le type de contrat"),
        row(
            "Nombre de postes",
            f"{need.openings} {plural(need.openings, 'poste', 'postes')}",
            "openings",
            "le nombre de postes",
        ),
    ]
    optional = (
        ("Durée du contrat", months, "duration", "la durée du contrat"),
        ("Rythme", need.rhythm or "", "rhythm", "le rythme"),
        ("Un mot sur l’entreprise", need.about_company or "", "about_company", "le mot sur l’entreprise"),
        ("Questions aux candidats", _lines(need.questions), "question_1", "les questions aux candidats"),
    )
    rows += [row(*given) for given in optional if given[1]]
    if need.remote.value != "onsite":
        rows.append(row("Télétravail", REMOTE_LABELS[need.remote], "remote-0", "le télétravail"))
    return rows


def _lines(texts: tuple[str, ...]) -> str:
    return Markup("<br>").join(escape(text) for text in texts)


def _company_rows(draft: Draft, company: DraftCompany, opco: ShownOpco) -> list[Row]:
    def here(endpoint: str) -> str:
        return url_for(endpoint, draft_id=draft.public_id, suite="verifier")

    name_url = "" if company.is_listed else here("deposit.typed_company")
    return [
        ("Entreprise", f"{company.name} – SIRET\u00a0{company.siret.grouped}", name_url, "l’entreprise"),
        ("Enseigne", company.brand or "", here("deposit.brand"), "l’enseigne"),
        (
            "Adresse du poste",
            address_line(company.workplace),
            here("deposit.address"),
            "l’adresse du poste",
        ),
        (
            "OPCO",
            f"{opco.label} (source : {opco.note})" if opco.note else opco.label,
            here("deposit.opco"),
            "l’OPCO",
        ),
    ]


def _contact_rows(draft: Draft) -> list[Row]:
    if draft.contact is not None:
        return [
            ("Votre nom", draft.contact.name, "", ""),
            ("Votre adresse e-mail", draft.contact.email, "", ""),
        ]
    clean = clean_answers(draft)
    phone = phone_fr(clean["phone"]) if clean["phone"] else ""
    if draft.organisation_id is not None:
        return [
            ("Contact dans l’entreprise", clean["name"], _need_url(draft, "name"), "le contact"),
            ("Son adresse e-mail", clean["email"], _need_url(draft, "email"), "son adresse e-mail"),
            ("Son téléphone", phone, _need_url(draft, "phone"), "son téléphone"),
        ]
    return [
        ("Votre nom", clean["name"], _need_url(draft, "name"), "votre nom"),
        ("Votre adresse e-mail", clean["email"], _need_url(draft, "email"), "votre adresse e-mail"),
        ("Votre téléphone", phone, _need_url(draft, "phone"), "votre téléphone"),
    ]
