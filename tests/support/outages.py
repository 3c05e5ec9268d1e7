"""Partners that don't answer, for the length of a block."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from flask import Flask

from tests.support.standins import closed_port


@contextmanager
def register_down(app: Flask) -> Iterator[None]:
    """The application asks a directory and a geocoder where nobody listens."""
    former = app.extensions["adapters"]
    directory = type(former.directory)(closed_port(), timeout=0.5)
    geocoder = type(former.geocoder)(closed_port(), timeout=0.5)
    app.extensions["adapters"] = replace(former, directory=directory, geocoder=geocoder)
    try:
        yield
    finally:
        app.extensions["adapters"] = former
