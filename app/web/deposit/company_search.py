"""From what was typed on screen 1 to an establishment: what to say, or where to go."""

import re
import time
import unicodedata
from dataclasses import dataclass

from flask import current_app, url_for

from app.core.database import db
from app.core.failpoints import failpoint
from app.core.french import date_fr
from app.core.identifiers import InvalidIdentifier, Reason, Siren, Siret
from app.domain.deposits.opco_choice import kept_findings
from app.domain.employers.directory import DirectoryAnswer, DirectoryUnavailable, LookUp, Outcome
from app.domain.offers.composing import is_refused
from app.domain.offers.deposit import Collector
from app.domain.offers.drafts import start_draft, start_for_company
from app.domain.opco.lookup import Findings
from app.domain.organisations.models import Organisation
from app.web.access import current_account
from app.web.deposit.draft_access import holder, step_url
from app.web.forms.siret import NOT_DIGITS, WRONG_KEY, siret_problem
from app.web.outside import adapters, without_transaction

MAX_SHOWN = 10
EMPTY = "Saisissez votre SIRET ou le nom de votre entreprise."
UNKNOWN = "Aucun établissement ne porte ce SIRET. Vérifiez-le ou cherchez par nom."
SIREN_TYPED = "C’est un SIREN (9 chiffres). Choisissez l’établissement qui recrute."
REGISTER_DOWN = (
    "Le registre des entreprises ne répond pas. Continuez : saisissez le SIRET, "
    "nous vérifierons plus tard."
)
# Goes on, with what the person types instead of the register.
GOES_ON = {
    Outcome.NOT_LISTED: "Nous ne trouvons pas ce SIRET dans le registre public. Vérifiez-le. S’il est récent "
    "ou non public, continuez : saisissez le nom et l’adresse, nous vérifierons.",
    Outcome.NON_DIFFUSIBLE: "Les informations de cet établissement ne sont pas publiques. Continuez : "
    "saisissez le nom et l’adresse.",
    Outcome.UNAVAILABLE: "Le registre des entreprises ne répond pas. Continuez : saisissez le nom et "
    "l’adresse, nous vérifierons plus tard.",
}
_PREFIX = re.compile(r"^\s*(?:n\s?[°o]\s*)?(?:siret|siren)\b[\s:n°o]*", re.IGNORECASE)
# With so many digits, letters are slips of the finger in a number rather than a name.
_NUMBER_LIKE = 9


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the deposit stays on screen 1; `successor` is the establishment that took over, when known."""

    message: str
    successor: DirectoryAnswer | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Establishments to choose from."""

    companies: tuple[DirectoryAnswer, ...]
    by_siren: bool


def read(text: str) -> Siret | Siren | str | Refusal:
    """What was typed: a SIRET, a SIREN, words of a name, or a sentence that says what is wrong."""
    text = _PREFIX.sub("", text) or text
    try:
        return Siret(text)
    except InvalidIdentifier as error:
        problem = error
    if problem.reason is Reason.SIREN:
        try:
            return Siren(text)
        except InvalidIdentifier:
            return Refusal(WRONG_KEY)
    if problem.reason is not Reason.CHARACTERS:
        return Refusal(EMPTY if problem.reason is Reason.EMPTY else siret_problem(problem))
    if problem.digits >= _NUMBER_LIKE or not any(map(str.isalpha, text)):
        return Refusal(NOT_DIGITS)
    return text


def search(wanted: Siren | str) -> Found | Refusal:
    """Establishments of a firm, or answering to a name. Asks the network, outside any transaction."""
    directory = adapters().directory
    by_siren = isinstance(wanted, Siren)
    try:
        if isinstance(wanted, Siren):
            siren = wanted
            listed = without_transaction(lambda: directory.by_siren(siren))
        else:
            words = unicodedata.normalize("NFC", wanted)
            listed = without_transaction(lambda: directory.by_name(words, limit=MAX_SHOWN))
    except DirectoryUnavailable:
        return Refusal(REGISTER_DOWN)
    open_ones = tuple(company for company in listed if company.is_open)[:MAX_SHOWN]
    if open_ones:
        return Found(open_ones, by_siren)
    if by_siren:
        return Refusal("Aucun établissement ouvert ne porte ce SIREN. Saisissez le SIRET (14 chiffres).")
    return Refusal(
        f"Aucune entreprise trouvée pour “{wanted}”. Ajoutez la ville ou saisissez le SIRET."
    )


def take_in(
    siret: Siret, *, for_itself: bool = False, space: Organisation | None = None, origin: str | None = None
) -> str | Refusal:
    """Look an establishment up and open a draft for it: where to go, or why not.

    `for_itself`: the training body recruits for itself, and has said so. `space`: the structure that
    deposits for this establishment. `origin`: the partner whose site sent the person here.
    """
    look_up, successor, findings = without_transaction(lambda: _look_up(siret, for_itself=for_itself))
    failpoint("deposit.after_look_up")
    company = look_up.company
    if look_up.outcome is Outcome.UNKNOWN:
        return Refusal(UNKNOWN)
    if look_up.outcome is Outcome.CLOSED:
        day = f" depuis le {date_fr(company.closed_on)}" if company and company.closed_on else ""
        return Refusal(
            f"Cet établissement est fermé{day}. Saisissez le SIRET de celui qui recrute.", successor
        )
    if _says_for_whom_first(look_up, for_itself=for_itself):
        return url_for("deposit.training_body", siret=str(siret))
    account, more = current_account(), kept_findings(findings)
    if space is not None and account is not None:
        collector = Collector(space, account)
        draft = start_for_company(collector, siret=siret, look_up=look_up, more=more)
    else:
        draft = start_draft(holder(), siret=siret, look_up=look_up, origin=origin, more=more)
    where = step_url(draft)
    db.session.commit()
    return where


def _says_for_whom_first(look_up: LookUp, *, for_itself: bool) -> bool:
    company = look_up.company
    return company is not None and company.is_training_body and not for_itself


def _look_up(siret: Siret, *, for_itself: bool) -> tuple[LookUp, DirectoryAnswer | None, Findings]:
    """The company, the one that took over, and its OPCO by the registers, in the time of one look-up."""
    outside, begun = adapters(), time.monotonic()
    look_up = outside.directory.by_siret(siret)
    company = look_up.company
    if not is_refused(look_up) and not _says_for_whom_first(look_up, for_itself=for_itself):
        left = current_app.extensions["settings"].lookup_timeout - (time.monotonic() - begun)
        return look_up, None, outside.opco.ask(siret, timeout=max(0.0, left))
    if look_up.outcome is not Outcome.CLOSED or company is None or not company.successors:
        return look_up, None, ()
    after = outside.directory.by_siret(company.successors[0])
    return look_up, after.company if after.outcome is Outcome.FOUND else None, ()
