"""ProConnect, an OpenID Connect provider: found by discovery, its signed answers checked one by one.

No PKCE: the provider refuses any parameter that it doesn't document. Algorithms come from our settings,
never from what a token says of itself.
"""

import json
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oidc.discovery import OpenIDProviderMetadata
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.adapters.http import HttpClient, HttpFault
from app.core import clock
from app.domain.accounts.identity import Claims, IdentityRefused, IdentityUnavailable, Trip

SCOPE = "openid given_name usual_name email siret idp_id"
_LEEWAY = 30
_REFUSED = frozenset({400, 401, 403})


class HttpIdentityProvider:
    """One provider. `timeout` is for each of its answers, in seconds."""

    def __init__(
        self, discovery_url: str, *, client_id: str, client_secret: str, algorithm: str, timeout: float
    ) -> None:
        self._discovery_url = discovery_url
        self._client_id = client_id
        self._client_secret = client_secret
        self._algorithm = algorithm
        self._timeout = timeout
        self._metadata: OpenIDProviderMetadata | None = None
        self._keys: Any = None
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"HttpIdentityProvider({self._discovery_url!r})"

    def departure(self, trip: Trip, *, back: str) -> str:
        """The provider's page, with our state and nonce (32 characters or more)."""
        asked: dict[str, str] = {"redirect_uri": back, "scope": SCOPE, "state": trip.state}
        return str(
            prepare_grant_uri(
                self._found()["authorization_endpoint"], self._client_id, "code", nonce=trip.nonce, **asked
            )
        )

    def arrival(self, code: str, trip: Trip, *, back: str) -> Claims:
        """Exchange the code once, check both signed answers, give who it is."""
        found = self._found()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": self._client_id,
            "client_secret": self._client_secret,
        }
        tokens = self._json(self._post(found["token_endpoint"], form))
        id_token, access = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access, str):
            raise IdentityRefused("no token in the answer")
        said = self._trusted(id_token, nonce=trip.nonce)
        person = self._trusted(self._user(found["userinfo_endpoint"], access), nonce=None)
        if person.get("sub") != said.get("sub"):
            raise IdentityRefused("userinfo speaks of somebody else")
        return _claims(person, id_token)

    def ending(self, id_token: str, *, back: str) -> str | None:
        """The provider's own log-out page."""
        try:
            endpoint = self._found().get("end_session_endpoint")
        except IdentityUnavailable:
            return None
        asked = {"id_token_hint": id_token, "post_logout_redirect_uri": back}
        return f"{endpoint}?{urlencode(asked)}" if endpoint else None

    def _found(self) -> OpenIDProviderMetadata:
        with self._lock:
            if self._metadata is None:
                self._metadata = self._discover()
            return self._metadata

    def _discover(self) -> OpenIDProviderMetadata:
        metadata = OpenIDProviderMetadata(self._json(self._get(self._discovery_url, None)))
        wanted = ("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
        for name in wanted:
            parts = urlsplit(str(metadata.get(name, "")))
            local = parts.hostname in {"127.0.0.1", "localhost", "::1"}
            if not parts.hostname or (parts.scheme != "https" and not local):
                raise IdentityUnavailable(f"discovery: {name}")
        return metadata

    def _trusted(self, token: str, *, nonce: str | None) -> Mapping[str, Any]:
        """The claims of a token that the provider has signed for us, with our algorithm, still in date."""
        found = self._found()
        options: dict[str, Any] = {
            "iss": {"essential": True, "value": found["issuer"]},
            "aud": {"essential": True, "value": self._client_id},
            "sub": {"essential": True},
            "exp": {"essential": nonce is not None},
        }
        if nonce is not None:
            options["nonce"] = {"essential": True, "value": nonce}
        registry = jwt.JWTClaimsRegistry(now=lambda: int(clock.now().timestamp()), leeway=_LEEWAY, **options)
        try:
            decoded = self._decode(token)
            registry.validate(decoded.claims)
        except (JoseError, ValueError, KeyError) as error:
            raise IdentityRefused(type(error).__name__) from None
        return decoded.claims

    def _decode(self, token: str) -> Any:
        try:
            return jwt.decode(token, self._key_set(), algorithms=[self._algorithm])
        except (JoseError, ValueError, KeyError):
            # The provider may have changed its keys since they were read: once more with fresh ones.
            self._keys = None
            return jwt.decode(token, self._key_set(), algorithms=[self._algorithm])

    def _key_set(self) -> Any:
        if self._keys is None:
            self._keys = KeySet.import_key_set(self._jwks())
        return self._keys

    def _jwks(self) -> Any:
        return self._json(self._get(self._found()["jwks_uri"], None))

    def _user(self, url: str, access: str) -> str:
        body = self._get(url, access)
        return body.decode("ascii", "replace").strip()

    def _get(self, url: str, access: str | None) -> bytes:
        bearer = {"Authorization": f"Bearer {access}"} if access else {}
        client = HttpClient("", timeout=self._timeout, secret_headers=lambda: bearer)
        try:
            answer = client.get(url, headers={"Accept": "application/json, application/jwt"})
        except HttpFault as fault:
            raise IdentityUnavailable(fault.fault.value) from None
        return _body(answer.status, answer.body)

    def _post(self, url: str, form: Mapping[str, str]) -> bytes:
        try:
            answer = HttpClient("", timeout=self._timeout).post_form(url, form=form)
        except HttpFault as fault:
            raise IdentityUnavailable(fault.fault.value) from None
        return _body(answer.status, answer.body)

    @staticmethod
    def _json(body: bytes) -> dict[str, Any]:
        try:
            value = json.loads(body)
        except ValueError:
            raise IdentityUnavailable("unreadable") from None
        if not isinstance(value, dict):
            raise IdentityUnavailable("unreadable")
        return value


def _body(status: int, body: bytes) -> bytes:
    if status in _REFUSED:
        raise IdentityRefused(f"status {status}")
    if status != 200:
        raise IdentityUnavailable(f"status {status}")
    return body


def _claims(person: Mapping[str, Any], id_token: str) -> Claims:
    email, sub = person.get("email"), person.get("sub")
    if not isinstance(email, str) or "@" not in email or not isinstance(sub, str) or len(sub) > 255:
        raise IdentityRefused("no address")
    names = [person.get("given_name"), person.get("usual_name")]
    siret = person.get("siret")
    return Claims(
        idp_id=str(person.get("idp_id") or "")[:80],
        sub=sub,
        email=email[:254],
        name=" ".join(str(name) for name in names if name)[:80],
        siret=siret if isinstance(siret, str) and len(siret) == 14 else None,
        id_token=id_token,
    )
