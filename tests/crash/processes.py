"""Real processes of the service for the crash tests: a web server, or one command, that can die.

They are forked from a server process that has imported the application once (`forkserver`), so that
starting one takes a fraction of a second.
"""

import http.client
import multiprocessing
import os
import sys
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

from app import create_app
from tests.crash import commands

START_LIMIT = 90.0
END_LIMIT = 60.0
KILLED = 137


def _context() -> Any:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crash.processes"])
    return context


def _silence() -> None:
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # for the whole process


def serve(environment: dict[str, str], port_to: Connection) -> None:
    """Body of a web process: serve on a free port, which is told through the pipe."""
    _silence()
    os.environ.update(environment)
    server = make_server("127.0.0.1", 0, create_app(), threaded=True)
    port_to.send(server.server_port)
    server.serve_forever(poll_interval=0.05)


def run_command(environment: dict[str, str], name: str, arguments: tuple[Any, ...]) -> None:
    """Body of a process that runs one of the commands, and ends."""
    _silence()
    os.environ.update(environment)
    app = create_app()
    with app.app_context():
        commands.COMMANDS[name](app, *arguments)


class WebProcess:
    """A running server; `code` is its exit code once it is over."""

    def __init__(self, environment: dict[str, str]) -> None:
        context = _context()
        ours, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=serve, args=(environment, theirs), daemon=True)
        self.process.start()
        # The other end belongs to the child alone: if it dies, reading ends at once.
        theirs.close()
        assert ours.poll(START_LIMIT), "the server didn't start"
        self.port: int = ours.recv()
        ours.close()

    def died(self) -> int | None:
        """The exit code, waiting for the end; None when it lives on."""
        self.process.join(END_LIMIT / 6)
        return self.process.exitcode

    def stop(self) -> None:
        """Kill it, as a machine that loses its power."""
        self.process.kill()
        self.process.join(END_LIMIT)
        self.process.close()

    def relay(self) -> Flask:
        """An application that hands every request over to this process, as a proxy would."""
        proxy = Flask("relay")
        proxy.wsgi_app = self._forward  # type: ignore[method-assign]  # nothing of Flask's own is wanted
        return proxy

    def _forward(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            length = int(environ.get("CONTENT_LENGTH") or 0)
            body = environ["wsgi.input"].read(length) if length else None
            query = f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
            path = environ["PATH_INFO"].encode("latin-1").decode("utf-8")
            connection.request(environ["REQUEST_METHOD"], path + query, body, _headers(environ))
            answer = connection.getresponse()
            content = answer.read()
            start_response(f"{answer.status} {answer.reason}", answer.getheaders())
            return [content]
        finally:
            connection.close()


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    given = {
        name[5:].replace("_", "-").title(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    if environ.get("CONTENT_TYPE"):
        given["Content-Type"] = environ["CONTENT_TYPE"]
    return given


def run(environment: dict[str, str], name: str, *arguments: Any) -> int:
    """Run one command in a process of its own; gives its exit code."""
    process = _context().Process(target=run_command, args=(environment, name, arguments), daemon=True)
    process.start()
    process.join(END_LIMIT)
    code: int | None = process.exitcode
    if code is None:
        process.kill()
        process.join()
        raise AssertionError(f"{name} didn't end")
    process.close()
    return code
