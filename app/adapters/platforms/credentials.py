"""The four kinds of credentials that boards ask for: what goes with a request, and what must stay hidden."""

import base64
from collections.abc import Mapping
from typing import Protocol

from app.adapters.platforms.tokens import Kept, Tokens


class Credential(Protocol):
    """What opens a board."""

    def headers(self) -> Mapping[str, str]:
        """For the next request; raises TokenRefused or TokenUnavailable."""

    def params(self) -> Mapping[str, str]:
        """What goes into the address, for boards that want their key there."""

    def secrets(self) -> tuple[str, ...]:
        """What must appear in no log."""

    def refused(self, headers: Mapping[str, str]) -> bool:
        """The board refused these headers: is another try with others worth it?"""


class UserAndPassword:
    """HTTP Basic."""

    def __init__(self, username: str, password: str) -> None:
        self._password = password
        self._pair = base64.b64encode(f"{username}:{password}".encode()).decode()

    def headers(self) -> Mapping[str, str]:
        """`Authorization: Basic …`."""
        return {"Authorization": f"Basic {self._pair}"}

    def params(self) -> Mapping[str, str]:
        """None."""
        return {}

    def secrets(self) -> tuple[str, ...]:
        """The password, in both its forms."""
        return (self._password, self._pair)

    def refused(self, headers: Mapping[str, str]) -> bool:
        """Never."""
        return False


class ApiKey:
    """A key in a header, or in a parameter of the address (`place` = « query »)."""

    def __init__(self, name: str, key: str, *, place: str = "header") -> None:
        self._name, self._key, self._in_query = name, key, place == "query"

    def headers(self) -> Mapping[str, str]:
        """The header of this name, unless the key goes elsewhere."""
        return {} if self._in_query else {self._name: self._key}

    def params(self) -> Mapping[str, str]:
        """The parameter of this name."""
        return {self._name: self._key} if self._in_query else {}

    def secrets(self) -> tuple[str, ...]:
        """The key."""
        return (self._key,)

    def refused(self, headers: Mapping[str, str]) -> bool:
        """Never."""
        return False


class Bearer:
    """A token of OAuth 2.0, by client credentials or by a refresh token."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def headers(self) -> Mapping[str, str]:
        """`Authorization: Bearer …`, the token asked for when there is none that is still good."""
        return {"Authorization": f"Bearer {self._tokens.current()}"}

    def params(self) -> Mapping[str, str]:
        """None."""
        return {}

    def secrets(self) -> tuple[str, ...]:
        """Client secret, refresh token, present token."""
        return self._tokens.secrets

    def refused(self, headers: Mapping[str, str]) -> bool:
        """It may have ended before its time: another is asked for, once."""
        self._tokens.forget(headers.get("Authorization", "").removeprefix("Bearer "))
        return True


def credential_of(given: Mapping[str, str], *, kept: Kept | None = None, timeout: float = 10.0) -> Credential:
    """From a declaration; `kept` is where a refresh token stays that changes at each renewal."""
    kind = given["kind"]
    if kind == "username_password":
        return UserAndPassword(given["username"], given["password"])
    if kind == "api_key":
        return ApiKey(given["name"], given["key"], place=given.get("place", "header"))
    form = {"client_id": given["client_id"], "client_secret": given["client_secret"]}
    if kind == "oauth2_client_credentials":
        form |= {"grant_type": "client_credentials"}
    else:
        form |= {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    if given.get("scope"):
        form["scope"] = given["scope"]
    return Bearer(Tokens(given["token_url"], form, timeout=timeout, kept=kept))
