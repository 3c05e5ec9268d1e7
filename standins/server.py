"""The HTTP server shared by the stand-ins: routes, request log, fault switches, rate switch, reset."""

import re
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standins.exchange import Handler, Refusal, Reply, Request, json_reply
from standins.faults import Switchboard, spoil, travel

Routes = Sequence[tuple[str, str, Handler]]
# Headers worth counting in a test; the others, keys among them, are logged by name only.
_LOGGED = ("accept", "user-agent", "content-type")
_MAX_BODY = 1_000_000


class StandIn:
    """One partner on 127.0.0.1. `routes` are (method, pattern of the whole path, handler)."""

    def __init__(
        self,
        name: str,
        routes: Routes,
        *,
        port: int = 0,
        forget: Callable[[], None] | None = None,
        max_body: int = _MAX_BODY,
    ) -> None:
        self.name = name
        self.max_body = max_body
        self.stopping = threading.Event()
        self._routes = [(method, re.compile(pattern), handler) for method, pattern, handler in routes]
        self._forget = forget
        self._switches = Switchboard()
        self._journal: list[dict[str, object]] = []
        self._rate: int | None = None
        self._recent: deque[float] = deque()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler_of(self))
        self._server.daemon_threads = True
        self._server.block_on_close = False

    @property
    def url(self) -> str:
        """Where the server answers, without a final slash."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> "StandIn":
        """Serve from a thread of its own."""
        threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name=f"standin-{self.name}", daemon=True
        ).start()
        return self

    def stop(self) -> None:
        """Close the port; answers under way are dropped."""
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: Request) -> Reply:
        """The answer to a request, log and switches included."""
        if request.path.startswith("/_"):
            return self._control(request)
        self._note(request)
        fault = self._switches.take(request.path)
        if fault is not None and fault.before:
            return spoil(json_reply({}), fault)
        reply = self._routed(request) if self._within_rate() else _too_many()
        if reply.fault is not None:
            reply = spoil(reply, reply.fault)
        return spoil(reply, fault) if fault else reply

    def _routed(self, request: Request) -> Reply:
        for method, pattern, handler in self._routes:
            if method == request.method and pattern.fullmatch(request.path):
                try:
                    return handler(request)
                except Refusal as refusal:
                    return refusal.reply
        return json_reply({"erreur": "Cette adresse n’existe pas."}, status=404)

    def _note(self, request: Request) -> None:
        entry: dict[str, object] = {
            "at": time.time(),
            "method": request.method,
            "path": request.path,
            "query": {name: list(values) for name, values in request.query.items()},
            "headers": {name: request.headers[name] for name in _LOGGED if name in request.headers},
            "header_names": sorted(request.headers),
        }
        with self._lock:
            self._journal.append(entry)

    def _within_rate(self) -> bool:
        with self._lock:
            if self._rate is None:
                return True
            now = time.monotonic()
            while self._recent and now - self._recent[0] > 1.0:
                self._recent.popleft()
            if len(self._recent) >= self._rate:
                return False
            self._recent.append(now)
            return True

    def _control(self, request: Request) -> Reply:
        try:
            return self._controlled(request)
        except Refusal as refusal:
            return refusal.reply

    def _controlled(self, request: Request) -> Reply:
        match request.method, request.path:
            case "GET", "/_journal":
                with self._lock:
                    return json_reply(list(self._journal))
            case "POST", "/_pannes":
                self._switches.set(request.json())
            case "POST", "/_debit":
                rate: Any = request.json().get("par_seconde")
                with self._lock:
                    self._rate = None if rate is None else int(rate)
                    self._recent.clear()
            case "POST", "/_remise-a-zero":
                self.reset()
            case "GET", "/_sante":
                return json_reply({"nom": self.name})
            case _:
                raise Refusal(404, {"erreur": "Commande inconnue du simulateur."})
        return json_reply({"fait": True})

    def reset(self) -> None:
        """Forget the log, the switches, the rate and what the partner remembers."""
        self._switches.clear()
        with self._lock:
            self._journal.clear()
            self._rate = None
            self._recent.clear()
        if self._forget is not None:
            self._forget()


def _too_many() -> Reply:
    return json_reply({"erreur": "Trop de requêtes"}, status=429, headers={"Retry-After": "1"})


def _handler_of(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Exchange(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def _serve(self) -> None:
            self.close_connection = True
            length = min(int(self.headers.get("Content-Length") or 0), stand_in.max_body)
            body = self.rfile.read(length) if length else b""
            request = Request.read(
                method=self.command, target=self.path, headers=dict(self.headers.items()), body=body
            )
            reply = stand_in.answer(request)
            try:
                travel(self.connection, _head(reply), reply.body, fault=reply.fault, stop=stand_in.stopping)
            except OSError:
                # The client went away before the end, as it does when its time is up.
                return

        do_GET = do_POST = do_PUT = do_DELETE = _serve

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on the console: the request log is read over HTTP."""

    return Exchange


def _head(reply: Reply) -> bytes:
    headers: Mapping[str, str] = {
        "Content-Type": reply.content_type,
        "Content-Length": str(len(reply.body)),
        "Connection": "close",
        **reply.headers,
    }
    phrase = HTTPStatus(reply.status).phrase
    lines = [f"HTTP/1.1 {reply.status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
