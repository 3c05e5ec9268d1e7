"""Fields that clean and check what people type, before anything else sees it."""

import re
import unicodedata
from typing import Any

from email_validator import EmailNotValidError, validate_email
from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    format_number,
    is_valid_number,
)
from phonenumbers import parse as parse_phone
from wtforms import Form, StringField, TextAreaField
from wtforms.validators import Optional, StopValidation, ValidationError

# Marks that reorder or hide text; emoji joiners (U+200D, U+FE0F) are kept.
_HIDDEN = re.compile("[\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad]")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_BREAK = re.compile("[\n\r\x0b\x0c\u2028\u2029\x85]")
_COMBINING = "[\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff]"
_COMBINING_RUN = re.compile(f"({_COMBINING}{{3}}){_COMBINING}+")
_PHONE_IN_TEXT = re.compile(r"(?:(?:\+|00)\s?33|0)\s?[1-9](?:[\s.\-]?[0-9]{2}){4}")
_EMAIL_IN_TEXT = re.compile(r"[\w.+\-]+@[\w\-]+\.[\w.\-]+")
# Throw-away addresses most often met; an address nobody keeps can't receive the management link.
DISPOSABLE = frozenset(
    "yopmail.com yopmail.fr mailinator.com guerrillamail.com 10minutemail.com tempmail.com temp-mail.org "
    "jetable.org trashmail.com maildrop.cc sharklasers.com getnada.com throwawaymail.com mohmal.com "
    "dispostable.com fakeinbox.com mytemp.email emailondeck.com spamgourmet.com mailnesia.com".split()
)
PHONE_REGIONS = ("FR", "RE", "GP", "MQ", "GF", "YT")


def tidy(value: str | None) -> str:
    """NFC, no hidden or reordering mark, one kind of line break, no space at the ends."""
    if not value:
        return ""
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    return _COMBINING_RUN.sub(r"\1", _HIDDEN.sub("", text)).strip()


class NoControlCharacters:
    """Refuse what no database or mail header should hold."""

    def __init__(self, *, multiline: bool) -> None:
        self.multiline = multiline

    def __call__(self, form: Form, field: Any) -> None:
        text = field.data or ""
        if _FORBIDDEN.search(text):
            raise StopValidation("Retirez les caractères invisibles collés avec votre texte.")
        if not self.multiline and _LINE_BREAK.search(text):
            raise StopValidation("Écrivez cette réponse sur une seule ligne.")


class Filled:
    """A mandatory answer, with the sentence that asks for it."""

    field_flags = {"required": True}

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, form: Form, field: Any) -> None:
        if not field.data:
            field.errors = []
            raise StopValidation(self.message)


class AtMost:
    """A limit on length, which says how long the text is."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, form: Form, field: Any) -> None:
        length = len(field.data or "")
        if length > self.limit:
            # Nothing after this looks at a text of any length: patterns take their time on long ones.
            raise StopValidation(f"Votre texte compte {length} caractères ; la limite est de {self.limit}.")


class NoContactDetails:
    """Phones and addresses go through the service, never into an advert."""

    def __call__(self, form: Form, field: Any) -> None:
        text = field.data or ""
        if _PHONE_IN_TEXT.search(text):
            raise ValidationError(
                "Retirez le numéro de téléphone : les candidats vous joindront par le service."
            )
        if _EMAIL_IN_TEXT.search(text):
            raise ValidationError("Retirez l’adresse e-mail : les candidats vous joindront par le service.")


class Line(StringField):
    """One line of text. `missing`: the sentence shown when it is mandatory and empty."""

    def __init__(self, label: str, *, limit: int, missing: str = "", checks: tuple[Any, ...] = (), **kw: Any):
        first = [Filled(missing)] if missing else [Optional()]
        validators = [NoControlCharacters(multiline=False), *first, AtMost(limit), *checks]
        super().__init__(label, validators=validators, filters=[tidy], **kw)


class Paragraph(TextAreaField):
    """Several lines of text."""

    def __init__(self, label: str, *, limit: int, missing: str = "", checks: tuple[Any, ...] = (), **kw: Any):
        first = [Filled(missing)] if missing else [Optional()]
        validators = [NoControlCharacters(multiline=True), *first, AtMost(limit), *checks]
        super().__init__(label, validators=validators, filters=[tidy], **kw)


class EmailAddress:
    """A complete address that its owner keeps; stored with its domain in ASCII."""

    def __call__(self, form: Form, field: Any) -> None:
        try:
            checked = validate_email(field.data or "", check_deliverability=False)
        except EmailNotValidError:
            raise StopValidation(
                "Saisissez une adresse complète, par exemple nom@entreprise.fr."
            ) from None
        address = checked.ascii_email
        if address is None or len(address) > 254:
            raise StopValidation("Saisissez une adresse complète, par exemple nom@entreprise.fr.")
        if address.rpartition("@")[2].casefold() in DISPOSABLE:
            raise ValidationError("Cette adresse est temporaire. Saisissez une adresse que vous gardez.")
        field.address = address


class PhoneNumber:
    """A French number (overseas included) or an international one; kept as +33…"""

    message = "Saisissez un numéro français (05 65 00 00 00) ou international (+33 5 65 00 00 00)."

    def __call__(self, form: Form, field: Any) -> None:
        for region in PHONE_REGIONS:
            try:
                number = parse_phone(field.data or "", region)
            except NumberParseException:
                continue
            if is_valid_number(number):
                field.number = format_number(number, PhoneNumberFormat.E164)
                return
        raise ValidationError(self.message)
