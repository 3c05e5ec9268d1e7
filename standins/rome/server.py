"""France Travail as the portal sees it: client credentials, ROME, deposit of files, search of offers."""

import re
import secrets
import threading
import time
from typing import Any

from standins.exchange import Refusal, Reply, Request, json_reply
from standins.rome import catalogue
from standins.rome.deposit import Deposit
from standins.server import StandIn

CLIENT_ID = "PAR_depot_simulateur"
CLIENT_SECRET = "secret-du-simulateur"  # noqa: S105  # opens only this stand-in

TOKEN_PATH = "/connexion/oauth2/access_token"  # noqa: S105  # a path, not a secret
_BASE = "/partenaire"
_APPELLATIONS = f"{_BASE}/rome-metiers/v1/metiers/appellation"
_SHEET = f"{_BASE}/rome-fiches-metiers/v1/fiches-rome/fiche-metier"
_SEARCH = f"{_BASE}/offresdemploi/v2/offres/search"
_SCOPES = {
    "nomenclatureRome", "api_rome-metiersv1", "api_rome-fiches-metiersv1", "api_offresdemploiv2", "o2dsoffre",
}  # fmt: skip
_ASKED = {"codeROME", "commune", "natureContrat", "sort", "range", "partenaires", "modeSelectionPartenaires"}
_LARGEST = 200_000_000
_FIELDS = {"code", "libelle", "libelleCourt", "metier(code)", "metier(code,libelle)"}
_LIFETIME = 1499


class _Partner:
    """Tokens given out, with their scopes and their end."""

    def __init__(self, lifetime: int, deposit: Deposit) -> None:
        self._deposit = deposit
        self._lifetime = lifetime
        self._tokens: dict[str, tuple[set[str], float]] = {}
        self._lock = threading.Lock()

    def forget(self) -> None:
        with self._lock:
            self._tokens.clear()

    def token(self, request: Request) -> Reply:
        form = request.form()
        known = {"grant_type", "client_id", "client_secret", "scope"}
        if set(request.query) != {"realm"} or request.first("realm") != "/partenaire" or set(form) - known:
            raise Refusal(400, {"error": "invalid_request", "error_description": "realm ou champ inconnu"})
        if form.get("grant_type") != "client_credentials":
            raise Refusal(400, {"error": "unsupported_grant_type"})
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            raise Refusal(401, {"error": "invalid_client"})
        scopes = set(form.get("scope", "").split())
        if not scopes or scopes - _SCOPES - {f"application_{CLIENT_ID}"}:
            raise Refusal(400, {"error": "invalid_scope"})
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._tokens[token] = (scopes, time.monotonic() + self._lifetime)
        content = {"scope": form["scope"], "expires_in": self._lifetime, "token_type": "Bearer"}
        return json_reply({**content, "access_token": token})

    def search(self, request: Request) -> Reply:
        """Offers seen by candidates; 204 without any, 206 when there are more."""
        self._admit(request, scope="api_offresdemploiv2", also="o2dsoffre")
        match = re.fullmatch(r"(\d+)-(\d+)", request.first("range", "0-149"))
        if set(request.query) - _ASKED or match is None:
            raise Refusal(400, _error("PARAMETRE_INCONNU", 400, "Paramètre inconnu."))
        start, end = int(match[1]), int(match[2])
        if start > 3000 or end > 3149 or end - start >= 150:
            said = "La position de début doit être inférieure ou égale à 3000."
            raise Refusal(400, _error("RANGE", 400, said))
        found = [
            offer
            for offer in self._deposit.shown()
            if request.first("codeROME") in {"", offer["romeCode"]}
            and request.first("commune") in {"", offer["lieuTravail"]["commune"]}
            and offer["natureContrat"] in request.first("natureContrat", "E2,FS").split(",")
        ]
        page = found[start : end + 1]
        if not page:
            return Reply(204, b"")
        headers = {"Content-Range": f"offres {start}-{start + len(page) - 1}/{len(found)}"}
        return json_reply({"resultats": page}, status=206 if len(found) > end + 1 else 200, headers=headers)

    def _admit(self, request: Request, *, scope: str, also: str = "nomenclatureRome") -> None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        with self._lock:
            scopes, end = self._tokens.get(token, (set(), 0.0))
        if kind != "Bearer" or time.monotonic() >= end:
            raise Refusal(401, _error("ACCESS_TOKEN_INVALIDE", 401, "Le jeton est absent ou expiré."))
        if not {scope, also} <= scopes:
            raise Refusal(403, _error("SCOPE_INSUFFISANT", 403, "Le jeton n’ouvre pas ce service."))

    def appellations(self, request: Request) -> Reply:
        self._admit(request, scope="api_rome-metiersv1")
        if set(request.query) - {"champs"}:
            raise Refusal(400, _error("PARAMETRE_INCONNU", 400, "Seul « champs » est admis."))
        asked = _split(request.first("champs", "code,libelle"))
        if not set(asked) <= _FIELDS:
            raise Refusal(400, _error("CHAMP_INCONNU", 400, "Un champ demandé n’existe pas."))
        return json_reply([_chosen(item, asked) for item in catalogue.appellations()])

    def sheet(self, request: Request) -> Reply:
        self._admit(request, scope="api_rome-fiches-metiersv1")
        content = catalogue.sheet(request.path.rsplit("/", 1)[1])
        if content is None:
            raise Refusal(404, _error("RESSOURCE_INTROUVABLE", 404, "Cette fiche n’existe pas."))
        return json_reply(content)


def _error(code: str, status: int, message: str) -> dict[str, Any]:
    return {"codeErreur": code, "codeHttp": status, "message": message}


def _split(fields: str) -> list[str]:
    """Split « code,metier(code,libelle) » at the commas outside brackets."""
    parts, depth = [""], 0
    for sign in fields:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _chosen(item: dict[str, Any], asked: list[str]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for field in asked:
        name, _, inner = field.partition("(")
        value = item[name]
        content[name] = {key: value[key] for key in inner.rstrip(")").split(",")} if inner else value
    return content


def rome(*, port: int = 0, lifetime: int = _LIFETIME) -> StandIn:
    """The server, not started yet; `lifetime` is that of the tokens, in seconds."""
    deposit = Deposit()
    partner = _Partner(lifetime, deposit)

    def forget() -> None:
        partner.forget()
        deposit.forget()

    routes = [
        ("POST", TOKEN_PATH, partner.token),
        ("GET", _APPELLATIONS, partner.appellations),
        ("GET", f"{_SHEET}/[^/]+", partner.sheet),
        ("POST", f"{_BASE}/depotcurl", deposit.receive),
        ("GET", _SEARCH, partner.search),
        ("POST", "/simulateur", deposit.command),
    ]
    return StandIn("rome", routes, port=port, forget=forget, max_body=_LARGEST)
