"""The web: one package an audience, none importing another."""

from importlib import import_module

from flask import Flask

from app.web import access, errors, headers, inputs, jinja, layout, signed_in, statics
from app.web.sessions import DatabaseSessions

AUDIENCES = (
    "public", "deposit", "manage", "links", "partner", "account", "recruiter", "collecting", "operator",
    "feeds", "webhooks",
)  # fmt: skip


def install(app: Flask) -> None:
    """Sessions, guards, pages: everything a request meets."""
    app.session_interface = DatabaseSessions(app)
    inputs.install(app)
    access.install(app)
    signed_in.install(app)
    headers.install(app)
    errors.install(app)
    jinja.install(app)
    layout.install(app)
    statics.install(app)
    audiences = AUDIENCES + (("dev", "gallery") if app.extensions["settings"].development else ())
    for name in audiences:
        app.register_blueprint(import_module(f"app.web.{name}").blueprint)
