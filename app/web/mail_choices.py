"""The e-mails that an address may refuse: which ones it gets, how it chooses, how one click stops them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from app.audit.actor import Actor
from app.domain.cfa_requests.catalogue_models import Cfa
from app.domain.cfa_requests.emails import CfaAsked, CfaReminder
from app.domain.cfa_requests.employer_emails import CfaSuggested
from app.domain.cfa_requests.reaching import (
    cfas_at,
    is_an_employer,
    resume_suggestions,
    stop_requests,
    stop_suggestions,
    wants_no_suggestion,
)
from app.domain.cfa_requests.services import opt_out
from app.domain.opco.addresses import change_mode, resume_address, stop_address
from app.domain.opco.contacts import rows_at
from app.domain.opco.digest_emails import OpcoDigest, OpcoReminder
from app.domain.opco.emails import OpcoNewNeed
from app.domain.opco.models import ContactMode, OpcoContact
from app.domain.opco.services import stop_telling
from app.domain.reference.places import department_name

ON, OFF = "oui", "non"
OPCO_CHOICES = (
    (ContactMode.PER_EVENT.value, "Un message par entreprise, aussitôt"),
    (ContactMode.DIGEST.value, "Un récapitulatif par jour ouvré"),
    (OFF, "Aucun message"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One choice of an address: `key` names it in the form, `choose` keeps another answer."""

    key: str
    label: str
    chosen: str
    choices: tuple[tuple[str, str], ...]
    choose: Callable[[str, Actor], None]
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Optional:
    """An optional kind of e-mail: what people call it, how one click stops it, what may be chosen."""

    label: str
    stop: Callable[[str, Actor], object]
    lines: Callable[[str], list[Line]]


def _opco_lines(email: str) -> list[Line]:
    return [_opco_line(contact) for contact in rows_at(email)]


def _opco_line(contact: OpcoContact) -> Line:
    def choose(value: str, by: Actor) -> None:
        if value == OFF:
            stop_address(contact, by=by, by_owner=True)
            return
        resume_address(contact, by=by)
        change_mode(contact, ContactMode(value), by=by)

    where = department_name(contact.department) if contact.department else None
    place = f"{where} ({contact.department})" if where else "tout le pays"
    return Line(
        f"opco_{contact.id}",
        f"Entreprises qui recrutent : {contact.opco.short_name}, {place}",
        OFF if contact.stopped_at else contact.mode.value,
        OPCO_CHOICES,
        choose,
        "Avec un rappel, au plus un par semaine, des entreprises qui attendent un premier contact.",
    )


def _cfa_lines(email: str) -> list[Line]:
    return [
        Line(
            f"cfa_{cfa.id}",
            f"Demandes de candidats : {cfa.title}",
            ON,
            ((ON, "Recevoir les demandes des entreprises"), (OFF, "Ne plus rien recevoir, pour de bon")),
            partial(_choose_for_cfa, cfa),
            "L’arrêt vaut pour tout le CFA : ses adresses sont effacées du portail.",
        )
        for cfa in cfas_at(email)
    ]


def _choose_for_cfa(cfa: Cfa, value: str, by: Actor) -> None:
    if value == OFF:
        opt_out(cfa, by=by)


def _suggestion_lines(email: str) -> list[Line]:
    refused = wants_no_suggestion(email)
    if not refused and not is_an_employer(email):
        return []

    def choose(value: str, _by: Actor) -> None:
        (stop_suggestions if value == OFF else resume_suggestions)(email)

    return [
        Line(
            "suggestions",
            "Suggestions pour vos offres",
            OFF if refused else ON,
            ((ON, "Recevoir nos suggestions"), (OFF, "Ne plus en recevoir")),
            choose,
            "Par exemple, les CFA proches quand une offre reçoit peu de candidatures.",
        )
    ]


OF_OPCOS = Optional(
    "les annonces d’entreprises qui recrutent", lambda email, by: stop_telling(email, by=by), _opco_lines
)
OF_CFAS = Optional(
    "les demandes de candidats envoyées aux CFA", lambda email, by: stop_requests(email, by=by), _cfa_lines
)
OF_EMPLOYERS = Optional(
    "nos suggestions pour vos offres", lambda email, _by: stop_suggestions(email), _suggestion_lines
)
# Every e-mail that carries a one-click address, and what it stops; a test compares it with the classes.
OPTIONAL = {
    OpcoNewNeed.name: OF_OPCOS,
    OpcoDigest.name: OF_OPCOS,
    OpcoReminder.name: OF_OPCOS,
    CfaAsked.name: OF_CFAS,
    CfaReminder.name: OF_CFAS,
    CfaSuggested.name: OF_EMPLOYERS,
}
# What nobody can refuse, as the page says it.
NECESSARY = (
    "Confirmations : une offre à confirmer, une invitation, une adresse à vérifier",
    "Sécurité : liens d’accès, changement d’adresse, second facteur",
    "Vie de vos offres : mise en ligne, vérification, fin prochaine, réponses des CFA",
    "Ce que vous avez demandé : un export prêt, une décision sur votre structure",
)


def lines_of(email: str) -> list[Line]:
    """Every choice that this address has."""
    kinds = dict.fromkeys(OPTIONAL.values())
    return [line for kind in kinds for line in kind.lines(email)]
