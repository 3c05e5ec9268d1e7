"""Random names: secrets for links and sessions, public identifiers, references that are read aloud."""

import hashlib
import secrets

# Without vowels that make words, nor the characters that are mistaken for one another.
_READABLE = "23456789BCDFGHJKMNPQRTVWXZ"


def new_token() -> str:
    """256 random bits, fit for a path."""
    return secrets.token_urlsafe(32)


def hash_token(purpose: str, token: str) -> str:
    """What is stored of a token: sha256 of purpose and token, in hexadecimal (64 characters)."""
    return hashlib.sha256(f"{purpose}:{token}".encode()).hexdigest()


def public_id() -> str:
    """An identifier for addresses: 12 characters, 72 bits, not a secret by itself."""
    return secrets.token_urlsafe(9)


def readable_code(length: int) -> str:
    """A code that a person can read over the telephone."""
    return "".join(secrets.choice(_READABLE) for _ in range(length))


def new_reference() -> str:
    """The reference of an offer: DA-XXXXXX."""
    return f"DA-{readable_code(6)}"
