"""The signed name of a recipient and a kind of e-mail, for one-click unsubscription (RFC 8058)."""

from itsdangerous import BadSignature, URLSafeSerializer


def unsubscribe_address(email: str, mail_name: str, *, key: str) -> str:
    """The last part of the address; it doesn't end, since old e-mails must keep working."""
    return str(URLSafeSerializer(key, salt="unsubscribe").dumps([email, mail_name]))


def read_address(signed: str, *, keys: list[str]) -> tuple[str, str] | None:
    """(e-mail, kind) of a signed address, or None when we didn't sign it."""
    try:
        email, name = URLSafeSerializer(keys, salt="unsubscribe").loads(signed)
    except (BadSignature, ValueError):
        return None
    return str(email), str(name)
