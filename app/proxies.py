"""Serving behind proxies: a pinned number of them, and a path prefix."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Prefix:
    """Takes the public prefix off the path, whether the proxy has kept it or not."""

    def __init__(self, inner: "WSGIApplication", prefix: str) -> None:
        self.inner = inner
        self.prefix = prefix

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        environ["SCRIPT_NAME"] = self.prefix
        if path == self.prefix or path.startswith(f"{self.prefix}/"):
            environ["PATH_INFO"] = path[len(self.prefix) :] or "/"
        return self.inner(environ, start)


class OwnHost:
    """Answers under the configured address alone: whatever Host a request names, nothing is built from it."""

    def __init__(self, inner: "WSGIApplication", address: str) -> None:
        self.inner = inner
        self.host = urlsplit(address).netloc

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        environ["HTTP_HOST"] = self.host
        return self.inner(environ, start)


def behind(app: Flask, settings: Settings) -> Flask:
    """Trust exactly `PROXY_COUNT` proxies, and answer under the prefix of BASE_URL."""
    inner: Any = OwnHost(app.wsgi_app, settings.base_url)
    if settings.prefix:
        inner = Prefix(inner, settings.prefix)
    if settings.proxy_count:
        count = settings.proxy_count
        inner = ProxyFix(inner, x_for=count, x_proto=count, x_host=0, x_port=0, x_prefix=0)
    app.wsgi_app = inner  # type: ignore[method-assign]  # Flask's documented way of wrapping
    return app
