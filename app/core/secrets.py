"""Sealing what must be read again (a second factor's key): AES-256-GCM, bound to its place.

A sealed text holds the id of its key: keys can change while former ones still open what they sealed.
"""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


class Unreadable(ValueError):
    """Sealed by a key that we no longer have, changed since, or moved to another place."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys by id, the first one seals."""

    keys: dict[str, bytes] = field(repr=False)

    @classmethod
    def of(cls, secrets_: Sequence[str]) -> "Keyring":
        """A ring drawn from long texts, the present one first."""
        return cls({_key_id(text): _derive(text) for text in secrets_})

    def seal(self, plain: str, *, place: str) -> str:
        """Sealed text, ASCII. `place` is « table|row|field »: elsewhere it can't be opened."""
        kid, key = next(iter(self.keys.items()))
        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(key).encrypt(nonce, plain.encode(), f"{place}|{kid}".encode())
        return f"{kid}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, *, place: str) -> str:
        """What was sealed; raises Unreadable."""
        kid, _, body = sealed.partition(".")
        key = self.keys.get(kid)
        if key is None:
            raise Unreadable(f"no key {kid}")
        raw = base64.urlsafe_b64decode(body)
        try:
            plain = AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], f"{place}|{kid}".encode())
        except InvalidTag:
            raise Unreadable(f"{place} was changed or moved") from None
        return plain.decode()


def _key_id(text: str) -> str:
    return hashlib.sha256(f"key-id:{text}".encode()).hexdigest()[:8]


def _derive(text: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"depot-alternance data key").derive(
        text.encode()
    )
