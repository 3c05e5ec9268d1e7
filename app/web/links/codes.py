"""The short code of a login mail, for a browser other than the one that asked for the link."""

import hashlib
import hmac

_LETTERS = "23456789BCDFGHJKMNPQRTVWXZ"


def login_code(token: str, *, key: str) -> str:
    """Eight characters derived from the token by the portal's key: without the mail nobody can tell it."""
    digest = hmac.new(key.encode(), f"login-code:{token}".encode(), hashlib.sha256).digest()
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:8])
