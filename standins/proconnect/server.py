"""ProConnect as the portal sees it: discovery, a page that asks who one is, code, tokens, signed userinfo.

`POST /personne` says what the next answers hold: who comes, and a way of lying (`mensonge`): nonce, aud,
iss, perime, alg_none, hs256, expire, autre_personne, sans_siret, cle_inconnue.
"""

import base64
import hmac
import html
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from standins.exchange import Refusal, Reply, Request, json_reply
from standins.server import StandIn

CLIENT_ID = "depot-alternance-simulateur"
CLIENT_SECRET = "secret-du-simulateur"  # noqa: S105  # opens only this stand-in
BASE = "/api/v2"
CODE_LIFE = 30.0
ACCESS_LIFE = 60.0
_ASKED = {
    "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "claims", "prompt",
    "login_hint", "idp_hint", "acr_values",
}  # fmt: skip
PERSON = {
    "sub": "sub-de-responsable",
    "email": "responsable@structure.example",
    "given_name": "Camille",
    "usual_name": "D’Essai",
    "siret": "99100001900018",
    "idp_id": "idp-d-essai",
}


@dataclass
class Code:
    """A code given out: for which return and nonce, of whom, until when."""

    redirect_uri: str
    nonce: str
    person: dict[str, str]
    ends: float
    used: bool = False


