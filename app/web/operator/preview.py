"""Every e-mail as it is sent: each example, text part, HTML in light and in dark."""

from flask import Response, abort, current_app, render_template

from app.core.french import number_fr
from app.outbox.compose import Rendered
from app.outbox.message import MAILS
from app.outbox.rendering import JinjaRenderer
from app.web.access import Permission, requires
from app.web.operator import blueprint
from app.web.operator.mail_names import name_of
from app.web.operator.samples import rhythm_label, sample_of, variants_of

# The scheme asked for is forced in the sheet of the e-mail, whatever the browser prefers.
_DARK = "@media (prefers-color-scheme: dark)"
THEMES = {"clair": "@media not all", "sombre": "@media all"}
_TOKEN = "exemple-de-lien-qui-n-ouvre-rien"  # noqa: S105 - it opens nothing
_CODE = "4K7RW2PX"


def _example_code(_url: str) -> str:
    return _CODE


@blueprint.get("/agents/apercu-courriels")
@requires(Permission.MAIL_PREVIEW)
def previews() -> str:
    """Every kind, in the order of its code."""
    kinds = sorted(MAILS.values(), key=lambda kind: (int(kind.code[1:]), kind.name))
    rows = [(kind, name_of(kind.name), rhythm_label(kind), variants_of(kind.name)) for kind in kinds]
    return render_template("operator/previews.html", rows=rows)


@blueprint.get("/agents/apercu-courriels/<string:name>/<string:variant>")
@requires(Permission.MAIL_PREVIEW)
def preview(name: str, variant: str) -> str:
    """Subject, text, and the links to the HTML part."""
    parts = _rendered(name, variant)
    return render_template(
        "operator/preview.html",
        heading=f"{name_of(name)} : {variants_of(name)[variant].lower()}",
        name=name,
        variant=variant,
        parts=parts,
        size=number_fr(round(len(parts.html.encode()) / 1024, 1)),
    )


@blueprint.get("/agents/apercu-courriels/<string:name>/<string:variant>/<string:theme>")
@requires(Permission.MAIL_PREVIEW)
def mail_html(name: str, variant: str, theme: str) -> Response:
    """The HTML part at its own address, with its own security policy."""
    if theme not in THEMES:
        abort(404)
    html = _rendered(name, variant).html.replace(_DARK, THEMES[theme])
    return Response(html, mimetype="text/html")


def _rendered(name: str, variant: str) -> Rendered:
    mail = sample_of(name, variant)
    if mail is None:
        abort(404)
    settings = current_app.extensions["settings"]
    environment = current_app.jinja_env.overlay()
    environment.globals = {**current_app.jinja_env.globals, "login_code": _example_code}
    link_url = f"{settings.base_url}/l/{_TOKEN}" if mail.link() else None
    unsubscribe_url = f"{settings.base_url}/desinscription/{_TOKEN}" if mail.unsubscribable else None
    return JinjaRenderer(environment, settings)(mail, link_url, unsubscribe_url)
