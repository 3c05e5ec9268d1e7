"""What a structure says of a company for which it deposits: its number, and somebody there."""

from collections.abc import Iterator

from wtforms import Field, Form

from app.core.identifiers import InvalidIdentifier, Siret
from app.domain.deposits.reading import is_abridged
from app.domain.employers.mandates import NOT_YOURS, OwnAddresses
from app.domain.organisations.models import Organisation
from app.web.forms.fields import EmailAddress, Line, PhoneNumber
from app.web.forms.siret import siret_problem

ABRIDGED = "Le tableur a abrégé ce SIRET. Mettez la colonne au format texte et saisissez les 14 chiffres."


class CompanyAndContact(Form):
    """The same questions and the same checks, whatever else a form asks."""

    siret = Line(
        "SIRET de l’entreprise",
        limit=40,
        missing="Indiquez le SIRET de l’entreprise : 14 chiffres.",
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    name = Line("Nom du contact dans l’entreprise", limit=80, missing="Indiquez le nom du contact.")
    email = Line(
        "Son adresse e-mail",
        limit=254,
        missing="Indiquez l’adresse e-mail du contact dans l’entreprise.",
        checks=(EmailAddress(),),
        description="L’entreprise y est prévenue et y reçoit les candidatures. Jamais publiée.",
        render_kw={"inputmode": "email", "autocomplete": "off", "spellcheck": "false"},
    )
    phone = Line(
        "Son téléphone",
        limit=40,
        checks=(PhoneNumber(),),
        description="Jamais publié ; transmis à l’OPCO.",
        render_kw={"inputmode": "tel", "autocomplete": "off"},
    )

    def __iter__(self) -> Iterator[Field]:
        """As on the pages: the company, what is asked of the job, then the contact."""
        contact = (self.name, self.email, self.phone)
        yield from (field for field in super().__iter__() if field not in contact)
        yield from contact

    def company_problems(self, structure: Organisation, own: OwnAddresses) -> tuple[tuple[str, str], ...]:
        """(field, sentence) pairs: what the checks of each field alone can't see."""
        text = self.siret.data or ""
        found = [("siret", _siret_sentence(text))]
        siren = "".join(sign for sign in text if sign.isdigit())[:9]
        # A structure that recruits for itself is its own contact.
        if siren != structure.siret.siren and own.has(self.email.data or ""):
            found.append(("email", NOT_YOURS))
        return tuple((name, sentence) for name, sentence in found if sentence)


def _siret_sentence(text: str) -> str:
    if is_abridged(text):
        return ABRIDGED
    try:
        Siret(text)
    except InvalidIdentifier as problem:
        return siret_problem(problem)
    return ""