@dataclass
class Provider:
    """What the provider remembers."""

    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "cle-1", "use": "sig"}))
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, tuple[dict[str, str], float]] = field(default_factory=dict)
    person: dict[str, str] = field(default_factory=lambda: dict(PERSON))
    lie: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)
    base: str = ""

    def forget(self) -> None:
        """As at the start, keys kept."""
        with self.lock:
            self.codes.clear()
            self.tokens.clear()
            self.person, self.lie = dict(PERSON), ""

    def discovery(self, _request: Request) -> Reply:
        issuer = f"{self.base}{BASE}"
        return json_reply(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "userinfo_endpoint": f"{issuer}/userinfo",
                "jwks_uri": f"{issuer}/jwks",
                "end_session_endpoint": f"{issuer}/session/end",
                "response_types_supported": ["code"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256"],
            }
        )

    def jwks(self, _request: Request) -> Reply:
        return json_reply({"keys": [self.key.as_dict(private=False)]})

    def authorize(self, request: Request) -> Reply:
        """The page that asks who one is; its form gives the code."""
        asked = self._asked(request)
        fields = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(values[0])}">'
            for name, values in request.query.items()
        )
        page = (
            '<!doctype html><html lang="fr"><head><meta charset="utf-8">'
            "<title>ProConnect (simulateur)</title></head><body><h1>ProConnect (simulateur)</h1>"
            f'<form method="post" action="{BASE}/authorize">{fields}'
            f'<label>Adresse <input name="_email" value="{html.escape(self.person["email"])}"></label>'
            f"<button>Continuer vers {html.escape(urlsplit(asked['redirect_uri']).netloc)}</button>"
            "</form></body></html>"
        )
        return Reply(200, page.encode(), content_type="text/html; charset=utf-8")

    def consent(self, request: Request) -> Reply:
        form = request.form()
        email = form.pop("_email", "").strip()
        query = urlencode(form)
        asked = self._asked(
            Request("GET", request.path, parse_qs(query, keep_blank_values=True), request.headers)
        )
        person = dict(self.person)
        if email and email != person["email"]:
            person.update(email=email, sub=f"sub-de-{email}")
        code = secrets.token_urlsafe(24)
        with self.lock:
            ends = time.monotonic() + (-1 if self.lie == "expire" else CODE_LIFE)
            self.codes[code] = Code(asked["redirect_uri"], asked["nonce"], person, ends)
        target = f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        return Reply(302, b"", headers={"Location": target})

    def _asked(self, request: Request) -> dict[str, str]:
        asked = {name: values[0] for name, values in request.query.items()}
        wrong = set(asked) - _ASKED
        short = any(len(asked.get(name, "")) < 32 for name in ("state", "nonce"))
        if wrong or short or asked.get("response_type") != "code" or asked.get("client_id") != CLIENT_ID:
            raise Refusal(400, {"error": "Y000400", "error_description": "paramètre inconnu ou mauvais"})
        if not asked.get("redirect_uri", "").endswith("/connexion/proconnect/retour"):
            raise Refusal(400, {"error": "Y030031"})
        return asked

    def token(self, request: Request) -> Reply:
        form = request.form()
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            raise Refusal(401, {"error": "invalid_client"})
        with self.lock:
            code = self.codes.get(form.get("code", ""))
            good = code is not None and not code.used and time.monotonic() < code.ends
            if code is None or not good or form.get("redirect_uri") != code.redirect_uri:
                raise Refusal(400, {"error": "invalid_grant"})
            code.used = True
            access = secrets.token_urlsafe(24)
            self.tokens[access] = (code.person, time.monotonic() + ACCESS_LIFE)
        content = {"token_type": "Bearer", "expires_in": int(ACCESS_LIFE), "access_token": access}
        return json_reply({**content, "id_token": self._id_token(code)})

    def _id_token(self, code: Code) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": f"{self.base}{BASE}",
            "aud": CLIENT_ID,
            "sub": code.person["sub"],
            "nonce": code.nonce,
            "iat": now,
            "exp": now + 60,
            "amr": ["pwd"],
        }
        lies = {
            "nonce": {"nonce": "n" * 40},
            "aud": {"aud": "un-autre-service"},
            "iss": {"iss": "https://ailleurs.example"},
            "perime": {"exp": now - 3_600},
        }
        return self._signed({**claims, **lies.get(self.lie, {})})

    def _signed(self, claims: dict[str, Any]) -> str:
        header: dict[str, Any] = {"alg": "RS256", "kid": "cle-1", "typ": "JWT"}
        if self.lie in {"alg_none", "hs256"}:
            return self._forged(claims)
        key = RSAKey.generate_key(2048, {"kid": "cle-1"}) if self.lie == "cle_inconnue" else self.key
        return jwt.encode(header, claims, key)

    def _forged(self, claims: dict[str, Any]) -> str:
        """What a library would refuse to write: no signature, or the public key used as a shared secret."""
        algorithm = "none" if self.lie == "alg_none" else "HS256"
        parts = [_b64(json.dumps(part).encode()) for part in ({"alg": algorithm, "kid": "cle-1"}, claims)]
        text = ".".join(parts)
        signed = hmac.digest(self.key.as_pem(private=False), text.encode(), "sha256")
        return f"{text}.{'' if algorithm == 'none' else _b64(signed)}"

    def userinfo(self, request: Request) -> Reply:
        kind, _, access = request.headers.get("authorization", "").partition(" ")
        with self.lock:
            person, ends = self.tokens.get(access, ({}, 0.0))
        if kind != "Bearer" or time.monotonic() >= ends:
            raise Refusal(401, {"error": "invalid_token"})
        claims: dict[str, Any] = {**person, "iss": f"{self.base}{BASE}", "aud": CLIENT_ID}
        if self.lie == "autre_personne":
            claims["sub"] = "quelqu’un d’autre"
        if self.lie == "sans_siret":
            claims.pop("siret", None)
        return Reply(200, self._signed(claims).encode(), content_type="application/jwt")

    def end(self, _request: Request) -> Reply:
        return Reply(200, "Session ProConnect fermée.".encode(), content_type="text/plain; charset=utf-8")

    def say(self, request: Request) -> Reply:
        """`{"mensonge": "nonce", "personne": {"email": …}}`."""
        told = request.json()
        person: Any = told.get("personne") or {}
        with self.lock:
            self.lie = str(told.get("mensonge") or "")
            self.person = {**PERSON, **person}
        return json_reply({"fait": True})


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def proconnect(*, port: int = 0) -> StandIn:
    """The server, not started yet."""
    provider = Provider()
    routes = [
        ("GET", f"{BASE}/.well-known/openid-configuration", provider.discovery),
        ("GET", f"{BASE}/jwks", provider.jwks),
        ("GET", f"{BASE}/authorize", provider.authorize),
        ("POST", f"{BASE}/authorize", provider.consent),
        ("POST", f"{BASE}/token", provider.token),
        ("GET", f"{BASE}/userinfo", provider.userinfo),
        ("GET", f"{BASE}/session/end", provider.end),
        ("POST", "/personne", provider.say),
    ]
    server = StandIn("proconnect", routes, port=port, forget=provider.forget)
    provider.base = server.url
    return server
