"""The key that ADEP asks for in each request: Argon2id of the integrator's password, 256 bytes, in base64."""

import base64
import binascii
from dataclasses import dataclass, field
from functools import lru_cache

from argon2.low_level import Type, hash_secret_raw

MEMORY_KIB = 4096
KEY_BYTES = 256
KEY_LENGTH = 342
_VERSION = 19


class BadParameters(ValueError):
    """A parameter received by e-mail was copied wrong."""


@dataclass(frozen=True, slots=True)
class KeyParameters:
    """What APEC sends by e-mail; `salt` in base64, its padding may be missing."""

    password: str = field(repr=False)
    salt: str = field(repr=False)
    iterations: int
    parallelism: int

    @property
    def is_complete(self) -> bool:
        """Is every parameter given?"""
        return bool(self.password and self.salt and self.iterations and self.parallelism)


@lru_cache(maxsize=4)
def key_of(parameters: KeyParameters) -> str:
    """The key: always the same for the same parameters, so computed once a process. Raises BadParameters."""
    raw = hash_secret_raw(
        parameters.password.encode(),
        decoded_salt(parameters.salt),
        time_cost=parameters.iterations,
        memory_cost=MEMORY_KIB,
        parallelism=parameters.parallelism,
        hash_len=KEY_BYTES,
        type=Type.ID,
        version=_VERSION,
    )
    key = base64.b64encode(raw).decode().rstrip("=")
    if len(key) != KEY_LENGTH:
        raise BadParameters(f"the key has {len(key)} signs, not {KEY_LENGTH}")
    return key


def decoded_salt(salt: str) -> bytes:
    """The salt's bytes; what doesn't survive decoding then encoding is refused."""
    bare = salt.strip().rstrip("=")
    try:
        raw = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise BadParameters("the salt isn't base64") from None
    if base64.b64encode(raw).decode().rstrip("=") != bare or len(raw) < 8:
        raise BadParameters("the salt was copied wrong")
    return raw
