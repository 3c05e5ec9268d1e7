"""Subjects, buttons and sentences that are final copy."""

from dataclasses import replace
from datetime import date

import pytest

from app.core import clock
from app.core.french import at_town, of_name
from app.domain.offers.emails import ConfirmOffer, OfferChanged, OfferExpiresSoon, OfferHeldMail, OfferOnline
from app.domain.offers.models import HoldCause
from app.outbox.message import Mail
from app.web.operator.samples import sample_of
from tests.emails.conftest import LINK, Render

COPY = [
    (
        "offer_confirm",
        "exemple",
        "Confirmez votre offre de boulanger à Rodez",
        "Confirmer et mettre en ligne",
    ),
    (
        "offer_confirm_reminder",
        "exemple",
        "Votre offre n’est pas encore en ligne",
        "Confirmer et mettre en ligne",
    ),
    ("draft_saved", "exemple", "Votre brouillon vous attend jusqu’au 9 mars 2027", "Reprendre mon offre"),
    ("apec_published", "exemple", "APEC : votre offre est publiée", "Voir l’annonce"),
    ("apec_moderation", "exemple", "APEC : votre offre attend une validation", "Voir où est mon offre"),
    ("apec_id_invalid", "exemple", "APEC : identifiant à vérifier", "Vérifier mon identifiant"),
    ("diffusion_published", "exemple", "La bonne alternance : votre offre est publiée", "Voir l’annonce"),
    ("diffusion_to_fix", "exemple", "La bonne alternance : diffusion à corriger", "Corriger la diffusion"),
    (
        "diffusion_moderation",
        "exemple",
        "La bonne alternance : votre offre attend une validation",
        "Voir où est mon offre",
    ),
    ("offer_online", "exemple", "En ligne : votre offre de boulanger à Rodez", "Gérer mon offre"),
    ("offer_to_fix", "exemple", "À corriger : votre offre de boulanger", "Corriger mon offre"),
    ("offer_refused", "exemple", "Votre offre n’a pas pu être publiée", "Voir la raison ou contester"),
    ("offer_expiring", "exemple", "Votre offre expire le mardi 30 mars 2027", "Prolonger ou clôturer"),
    ("offer_expired", "exemple", "Votre offre a expiré", "Republier mon offre"),
    (
        "offer_changed",
        "exemple",
        "C’est fait : offre prolongée jusqu’au 30 mars 2027",
        "Voir ou annuler (10 min)",
    ),
    ("offer_changed", "cloture", "C’est fait : offre clôturée", "Voir ou annuler (10 min)"),
    ("access_link", "connexion", "Votre lien d’accès (valable 10 minutes)", "Ouvrir mon espace"),
    ("security_change", "exemple", "Votre adresse a été modifiée", "Ce n’est pas moi"),
    ("address_bounced", "exemple", "Adresse injoignable : Boulangerie Martin", "Corriger l’adresse"),
    ("offer_held", "exemple", "En vérification : votre offre de boulanger à Rodez", "Voir la raison"),
    (
        "verification_problem",
        "exemple",
        "Entreprise à vérifier : Boulangerie Martin",
        "Corriger mon entreprise",
    ),
    ("cfa_request", "exemple", "Boulangerie Martin recrute : boulanger à Rodez", "Répondre à l’entreprise"),
    ("cfa_reminder", "exemple", "Toujours sans réponse : Boulangerie Martin", "Répondre à l’entreprise"),
    ("cfa_answered", "exemple", "CFA de l’Aveyron vous propose 2 candidats", "Voir la réponse"),
    ("cfa_answered", "aucun", "CFA de l’Aveyron n’a pas de candidat", "Voir la réponse"),
    ("cfa_answered", "echange", "CFA de l’Aveyron souhaite échanger avec vous", "Voir la réponse"),
    ("cfa_answered", "accord", "CFA de l’Aveyron : un candidat a donné son accord", "Voir la réponse"),
    (
        "proposal_consent",
        "exemple",
        "CFA de l’Aveyron vous propose : boulanger à Rodez",
        "Donner ou refuser mon accord",
    ),
    ("cfa_suggested", "exemple", "Votre offre de boulanger : 4 CFA proches", "Demander des candidats"),
    ("contact_confirm", "exemple", "Suivez-vous les offres de Boulangerie Martin ?", "Confirmer mon adresse"),
]


def plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())


@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize(("name", "variant", "subject", "button"), COPY)
def test_subject_and_button(name: str, variant: str, subject: str, button: str, render: Render) -> None:
    mail = sample_of(name, variant)
    assert mail is not None
    parts = render(mail)
    assert plain(parts.subject) == subject
    where = LINK if mail.link() else "http://127.0.0.1:5000/"
    assert f"{button} : {where}" in plain(parts.text)


