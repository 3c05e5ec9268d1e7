"""Limits are tried elsewhere: here one person types thousands of things."""

from collections.abc import Iterator

import pytest
from flask import Flask


@pytest.fixture(autouse=True)
def _without_limits(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    limiters = app.extensions["limiter"]
    for one in limiters if isinstance(limiters, set) else {limiters}:
        monkeypatch.setattr(one, "enabled", False)
    yield
