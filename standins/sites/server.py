"""A job board: four kinds of credentials, jobs that are created, replaced, removed and read."""

import base64
import secrets
import threading
import time
from typing import Any

from standins.exchange import Refusal, Reply, Request, json_reply
from standins.server import StandIn
from standins.sites.job_schema import problem_of

USER, PASSWORD = "portail", "mot-de-passe-du-site"
KEY = "cle-du-site-simule"
CLIENT_ID, CLIENT_SECRET = "client-du-portail", "secret-du-client-simule"
REFRESH_TOKEN = "jeton-de-renouvellement-simule"  # noqa: S105  # opens only this stand-in
JOBS = "/api/jobs"
TOKEN = "/oauth/token"  # noqa: S105  # a path


class Board:
    """What the board remembers: jobs by number, tokens given out, the refresh token that is good now."""

    def __init__(self, *, lifetime: float = 3600.0, delay: float = 0.0, examines: bool = False) -> None:
        self._examines = examines
        self._lifetime = lifetime
        self._delay = delay
        self._lock = threading.RLock()
        self.forget()

    def forget(self) -> None:
        """Empty, willing, first refresh token."""
        with self._lock:
            self.jobs: dict[str, dict[str, Any]] = {}
            self._tokens: dict[str, float] = {}
            self._refresh = REFRESH_TOKEN
            self._refused: set[str] = set()
            self._odd = ""

    # Credentials.

    def token(self, request: Request) -> Reply:
        """POST /oauth/token: client credentials, or a refresh token that serves once."""
        form = request.form()
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            raise Refusal(401, {"error": "invalid_client"})
        turned: dict[str, str] = {}
        with self._lock:
            if form.get("grant_type") == "refresh_token":
                if form.get("refresh_token") != self._refresh:
                    raise Refusal(400, {"error": "invalid_grant"})
                self._refresh = secrets.token_urlsafe(16)
                turned = {"refresh_token": self._refresh}
            elif form.get("grant_type") != "client_credentials":
                raise Refusal(400, {"error": "unsupported_grant_type"})
            token = secrets.token_urlsafe(24)
            self._tokens[token] = time.monotonic() + self._lifetime
        content = {"access_token": token, "token_type": "Bearer", "expires_in": int(self._lifetime)}
        return json_reply({**content, **turned})

    def _admit(self, request: Request) -> None:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        with self._lock:
            bearer = kind == "Bearer" and self._tokens.get(given, 0.0) > time.monotonic()
        basic = kind == "Basic" and given == pair
        if not (bearer or basic or KEY in {request.headers.get("x-api-key"), request.first("api_key")}):
            raise Refusal(401, {"code": "unauthorized", "message": "Identifiants inconnus."})

    # Jobs.

    def create(self, request: Request) -> Reply:
        """POST: 201 with a number; 409 when the reference is there already; 422 with the field."""
        time.sleep(self._delay)
        self._admit(request)
        body = self._checked(request)
        with self._lock:
            if any(one["externalId"] == body["externalId"] for one in self.jobs.values()):
                raise Refusal(409, {"code": "exists", "message": "Référence déjà connue."})
            number = secrets.token_hex(6)
            self.jobs[number] = {**body, "status": "pending"}
            return json_reply({"id": number, "status": "pending"}, status=201)

    def replace(self, request: Request) -> Reply:
        """PUT: the whole job again."""
        self._admit(request)
        with self._lock:
            known = self._found(request)
            known.update(self._checked(request), status=known["status"])
            return json_reply({"id": request.path.split("/")[3], "status": known["status"]})

    def remove(self, request: Request) -> Reply:
        """DELETE: 204, then 404."""
        self._admit(request)
        with self._lock:
            known = self._found(request)
            if known["status"] == "closed":
                raise _absent()
            known["status"] = "closed"
            return Reply(204, b"")

    def read(self, request: Request) -> Reply:
        """GET one: its state, its page, its figures."""
        self._admit(request)
        with self._lock:
            return self._told(request.path.split("/")[3], self._found(request))

    def find(self, request: Request) -> Reply:
        """GET ?reference=: the job of this reference."""
        self._admit(request)
        with self._lock:
            for number, one in self.jobs.items():
                if one["externalId"] == request.first("reference"):
                    return self._told(number, one)
        raise _absent()

    def command(self, request: Request) -> Reply:
        """For tests: `publier`, `refus` (SIRET), `statut`, `perimer` (tokens); gives what it holds."""
        asked = request.json()
        with self._lock:
            self._odd = str(asked.get("statut", ""))
            if asked.get("refus"):
                self._refused.add(str(asked["refus"]))
            if asked.get("perimer"):
                self._tokens.clear()
            if asked.get("publier"):
                for one in self.jobs.values():
                    one["status"] = "online" if one["status"] == "pending" else one["status"]
            held = [{"reference": one["externalId"], **one} for one in self.jobs.values()]
        return json_reply({"offres": held})

    def _told(self, number: str, one: dict[str, Any]) -> Reply:
        if self._examines and one["status"] == "pending":
            one["status"] = "online"
        content = {
            "id": number,
            "status": self._odd or one["status"],
            "url": f"https://site.exemple/{number}",
        }
        return json_reply({**content, "statistics": {"views": 12, "applications": 0}})

    def _found(self, request: Request) -> dict[str, Any]:
        known = self.jobs.get(request.path.split("/")[3])
        if known is None:
            raise _absent()
        return known

    def _checked(self, request: Request) -> dict[str, Any]:
        body = request.json()
        if (wrong := problem_of(body)) is not None:
            raise Refusal(422, wrong)
        company = body["company"]
        if isinstance(company, dict) and company.get("siret") in self._refused:
            raise Refusal(422, {"code": "title_refused", "field": "title", "message": "titre trop vague"})
        return dict(body)


def _absent() -> Refusal:
    return Refusal(404, {"code": "not_found", "message": "Inconnue."})


def sites(
    *, port: int = 0, lifetime: float = 3600.0, delay: float = 0.0, examines: bool = False
) -> StandIn:
    """The server, not started yet. `lifetime` of tokens, `delay` before a creation, in seconds.

    `examines`: it shows a job as soon as it is read; otherwise when a test says so.
    """
    board = Board(lifetime=lifetime, delay=delay, examines=examines)
    routes = [
        ("POST", TOKEN, board.token),
        ("POST", JOBS, board.create),
        ("GET", JOBS, board.find),
        ("PUT", f"{JOBS}/[^/]+", board.replace),
        ("DELETE", f"{JOBS}/[^/]+", board.remove),
        ("GET", f"{JOBS}/[^/]+", board.read),
        ("POST", "/simulateur", board.command),
    ]
    return StandIn("sites", routes, port=port, forget=board.forget)