@pytest.mark.parametrize(
    ("mail", "sentence"),
    [
        (ConfirmOffer.sample(), "Ce n’était pas vous ? Signalez-le : rien ne sera publié."),
        (ConfirmOffer.sample(), "Il n’agit qu’après votre confirmation."),
        (ConfirmOffer.sample(), "Vous recevez ce message parce que vous avez déposé une offre le"),
        (OfferHeldMail.sample(), "Réponse sous 3 jours ouvrés"),
        (OfferHeldMail.sample(), "ne figure pas dans le registre public"),
        (OfferOnline.sample(), "/offres/exemple-offre/affiche"),
        (OfferOnline.sample(), "/o/7K3M9P"),
    ],
)
def test_sentences(mail: Mail, sentence: str, render: Render) -> None:
    parts = render(mail)
    assert sentence in plain(parts.text)
    assert sentence in plain(parts.html)


def test_one_link_for_both_choices(render: Render) -> None:
    parts = render(OfferExpiresSoon.sample())
    assert parts.text.count("/l/") == 1


def test_subjects_hold_at_the_end_of_september(render: Render) -> None:
    mail = OfferChanged.sample()
    mail.offer.last_day = date(2026, 9, 30)
    assert plain(render(mail).subject) == "C’est fait : offre prolongée jusqu’au 30 septembre 2026"
    soon = OfferExpiresSoon.sample()
    soon.offer.last_day = date(2026, 9, 30)
    assert plain(render(soon).subject) == "Votre offre expire le mercredi 30 septembre 2026"


def test_the_first_of_a_month_reads_well(render: Render) -> None:
    mail = OfferExpiresSoon.sample()
    mail.offer.last_day = date(2027, 3, 1)
    assert plain(render(mail).subject) == "Votre offre expire le lundi 1er mars 2027"


@pytest.mark.parametrize("cause", list(HoldCause))
def test_every_cause_says_what_to_do(cause: HoldCause, render: Render) -> None:
    mail = OfferHeldMail.sample()
    assert mail.hold is not None
    mail.hold.cause = cause
    assert render(mail).text


@pytest.mark.parametrize(
    ("job", "town", "subject"),
    [
        ("électricien ou électricienne", "Albi", "Confirmez votre offre d’électricien à Albi"),
        ("horloger ou horlogère", "Besançon", "Confirmez votre offre d’horloger à Besançon"),
        ("boucher ou bouchère", "Le Havre", "Confirmez votre offre de boucher au Havre"),
        ("cuisinier ou cuisinière", "Les Ulis", "Confirmez votre offre de cuisinier aux Ulis"),
        ("cuisinier ou cuisinière", "La Rochelle", "Confirmez votre offre de cuisinier à La Rochelle"),
    ],
)
def test_elision_and_contraction(job: str, town: str, subject: str, render: Render) -> None:
    mail = ConfirmOffer.sample()
    mail.offer.job_name, mail.offer.city = job, town
    assert plain(render(mail).subject) == subject


def test_names_of_companies_and_towns() -> None:
    assert of_name("Alimentation Durand") == "d’Alimentation Durand"
    assert of_name("Martin") == "de Martin"
    assert of_name("") == "de "
    assert (at_town("Lens"), at_town("Leers"), at_town("Le Mans")) == ("à Lens", "à Leers", "au Mans")


def test_an_unproved_address_reads_nothing_that_a_stranger_typed(render: Render) -> None:
    """E1 goes to whoever was named: it must not carry somebody's advertising."""
    mail = ConfirmOffer.sample()
    typed = "Gagnez 1000 euros sur escroc.example"
    mail.offer.brand = mail.offer.title = mail.offer.description = mail.offer.words = typed
    mail.offer.contact.name = typed
    parts = render(mail)
    assert "escroc" not in parts.subject + parts.text + parts.html
    draft = sample_of("draft_saved", "exemple")
    assert draft is not None
    held = render(replace(draft, company=typed))  # type: ignore[type-var]  # every e-mail is a dataclass
    assert "escroc" not in held.text + held.html


@pytest.mark.usefixtures("at_noon")
def test_a_change_of_address_keeps_its_own_hour(render: Render) -> None:
    mail = sample_of("security_change", "exemple")
    assert mail is not None
    assert mail.refs()["at"] == clock.now().isoformat()
    assert "2 mars 2027 à 10 h 00" in plain(render(mail).text)
