"""Masking what an attempt log must not keep: secrets by value and by name, persons by their form."""

import re
from collections.abc import Iterable

CUT = 12_000
_EMAIL = re.compile(r"[A-Za-z0-9_'+.\-]+@[A-Za-z0-9][A-Za-z0-9.\-]*\.[A-Za-z]{2,}")
_PHONE = re.compile(r"(?<![\w.])(?:\+33|0033|0)\s?[1-9](?:[\s.\-]?\d{2}){4}(?!\d)")
# JSON members and XML elements whose value is a secret or a person's number, whatever it looks like.
_NAMES = (
    "password|passwd|atsPassword|numeroDossier|NumeroDossier|recruiterId|api_?key|apikey|secret|client_secret|"
    "token|access_token|refresh_token|authorization|login"
)
_MEMBER = re.compile(rf'("(?:{_NAMES})"\s*:\s*)"(?:[^"\\]|\\.)*"', re.IGNORECASE)
_ELEMENT = re.compile(rf"(<(?:[\w\-]+:)?(?:{_NAMES})(?:\s[^>]*)?>).*?(</)", re.IGNORECASE | re.DOTALL)
_PAIR = re.compile(rf"(\b(?:{_NAMES})=)[^&\s]+", re.IGNORECASE)
MASK = "•••"


def masked(text: str | bytes, *, secrets: Iterable[str] = ()) -> str:
    """The text that may be kept, cut; `secrets` are removed wherever they are."""
    # Cut first: a partner may answer with fifty megabytes, and a secret cut in two isn't a secret any more.
    raw = text[: CUT * 2].decode("utf-8", "replace") if isinstance(text, bytes) else text[: CUT * 2]
    for secret in secrets:
        if len(secret) >= 4:
            raw = raw.replace(secret, MASK)
    raw = _MEMBER.sub(rf'\1"{MASK}"', raw)
    raw = _ELEMENT.sub(rf"\1{MASK}\2", raw)
    raw = _PAIR.sub(rf"\1{MASK}", raw)
    raw = _EMAIL.sub("[adresse]", raw)
    raw = _PHONE.sub("[téléphone]", raw)
    # PostgreSQL keeps no NUL in a text.
    return raw.replace("\x00", "")[:CUT]
