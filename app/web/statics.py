"""Built style sheets, scripts and icons, served by WhiteNoise: hashed names, compressed, kept for ever."""

from collections.abc import MutableMapping
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

DIST = Path(__file__).resolve().parents[2] / "static" / "dist"


def install(app: Flask) -> None:
    """Serve `/static/dist/…` before Flask is reached; `url_for("static", …)` gives the addresses."""
    app.add_url_rule("/static/<path:filename>", endpoint="static", build_only=True)
    inner = WhiteNoise(
        app.wsgi_app,
        root=DIST if DIST.is_dir() else None,
        prefix="static/dist/",
        immutable_file_test=lambda _path, _url: True,
        allow_all_origins=False,
        add_headers_function=_headers,
    )
    app.wsgi_app = inner  # type: ignore[method-assign]  # Flask's documented way of wrapping


def _headers(headers: MutableMapping[str, str], _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
