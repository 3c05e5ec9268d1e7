"""Compressing an answer while it is being written."""

import zlib
from collections.abc import Iterable, Iterator

_GZIP = 31
_LEVEL = 5


def gzipped(parts: Iterable[str]) -> Iterator[bytes]:
    """The parts as one gzip stream, in UTF-8; nothing is held back but zlib's own window."""
    pressed = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    for part in parts:
        ready = pressed.compress(part.encode())
        if ready:
            yield ready
    yield pressed.flush()


def encoded(parts: Iterable[str]) -> Iterator[bytes]:
    """The parts in UTF-8."""
    for part in parts:
        yield part.encode()
