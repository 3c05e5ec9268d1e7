"""The examples that the preview shows: each e-mail's own, and the variants of those that have several."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from app.core import clock
from app.domain.accounts.models import Purpose
from app.domain.cfa_requests.emails import sample_request
from app.domain.cfa_requests.employer_emails import CfaAnswered
from app.domain.cfa_requests.lifecycle import CfaRequestStatus
from app.domain.diffusion.board import Act
from app.domain.diffusion.emails import DiffusionModeratedMail, DiffusionPublishedMail, DiffusionToFix
from app.domain.diffusion.site_emails import SiteAdvert
from app.domain.employers.alert_emails import AddressBouncedMail
from app.domain.employers.contact_emails import AddressChanged
from app.domain.employers.emails import AccessLink
from app.domain.offers.emails import OfferChanged
from app.domain.offers.models import UndoableAct
from app.domain.opco.passing_emails import OpcoHandedOver
from app.outbox.message import MAILS, Mail
from app.outbox.rhythm import Rhythm

USUAL = "exemple"
_TO_MEMBER = "Au membre qui a déposé"


def _closed() -> Mail:
    now = clock.now()
    act = UndoableAct(id=2, act="close", done_at=now, until=now + timedelta(minutes=10))
    return replace(OfferChanged.sample(), act=act)


def _proposed() -> Mail:
    mail = AddressChanged.sample()
    mail.contact.confirmed_at = None
    return mail


def _login() -> Mail:
    return AccessLink("agent@portail.example", Purpose.LOGIN, "account", 1)


def _removal() -> Mail:
    return replace(SiteAdvert.sample(), act=Act.WITHDRAW)


def _step_up() -> Mail:
    return replace(AccessLink.sample(), purpose=Purpose.LOGIN)


def _second_contact() -> Mail:
    return replace(AddressBouncedMail.sample(), to="paul@boulangerie.example", to_staff=False)


def _cfa_says(status: CfaRequestStatus, message: str = "") -> Mail:
    return CfaAnswered(sample_request(status=status, message=message), 1)


def _cfa_wants_to_talk() -> Mail:
    mail = _cfa_says(CfaRequestStatus.WANTS_TO_TALK, "Bonjour,\nquels sont vos horaires ?")
    mail.request.reply_to = "apprentissage@cfa.example"  # type: ignore[attr-defined]  # the mail made just above
    return mail


def _agreed() -> Mail:
    request = sample_request(status=CfaRequestStatus.ANSWERED, candidates=1)
    return CfaAnswered.agreed(request.candidates[0])


# (e-mail, variant in the address) → (label, how it is made)
_VARIANTS: dict[tuple[str, str], tuple[str, Callable[[], Mail]]] = {
    (OfferChanged.name, "cloture"): ("Offre clôturée", _closed),
    (AddressChanged.name, "proposee"): ("Adresse proposée", _proposed),
    (AccessLink.name, "connexion"): ("Connexion d’un agent", _login),
    (AccessLink.name, "preuve"): ("Preuve avant un changement d’adresse", _step_up),
    (SiteAdvert.name, "retrait"): ("Offre à retirer", _removal),
    (OpcoHandedOver.name, "repreneur"): ("À l’OPCO qui reprend le suivi", OpcoHandedOver.sample_of_taker),
    (CfaAnswered.name, "accord"): ("Accord d’un candidat", _agreed),
    (CfaAnswered.name, "echange"): ("Le CFA veut échanger", _cfa_wants_to_talk),
    (CfaAnswered.name, "aucun"): ("Pas de candidat", lambda: _cfa_says(CfaRequestStatus.DECLINED)),
    (DiffusionPublishedMail.name, "membre"): (_TO_MEMBER, DiffusionPublishedMail.sample_for_member),
    (DiffusionToFix.name, "membre"): (_TO_MEMBER, DiffusionToFix.sample_for_member),
    (DiffusionModeratedMail.name, "membre"): (_TO_MEMBER, DiffusionModeratedMail.sample_for_member),
    (AddressBouncedMail.name, "second-contact"): ("Au second contact", _second_contact),
}


def variants_of(name: str) -> dict[str, str]:
    """Variant → label, the usual one first."""
    others = {variant: label for (mail, variant), (label, _) in _VARIANTS.items() if mail == name}
    return {USUAL: "Exemple", **others}


def sample_of(name: str, variant: str) -> Mail | None:
    """The e-mail of a variant; None when there is no such e-mail or variant."""
    if name not in MAILS:
        return None
    if variant == USUAL:
        return MAILS[name].sample()
    found = _VARIANTS.get((name, variant))
    return found[1]() if found else None


def rhythm_label(kind: type[Mail]) -> str:
    """When this kind leaves, in words."""
    return {
        Rhythm.NOW: "Aussitôt",
        Rhythm.DATED: "Le jour dit, à 8 h 30",
        Rhythm.REMINDER: "Rappel, aux heures ouvrées",
        Rhythm.DIGEST: "Récapitulatif, aux heures ouvrées",
    }[kind.rhythm]
