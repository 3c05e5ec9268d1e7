"""The first screen in a partner's site: a GET form that opens the portal beside it, without any cookie."""

from flask import Response, abort, current_app, g, make_response, render_template

from app.domain.offers.origins import living_origin, read_signed, sign
from app.web.access import public
from app.web.deposit import blueprint


def _keys() -> list[str]:
    settings = current_app.extensions["settings"]
    return [*reversed(settings.former_keys), settings.secret_key.get_secret_value()]


def signed_origin(code: str) -> str:
    """The `origine` that the frame sends."""
    return sign(code, key=_keys()[-1])


def origin_of(signed: str) -> str | None:
    """The partner that sent somebody here; None when nobody did, or when the text was made up."""
    return read_signed(signed[:200], keys=_keys()) if signed else None


@blueprint.get("/integration/<string:origin>")
@public("première page du dépôt, dans le site d’un partenaire")
def frame(origin: str) -> Response:
    """Shown in the sites of this partner alone."""
    partner = living_origin(origin) or abort(404)
    g.frame_ancestors = tuple(f"https://{host}" for host in partner.hosts)
    page = render_template("deposit/frame.html", signed=signed_origin(partner.code), partner=partner)
    return make_response(page)
