"""Offers at the simulated La bonne alternance: upsert by reference, staging, verdicts, search."""

import copy
import secrets
import threading
import time
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any

from standins.apprentissage.offer_schema import checked, cleaned
from standins.apprentissage.stored import Stored, as_read, as_told, is_past, verdict_of
from standins.exchange import Refusal, Reply, Request, json_reply

OFFER = "/api/job/v1/offer"
_LIMIT, _WINDOW = 30, 60.0
_RIGHT = "Vous n'êtes pas autorisé à accéder à cette ressource"
_NOT_FOUND = {"statusCode": 404, "error": "Not Found", "message": "Job offer not found"}


class Offers:
    """What the partner remembers of offers. `delay`: seconds from a reception to its examination."""

    def __init__(self, token: str, *, delay: float = 2.0) -> None:
        self._token = token
        self._delay = self._first_delay = delay
        self._lock = threading.RLock()
        self._may_write = True
        self.forget()

    def forget(self) -> None:
        """Empty, willing, as fast as at the start."""
        with self._lock:
            self._offers: dict[str, Stored] = {}
            self._refusals: dict[str, str] = {}
            self._writes: deque[float] = deque()
            self._delay = self._first_delay
            self._may_write = True
            self._odd_status = ""

    # What the portal calls.

    def create(self, request: Request) -> Reply:
        """POST /job/v1/offer: creates, or updates what has the same reference."""
        self._admit(request, writes=True)
        body = checked(request.json(), writes_identifier=True)
        identifier = body.get("identifier") or {}
        reference = identifier.get("partner_job_id")
        with self._lock:
            known = next(
                (one for one in self._offers.values() if reference and one.reference == reference), None
            )
            if known is None:
                known = Stored(secrets.token_hex(12), reference, body, time.time())
                self._offers[known.id] = known
            self._receive(known, body)
            return json_reply({"id": known.id})

    def replace(self, request: Request) -> Reply:
        """PUT /job/v1/offer/{id}: 404 while in staging, 400 once over."""
        self._admit(request, writes=True)
        body = checked(request.json(), writes_identifier=False)
        with self._lock:
            known = self._found(request)
            if known is None or known.shown is None:
                raise Refusal(404, _NOT_FOUND)
            if known.shown["offer"]["status"] != "Active":
                said = "Job must be active in order to be modified"
                raise Refusal(400, {"statusCode": 400, "error": "Bad Request", "message": said})
            self._receive(known, body)
            return Reply(204, b"")

    def read(self, request: Request) -> Reply:
        """GET /job/v1/offer/{id}: as it is shown; 404 while in staging."""
        self._admit(request)
        with self._lock:
            known = self._found(request)
            if known is None or known.shown is None:
                raise _unknown(request)
            return json_reply(as_read(known))

    def publishing(self, request: Request) -> Reply:
        """GET …/publishing-informations: the verdict on the last version received."""
        self._admit(request)
        with self._lock:
            known = self._found(request)
            if known is None:
                raise _unknown(request)
            if known.error is not None:
                error = {"code": known.error, "label": f"Refused: {known.error}"}
                return json_reply({"publishing": {"status": "WILL_NOT_BE_PUBLISHED", "error": error}})
            status = self._odd_status or ("PUBLISHED" if known.examined else "WILL_BE_PUBLISHED")
            return json_reply({"publishing": {"status": status}})

    def search(self, request: Request) -> Reply:
        """GET /job/v1/search: active and relayed offers."""
        self._admit(request)
        romes = set(filter(None, request.first("romes").split(",")))
        with self._lock:
            jobs = [
                as_read(one)
                for one in self.visible()
                if one.shown is not None
                and one.shown["offer"].get("multicast", True)
                and (not romes or romes & set(one.shown["offer"]["rome_codes"]))
            ]
        return json_reply({"jobs": jobs[:150], "recruiters": [], "warnings": []})

    # What tests command.

    def command(self, request: Request) -> Reply:
        """For tests: `publier`, `delai` (s), `refus` {siret: code}, `annuler`, `ecriture`, `statut`."""
        asked = request.json()
        with self._lock:
            if "delai" in asked:
                self._delay = float(str(asked["delai"]))
            refused = asked.get("refus")
            if isinstance(refused, dict):
                self._refusals.update(refused)
            self._odd_status = str(asked.get("statut", ""))
            if "ecriture" in asked:
                self._may_write = bool(asked["ecriture"])
            if asked.get("publier"):
                for one in self._offers.values():
                    self._examine(one)
            for one in self._offers.values():
                if one.reference == asked.get("annuler") and one.shown is not None:
                    one.shown["offer"]["status"] = "Cancelled"
            stored = [as_told(one) for one in self._offers.values()]
        return json_reply({"offres": stored})

    def visible(self) -> list[Stored]:
        """What is online there now."""
        with self._lock:
            for one in self._offers.values():
                self._ripen(one)
            known = list(self._offers.values())
        return [
            one
            for one in known
            if one.shown is not None
            and one.shown["offer"]["status"] == "Active"
            and not is_past(one.expiration)
        ]

    def _receive(self, known: Stored, body: dict[str, Any]) -> None:
        known.received, known.received_at = copy.deepcopy(body), time.time()
        known.examined, known.error = False, None
        known.history.append(str(body["offer"].get("status", "Active")))

    def _found(self, request: Request) -> Stored | None:
        known = self._offers.get(request.path.split("/")[5])
        if known is not None:
            self._ripen(known)
        return known

    def _ripen(self, known: Stored) -> None:
        if not known.examined and known.error is None and time.time() - known.received_at >= self._delay:
            self._examine(known)
        if (
            known.shown is not None
            and known.shown["offer"]["status"] == "Active"
            and is_past(known.expiration)
        ):
            known.shown["offer"]["status"] = "Cancelled"

    def _examine(self, known: Stored) -> None:
        """The batch: a refused version leaves the former one online."""
        if known.examined:
            return
        known.error = verdict_of(known.received, self._refusals)
        if known.error is not None:
            return
        known.examined = True
        body = copy.deepcopy(known.received)
        body["offer"]["title"] = cleaned(body["offer"]["title"])
        body["offer"]["description"] = cleaned(body["offer"]["description"])
        for name in ("name", "description"):
            body["workplace"][name] = cleaned(body["workplace"].get(name))
        body["offer"].setdefault("status", "Active")
        # What was sent is checked, then replaced by the partner's own deduction.
        body["offer"]["rome_codes"] = (body["offer"].get("rome_codes") or ["M1805"])[:1]
        later = (datetime.now(UTC) + timedelta(days=60)).isoformat()
        asked = (body["offer"].get("publication") or {}).get("expiration")
        known.expiration = asked or known.expiration or later
        known.shown = body

    def _admit(self, request: Request, *, writes: bool = False) -> None:
        header = request.headers.get("authorization", "")
        if header != f"Bearer {self._token}":
            said = (
                "Impossible de déchiffrer la clé d'API"
                if header.startswith("Bearer ")
                else "Le header Authorization doit être de la forme 'Bearer <token>'"
                if header
                else "Vous devez fournir une clé d'API valide pour accéder à cette ressource"
            )
            raise Refusal(401, {"statusCode": 401, "name": "Unauthorized", "message": said})
        if writes and not self._may_write:
            raise Refusal(403, {"statusCode": 403, "name": "Forbidden", "message": _RIGHT})
        if writes:
            self._count()

    def _count(self) -> None:
        now = time.monotonic()
        with self._lock:
            while self._writes and now - self._writes[0] > _WINDOW:
                self._writes.popleft()
            if len(self._writes) >= _LIMIT:
                wait = str(int(_WINDOW - (now - self._writes[0])) + 1)
                said = f"Quota dépassé : {_LIMIT} requêtes par 1 minute."
                content = {"statusCode": 429, "name": "Too Many Requests", "message": said}
                raise Refusal(429, content, headers={"retry-after": wait})
            self._writes.append(now)


def _unknown(request: Request) -> Refusal:
    said = f"Aucune offre d'emploi trouvée pour l'ID: {request.path.split('/')[5]}"
    return Refusal(404, {"statusCode": 404, "error": "Not Found", "message": said})
