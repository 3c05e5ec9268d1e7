"""What the simulated APEC remembers: positions by reference, their states, and who asked for what."""

import base64
import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from argon2.low_level import Type, hash_secret_raw

from standins.apec.checks import problem_of, read
from standins.apec.soap import SEP, Asked, Fault, acknowledgement, asked, fault, positions
from standins.exchange import Reply, Request, json_reply

# Ours, and obviously so: they open only this stand-in.
INTEGRATOR = "99"
PASSWORD = "mot-de-passe-du-simulateur"  # noqa: S105  # opens only this stand-in
SALT = base64.b64encode(b"sel-du-simulateur").decode().rstrip("=")
ITERATIONS, PARALLELISM = 2, 1
RECRUITERS = frozenset({"123456789W", "12345678i", "123", "1234"})
_TRACKING = re.compile(r"[^\x00-\x1f\x7f-\x9f?|,=<>:\"\[\]\\/(){}!;'`@#$~+*&^]{1,100}")
_ONE_DAY = 86_400.0


def derived_key(password: str = PASSWORD) -> str:
    """Argon2id, 4096 KiB, 256 bytes, base64 without padding: 342 signs."""
    raw = hash_secret_raw(
        password.encode(), b"sel-du-simulateur", time_cost=ITERATIONS, memory_cost=4096,
        parallelism=PARALLELISM, hash_len=256, type=Type.ID, version=19,
    )  # fmt: skip
    return base64.b64encode(raw).decode().rstrip("=")


@dataclass(slots=True)
class Stored:
    """One position."""

    reference: str
    number: str
    recruiter: str
    status: str
    fields: dict[str, str]
    texts: dict[str, str]
    opened_at: float
    history: list[str] = field(default_factory=list)

    @property
    def is_old(self) -> bool:
        """Published more than thirty days ago."""
        return time.time() - self.opened_at > 30 * _ONE_DAY


