"""A transport whose connect, writes and reads share one deadline.

httpx counts its time-outs from one read to the next, so that a partner sending one byte a second holds a
caller for ever. Here each wait is what is left of the whole.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from queue import Empty, SimpleQueue

import httpcore
import httpx


class Deadline:
    """An amount of time that only shrinks, on the machine's monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left, never under zero."""
        return max(0.0, self._end - time.monotonic())

    def cap(self, timeout: float | None, error: type[Exception]) -> float:
        """The shorter of `timeout` and what is left; raises `error` when nothing is left."""
        left = self.left
        if left <= 0:
            raise error("deadline")
        return left if timeout is None else min(timeout, left)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.cap(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.cap(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        limit = self._deadline.cap(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, limit), self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class _Backend(httpcore.SyncBackend):
    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        whole = Deadline(self._deadline.cap(timeout, httpcore.ConnectTimeout))
        failure: Exception = httpcore.ConnectError("no address")
        for address in _resolved(host, port, within=whole.left):
            limit = whole.cap(None, httpcore.ConnectTimeout)
            try:
                stream = super().connect_tcp(address, port, limit, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._deadline)
        raise failure


def _resolved(host: str, port: int, *, within: float) -> list[str]:
    """The addresses of a host. The resolver takes no time limit, so it runs beside."""
    answers: SimpleQueue[list[str]] = SimpleQueue()

    def resolve() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError:
            found = []
        answers.put([str(entry[4][0]) for entry in found])

    threading.Thread(target=resolve, name="resolver", daemon=True).start()
    try:
        return answers.get(timeout=within)
    except Empty:
        raise httpcore.ConnectTimeout("resolver") from None


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class DeadlineTransport(httpx.BaseTransport):
    """One connection, for one exchange, within one deadline. Raises httpcore's exceptions."""

    def __init__(self, deadline: Deadline, *, ssl_context: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl_context, max_connections=1, network_backend=_Backend(deadline)
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return as soon as its headers are there."""
        raw = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=raw.raw_scheme, host=raw.raw_host, port=raw.port, target=raw.raw_path
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        """Drop the connection, finished or not."""
        self._pool.close()
