"""Identifiers of French administration, which normalise and check themselves."""

import re
import unicodedata
from enum import Enum
from typing import ClassVar, Self

from stdnum import luhn

# What people type or paste between groups of digits: spaces of every width, dots, dashes.
_SEPARATORS = re.compile(r"[\s.\-‐‑‒–—_\u00a0\u2000-\u200b\u202f\u2060\ufeff]+")
_LA_POSTE = "356000000"


class Reason(Enum):
    """Why a value isn't an identifier."""

    EMPTY = "empty"
    CHARACTERS = "characters"
    LENGTH = "length"
    KEY = "key"
    SIREN = "siren"


class InvalidIdentifier(ValueError):
    """`reason` says what is wrong; `digits` counts the digits that were typed."""

    def __init__(self, reason: Reason, *, digits: int = 0) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.digits = digits


def _compact(text: str) -> str:
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text[:200]))


class _Digits(str):
    """Fixed number of digits with a Luhn key."""

    length: ClassVar[int]
    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        if type(value) is cls:
            return value
        if "\n" in value.strip(" ") or "\r" in value.strip(" "):
            raise InvalidIdentifier(Reason.CHARACTERS)
        compact = _compact(value)
        if not compact:
            raise InvalidIdentifier(Reason.EMPTY)
        digits = sum(character in "0123456789" for character in compact)
        if digits != len(compact):
            raise InvalidIdentifier(Reason.CHARACTERS, digits=digits)
        if digits != cls.length:
            reason = Reason.SIREN if digits == Siren.length and cls is Siret else Reason.LENGTH
            raise InvalidIdentifier(reason, digits=digits)
        if not cls._has_good_key(compact):
            raise InvalidIdentifier(Reason.KEY, digits=digits)
        return super().__new__(cls, compact)

    @classmethod
    def _has_good_key(cls, digits: str) -> bool:
        # Zeros alone satisfy Luhn and name nobody.
        return digits.strip("0") != "" and luhn.is_valid(digits)


class Siren(_Digits):
    """Nine digits that name a firm (Insee)."""

    length = 9
    __slots__ = ()

    @property
    def grouped(self) -> str:
        return f"{self[:3]} {self[3:6]} {self[6:]}"


class Siret(_Digits):
    """Fourteen digits that name an establishment: the SIREN, then five (Insee, with La Poste’s own rule)."""

    length = 14
    __slots__ = ()

    @classmethod
    def _has_good_key(cls, digits: str) -> bool:
        if super()._has_good_key(digits):
            return True
        return digits.startswith(_LA_POSTE) and sum(map(int, digits)) % 5 == 0

    @property
    def siren(self) -> Siren:
        return Siren(self[:9])

    @property
    def grouped(self) -> str:
        return f"{self[:3]} {self[3:6]} {self[6:9]} {self[9:]}"


class _Pattern(str):
    """A code with one written form."""

    form: ClassVar[re.Pattern[str]]
    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        if type(value) is cls:
            return value
        compact = _compact(value).upper()
        if not compact:
            raise InvalidIdentifier(Reason.EMPTY)
        if not cls.form.fullmatch(compact):
            raise InvalidIdentifier(Reason.CHARACTERS)
        return super().__new__(cls, compact)


class RomeCode(_Pattern):
    """A job in France Travail's register, such as D1102."""

    form = re.compile(r"[A-N][0-9]{4}")
    __slots__ = ()


class Uai(_Pattern):
    """A school or training centre, seven digits and a letter."""

    form = re.compile(r"[0-9]{7}[A-Z]")
    __slots__ = ()


class CommuneCode(_Pattern):
    """A commune of Insee's list, 2A and 2B for Corsica."""

    form = re.compile(r"(?:[0-9]{2}|2A|2B)[0-9]{3}")
    __slots__ = ()


class Naf(str):
    """An activity code, kept with its dot: 10.71C."""

    __slots__ = ()
    _form: ClassVar[re.Pattern[str]] = re.compile(r"([0-9]{2})\.?([0-9]{2}[A-Z])")

    def __new__(cls, value: str) -> Self:
        match = cls._form.fullmatch(value.strip().upper())
        if match is None:
            raise InvalidIdentifier(Reason.CHARACTERS)
        return super().__new__(cls, f"{match[1]}.{match[2]}")
