"""/flux/sites: the feed of one site, for all our offers or those of one structure; the address is its key."""

from collections.abc import Mapping

import sqlalchemy as sa
from flask import abort
from werkzeug.wrappers import Response

from app.core.database import db
from app.domain.diffusion.feeds import selection_for
from app.domain.diffusion.platform import Platform, Transport
from app.domain.diffusion.platforms.feeds import HELLOWORK, INDEED
from app.domain.diffusion.registry import PLATFORMS, open_platforms
from app.domain.offers import feed_xml
from app.domain.organisations.models import Organisation
from app.web.access import public
from app.web.addresses import absolute
from app.web.feed_addresses import is_right
from app.web.feeds.blueprint import blueprint
from app.web.feeds.streaming import XML, Feed, Writer, streamed

# A site whose form is unknown reads ours.
_WRITERS: Mapping[str, Writer] = {INDEED.key: feed_xml.indeed_xml, HELLOWORK.key: feed_xml.hellowork_xml}


@blueprint.get("/flux/sites/<string:platform>/<string:token>/offres.xml")
@public("flux d’un site de diffusion : la clé est dans l’adresse")
def of_site(platform: str, token: str) -> Response:
    """Every offer that goes to this site."""
    found = _read(platform, "", token)
    return _answer(found, None, absolute("feeds.of_site", platform=platform, token=token))


@blueprint.get("/flux/sites/<string:platform>/<string:organisation>/<string:token>/offres.xml")
@public("flux d’une structure pour un site : la clé est dans l’adresse")
def of_structure(platform: str, organisation: str, token: str) -> Response:
    """Those that one structure manages."""
    found = _read(platform, organisation, token)
    number = db.session.scalar(sa.select(Organisation.id).where(Organisation.public_id == organisation))
    if number is None:
        abort(404)
    address = absolute("feeds.of_structure", platform=platform, organisation=organisation, token=token)
    return _answer(found, number, address)


def _read(key: str, organisation: str, token: str) -> Platform:
    """The platform, when the key is right and staff have opened it; 404 otherwise, whatever is wrong."""
    platform = PLATFORMS.get(key)
    if platform is None or platform.transport is not Transport.FEED:
        abort(404)
    if not (token.isascii() and is_right(token, key, organisation) and key in open_platforms()):
        abort(404)
    return platform


def _answer(platform: Platform, organisation_id: int | None, address: str) -> Response:
    writer = _WRITERS.get(platform.key, feed_xml.generic_xml)
    selection = selection_for(platform, organisation_id=organisation_id)
    return streamed(Feed(platform.key, XML, writer), selection, address)