class Positions:
    """The service, and its switches."""

    def __init__(self, pages_url: str = "") -> None:
        self.pages_url = pages_url
        self._key = derived_key()
        self._lock = threading.RLock()
        self.forget()

    def forget(self) -> None:
        """Empty; production behaviour: published at once."""
        with self._lock:
            self.stored: dict[str, Stored] = {}
            self.calls: list[dict[str, str]] = []
            self._trackings: set[str] = set()
            self._moderates = False
            self._fatal = self._warning = self._fault = self._odd_status = ""

    def receive(self, request: Request) -> Reply:
        """POST /v5/positions: any operation."""
        try:
            one = asked(request.body)
            _check_headers(request, one.operation)
            with self._lock:
                return self._answer(one)
        except Fault as problem:
            return fault(problem)

    def _answer(self, one: Asked) -> Reply:
        self.calls.append({"operation": one.operation, "reference": one.reference})
        if self._fault:
            raise Fault(f"API_{self._fault}_ASKED_BY_A_TEST")
        tracking = one.sep("UniquePayloadTrackingId/hr:IdValue")
        self._admit(one, tracking)
        match one.operation:
            case "openPosition":
                return self._open(one, tracking)
            case "getPositionStatus":
                return self._status(one, tracking)
            case "updatePositionStatus":
                return self._change(one, tracking)
            case "updatePosition":
                return _refusal(one.operation, tracking, "398", "CONTENT_CANNOT_BE_CHANGED")
        raise Fault("API_002_INTERNAL_ERROR")

    def _admit(self, one: Asked, tracking: str) -> None:
        key = one.sep("authentication/atsPassword")
        if len(key) != 342 or key != self._key or one.sep("authentication/atsId") != INTEGRATOR:
            raise Fault("API_102_AUTHENTICATION_FAILED")
        if one.sep("authentication/numeroDossier") not in RECRUITERS:
            raise Fault("API_103_RECRUITER_UNKNOWN")
        if not _TRACKING.fullmatch(tracking):
            raise Fault("API_105_TRACKING_ID_INVALID")
        if tracking in self._trackings:
            raise Fault("API_108_TRACKING_ID_ALREADY_USED")
        self._trackings.add(tracking)

    def _open(self, one: Asked, tracking: str) -> Reply:
        if one.reference in self.stored:
            return _refusal("openPosition", tracking, "390", "CLIENT_POSITION_ID_ALREADY_USED")
        wrong = (self._fatal, "ASKED_BY_A_TEST") if self._fatal else problem_of(one)
        if wrong is not None:
            return _refusal("openPosition", tracking, *wrong)
        said = read(one)
        number = f"1{len(self.stored) + 1:08d}W"
        new = Stored(
            one.reference, number, one.sep("authentication/numeroDossier"),
            "AVALIDER" if self._moderates else "PUBLIEE", dict(said.one), dict(said.described), time.time(),
        )  # fmt: skip
        new.fields["commune"] = next((value for _, kind, value in said.places if kind == "INSEE"), "")
        new.history.append(new.status)
        self.stored[one.reference] = new
        remarks = (("Warning", self._warning, "ASKED_BY_A_TEST"),) if self._warning else ()
        return acknowledgement("openPosition", tracking=tracking, number=number, remarks=remarks)

    def _found(self, one: Asked) -> Stored:
        reference, number = one.reference, one.sep("apecPositionNumero/hr:IdValue")
        if not reference and not number:
            raise Fault("API_393_NO_IDENTIFIER")
        known = next(
            (each for each in self.stored.values() if reference == each.reference or number == each.number),
            None,
        )
        if known is None or known.recruiter != one.sep("authentication/numeroDossier"):
            raise Fault("API_391_CLIENT_POSITION_ID_UNKNOWN" if reference else "API_392_NUMBER_UNKNOWN")
        if known.is_old:
            known.status = "FERMEE"
        return known

    def _status(self, one: Asked, tracking: str) -> Reply:
        known = self._found(one)
        status = self._odd_status or known.status
        row = {
            "apecPositionNumero": known.number,
            "clientPositionId": known.reference,
            "status": status,
            "isEditable": "true" if status == "PUBLIEE" else "false",
            "positionUrl": self.page_of(known) if status == "PUBLIEE" else "",
        }
        return positions([row], tracking=tracking)

    def _change(self, one: Asked, tracking: str) -> Reply:
        known, wanted = self._found(one), one.sep("newPositionStatus")
        if wanted not in {"PUBLIEE", "SUSPENDUE"}:
            return _refusal(one.operation, tracking, "351", "STATUS_UNKNOWN")
        if known.status == wanted:
            return _refusal(one.operation, tracking, "353", "ALREADY_IN_THIS_STATUS")
        if wanted == "PUBLIEE" and known.is_old:
            return _refusal(one.operation, tracking, "361", "PUBLISHED_OVER_30_DAYS_AGO")
        if known.status not in {"PUBLIEE", "SUSPENDUE"}:
            return _refusal(one.operation, tracking, "352", "TRANSITION_NOT_ALLOWED")
        known.status = wanted
        known.history.append(wanted)
        return acknowledgement(one.operation, tracking=tracking)

    def page_of(self, known: Stored) -> str:
        """Its public address."""
        return f"{self.pages_url}/candidat/recherche-emploi.html/emploi/detail-offre/{known.number}"

    def command(self, request: Request) -> Reply:
        """For tests: `moderer`, `publier`, `etats` {reference: status}, `fatal`, `remarque`, `faute`,
        `statut`, `vieillir` (reference: published 31 days ago). Answers what is held, and the calls received.
        """
        told: dict[str, Any] = dict(request.json())
        with self._lock:
            self._moderates = bool(told.get("moderer", self._moderates))
            for name, value in told.get("etats", {}).items():
                self.stored[name].status = value
            self._fatal, self._warning = str(told.get("fatal", "")), str(told.get("remarque", ""))
            self._fault, self._odd_status = str(told.get("faute", "")), str(told.get("statut", ""))
            for one in self.stored.values():
                if told.get("publier") and one.status == "AVALIDER":
                    one.status = "PUBLIEE"
                if one.reference == told.get("vieillir"):
                    one.opened_at -= 31 * _ONE_DAY
            return json_reply({"offres": [_told(one) for one in self.stored.values()], "appels": self.calls})


def _check_headers(request: Request, operation: str) -> None:
    """As SOAP 1.1 wants them: XML in UTF-8, and the action of the operation, with or without quotes."""
    kind, _, charset = request.headers.get("content-type", "").replace(" ", "").lower().partition(";")
    action = request.headers.get("soapaction", "").strip('"')
    if (kind, charset.replace('"', "")) != ("text/xml", "charset=utf-8") or action != f"{SEP}/{operation}":
        raise Fault("The given SOAPAction or Content-Type does not match an operation.")


def _refusal(operation: str, tracking: str, code: str, name: str) -> Reply:
    return acknowledgement(operation, tracking=tracking, remarks=(("Fatal", code, name),))


def _told(one: Stored) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "numero": one.number,
        "recruteur": one.recruiter,
        "statut": one.status,
        "champs": one.fields,
        "textes": one.texts,
        "historique": one.history,
    }
