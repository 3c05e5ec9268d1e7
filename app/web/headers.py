"""Security headers, exact on every answer; a route may declare an exception."""

from typing import TypeVar

from flask import Flask, Response, g, request
from werkzeug.wrappers import Response as BaseResponse

AnyResponse = TypeVar("AnyResponse", bound=BaseResponse)

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; "
    "require-trusted-types-for 'script'; report-to csp"
)
# An e-mail shown as it is: its own inline style, and nothing else, not even a form or a picture.
MAIL_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; report-to csp"
)
# Exceptions declared by route.
CSP_OF_ENDPOINT = {"operator.mail_html": MAIL_CSP, "dev.letter_html": MAIL_CSP}
_OFF = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation",
    "gyroscope", "magnetometer", "microphone", "midi", "payment", "publickey-credentials-create",
    "publickey-credentials-get", "screen-wake-lock", "usb", "web-share", "xr-spatial-tracking",
)  # fmt: skip
PERMISSIONS = ", ".join(f"{feature}=()" for feature in _OFF)
HSTS = "max-age=63072000; includeSubDomains; preload"


def install(app: Flask) -> None:
    """Set the headers after every request."""
    settings = app.extensions["settings"]

    @app.after_request
    def set_headers(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = _policy(response)
        headers["Reporting-Endpoints"] = f'csp="{settings.prefix}/rapports-csp"'
        if not settings.on_loopback:
            headers["Strict-Transport-Security"] = HSTS
        headers["X-Content-Type-Options"] = "nosniff"
        headers.setdefault("Referrer-Policy", "same-origin")
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers["Permissions-Policy"] = PERMISSIONS
        if _is_private(response):
            headers["Cache-Control"] = "no-store"
            headers.add("Vary", "Cookie")
        return response


def _policy(response: Response) -> str:
    """The portal's, but where a route has its own; an error page on that route is one of the portal's."""
    own = CSP_OF_ENDPOINT.get(request.endpoint or "") if response.status_code == 200 else None
    # The one page that declared partners may show in a frame says which sites.
    sites = g.get("frame_ancestors", ()) if response.status_code == 200 else ()
    if sites:
        return CSP.replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(sites)}")
    return own or CSP


def _is_private(response: Response) -> bool:
    """Every page but those declared cacheable, which read no session."""
    return request.endpoint != "static" and not g.get("cacheable", False)


def cacheable(seconds: int, response: AnyResponse) -> AnyResponse:
    """Declare an answer that is the same for everybody."""
    g.cacheable = True
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    return response
