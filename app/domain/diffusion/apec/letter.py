"""The letters that a structure sends to APEC, ready to copy; and the table of the people to subscribe."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from urllib.parse import quote

from app.core.french import phone_fr
from app.core.identifiers import Siret
from app.domain.organisations.models import Membership

ADEP = "adep@apec.fr"
COMPANIES = "contact.entreprise@apec.fr"
CORRECTIONS = "offres@apec.fr"
COLUMNS = ("Nom", "Prénom", "Fonction", "E-mail", "Téléphone")


class Situation(Enum):
    """Where a structure stands with APEC."""

    AGREEMENT = "convention"
    OTHER_SOFTWARE = "autre-logiciel"
    ACCOUNT = "compte"
    NOTHING = "rien"


SITUATIONS = {
    Situation.AGREEMENT: "Nous avons une convention ADEP et pas encore d’identifiants",
    Situation.OTHER_SOFTWARE: "Nous avons une convention ADEP et changeons de logiciel",
    Situation.ACCOUNT: "Nous avons un compte recruteur à l’APEC, sans convention ADEP",
    Situation.NOTHING: "Nous n’avons pas de compte à l’APEC",
}
WHAT_NEXT = {
    Situation.AGREEMENT: "Joignez à ce message le tableau des utilisateurs. L’APEC vous renvoie un "
    "identifiant par personne.",
    Situation.OTHER_SOFTWARE: "La convention n’a pas de fin et reste la même : l’APEC doit seulement être "
    "prévenue. Vos identifiants ne changent pas : chacun ajoute le sien ici.",
    Situation.ACCOUNT: "L’inscription est gratuite. L’APEC vous envoie le tableau des utilisateurs à remplir "
    "et les documents à signer, puis un identifiant par personne.",
    Situation.NOTHING: "Créez d’abord votre compte recruteur sur apec.fr. Envoyez ensuite ce message.",
}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who signs, and for which firm."""

    first_name: str
    name: str
    email: str
    phone: str
    company: str
    siret: Siret
    department: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in plain text."""

    to: str
    subject: str
    body: str

    @property
    def mailto(self) -> str:
        """An address that opens the reader's own mail software."""
        # Line ends of RFC 6068.
        body = quote(self.body.replace("\n", "\r\n"))
        return f"mailto:{self.to}?subject={quote(self.subject)}&body={body}"

    @property
    def as_file(self) -> str:
        """The same, as a text to keep."""
        return f"À : {self.to}\nObjet : {self.subject}\n\n{self.body}"


def letter_for(situation: Situation, asker: Asker, *, service: str, address: str, former: str = "") -> Letter:
    """The letter of a situation. `service` and `address` name this portal, `former` the software left."""
    facts = "\n".join(
        (
            f"Entreprise : {asker.company}",
            f"SIRET du siège : {asker.siret.grouped}",
            f"Département : {asker.department}",
            f"Prénom et nom : {asker.first_name} {asker.name}",
            f"E-mail : {asker.email}",
            f"Téléphone : {phone_fr(asker.phone)}",
            f"Logiciel de multidiffusion : {service} ({address})",
        )
    )
    to, subject, paragraphs = _WORDS[situation]
    instead = f" à la place de {former}" if former else ""
    said = "\n\n".join(paragraphs).replace("{service}", service).replace("{instead}", instead)
    body = f"Bonjour,\n\n{said}\n\n{facts}\n\nCordialement,\n{asker.first_name} {asker.name}\n"
    return Letter(to, subject, body)


_ASK = (
    COMPANIES,
    "Demande de convention ADEP (multidiffusion)",
    (
        "Nous publions nos offres avec un logiciel de multidiffusion, {service}. Nous souhaitons publier "
        "aussi sur apec.fr par ADEP, et vous demandons de nous y inscrire.",
        "Nous choisissons l’option de connexion unique : chaque personne garde un seul identifiant, pour son "
        "compte APEC et pour la multidiffusion.",
        "Merci de nous envoyer le tableau des utilisateurs à remplir et les documents à signer.",
    ),
)
_WORDS: dict[Situation, tuple[str, str, tuple[str, ...]]] = {
    Situation.AGREEMENT: (
        ADEP,
        "Utilisateurs à inscrire à notre convention ADEP",
        (
            "Nous avons une convention ADEP et publions maintenant nos offres avec le logiciel de "
            "multidiffusion {service}.",
            "Vous trouverez en pièce jointe le tableau des utilisateurs à inscrire. Nous choisissons "
            "l’option de connexion unique : un seul identifiant par personne, pour son compte APEC et pour "
            "la multidiffusion.",
        ),
    ),
    Situation.OTHER_SOFTWARE: (
        ADEP,
        "Changement de logiciel de multidiffusion",
        (
            "Nous avons une convention ADEP. Nous utilisons maintenant le logiciel de multidiffusion "
            "{service}{instead}.",
            "Notre convention et nos identifiants restent les mêmes, avec l’option de connexion unique. "
            "Merci de prendre note de ce changement.",
        ),
    ),
    Situation.ACCOUNT: _ASK,
    Situation.NOTHING: _ASK,
}


def users_table(members: Iterable[Membership]) -> list[tuple[str, ...]]:
    """The people to subscribe, headings first; the telephone, which we don't keep, is left to fill in."""
    return [COLUMNS, *(_line(member) for member in members)]


def _line(member: Membership) -> tuple[str, ...]:
    first, _, rest = member.account.name.partition(" ")
    name, first_name = (rest, first) if rest else (first, "")
    return (name, first_name, member.role.label, member.account.email, "")
