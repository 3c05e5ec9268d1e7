"""Access tokens of OAuth 2.0, asked for once and kept until shortly before their end, by every thread."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from app.adapters.http import HttpClient, HttpFault
from app.adapters.payload import number, text
from app.core import clock

# A token is renewed this long before its end.
MARGIN = timedelta(seconds=10)
# Without a word on its life, a token is asked for again after this.
_LIFE = 300.0
_REFUSED = frozenset({400, 401, 403})


class TokenRefused(Exception):
    """The partner refuses our credentials: trying again changes nothing."""


class TokenUnavailable(Exception):
    """No token now: the partner doesn't answer, or not readably."""


class Kept(Protocol):
    """Where a refresh token stays between two processes."""

    def load(self) -> str | None:
        """The last one; None when none was ever given."""

    def save(self, token: str) -> None:
        """The former one no longer serves."""


class Tokens:
    """The tokens of one account. `form` goes to the token address; secrets appear nowhere.

    `kept`: where the refresh token is, when the partner gives another at each renewal.
    """

    def __init__(
        self,
        url: str,
        form: Mapping[str, str],
        *,
        params: Mapping[str, str] | None = None,
        timeout: float = 10.0,
        kept: Kept | None = None,
    ) -> None:
        self._client = HttpClient(url, timeout=timeout)
        self._form = dict(form)
        self._params = params
        self._kept = kept
        self._lock = threading.Lock()
        self._token = ""
        self._ends: datetime | None = None

    def __repr__(self) -> str:
        return f"Tokens({self._client.base_url!r})"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must appear in no log."""
        hidden = ("client_secret", "refresh_token", "password")
        return tuple(self._form[name] for name in hidden if name in self._form) + (self._token,)

    def current(self) -> str:
        """A token that is still good; raises TokenRefused or TokenUnavailable."""
        with self._lock:
            if self._ends is None or clock.now() >= self._ends:
                self._renew()
            return self._token

    def forget(self, token: str) -> None:
        """The partner refused this one: the next call asks for another, unless one came meanwhile."""
        with self._lock:
            if token == self._token:
                self._ends = None

    def _take_kept(self) -> bool:
        """Is there another refresh token than the one we have?"""
        last = self._kept.load() if self._kept is not None else None
        if last is None or last == self._form.get("refresh_token"):
            return False
        self._form["refresh_token"] = last
        return True

    def _renew(self) -> None:
        self._take_kept()
        try:
            answer = self._client.post_form("", form=self._form, params=self._params)
            if answer.status in _REFUSED and self._take_kept():
                # Another process has just used ours up, and kept the one that follows it.
                answer = self._client.post_form("", form=self._form, params=self._params)
            if answer.status in _REFUSED:
                raise TokenRefused(str(answer.status))
            content = answer.json() if answer.status == 200 else None
        except HttpFault as fault:
            raise TokenUnavailable(str(fault)) from None
        if not isinstance(content, dict) or (found := text(content, "access_token", limit=4000)) is None:
            raise TokenUnavailable(f"status {answer.status}")
        self._token = found
        life = number(content, "expires_in") or _LIFE
        self._ends = clock.now() + timedelta(seconds=min(life, 86400.0)) - MARGIN
        # Single-use where the partner turns them: the next renewal needs the new one.
        turned = text(content, "refresh_token", limit=4000)
        if turned is not None and "refresh_token" in self._form:
            self._form["refresh_token"] = turned
            if self._kept is not None:
                self._kept.save(turned)
