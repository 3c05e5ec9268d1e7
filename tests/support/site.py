"""The real application behind a port of the loopback, for a browser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing: what a test needs, it asks for."""


def _whole(file: BinaryIO, _block: int = 0) -> list[bytes]:
    """A file's content: Werkzeug's server forgets to close one whose reader has gone."""
    with file:
        return [file.read()]


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve the application from threads of this process; gives its address."""

    def serving(environ: dict[str, Any], start: Any) -> Any:
        environ["wsgi.file_wrapper"] = _whole
        return app(environ, start)

    server = make_server("127.0.0.1", 0, serving, threaded=True, request_handler=_Quiet)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
