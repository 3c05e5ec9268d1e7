"""/flux: the open feeds and the page that documents them."""

from flask import make_response, request
from werkzeug.wrappers import Response

from app.core.identifiers import InvalidIdentifier, RomeCode
from app.domain.offers import feed_formats, feed_xml
from app.domain.offers.feed import Selection
from app.domain.reference.jobs import job_by_code
from app.domain.reference.places import department_name, departments
from app.web.access import public
from app.web.addresses import absolute
from app.web.feeds.blueprint import blueprint
from app.web.feeds.streaming import XML, Feed, streamed
from app.web.shared_page import shared_page

_DOCUMENTED_FOR = 300


@blueprint.get("/flux")
@public("documentation des flux ouverts")
def documentation() -> Response:
    """What the feeds hold, how to filter them, how to read them politely."""
    return shared_page(
        "pages/feeds.html",
        seconds=_DOCUMENTED_FOR,
        json_url=absolute("feeds.json_feed"),
        rss_url=absolute("feeds.rss_feed"),
        xml_url=absolute("feeds.xml_feed"),
        departments=departments(),
    )


@blueprint.get("/flux/offres.json")
@public("flux JSON des offres en ligne")
def json_feed() -> Response:
    """Every offer online, or those of ?departement= and ?metier=."""
    return _open_feed(Feed("json", "application/json; charset=utf-8", feed_formats.json_feed))


@blueprint.get("/flux/offres.rss")
@public("flux RSS des offres en ligne")
def rss_feed() -> Response:
    """The same, for readers of news."""
    return _open_feed(Feed("rss", "application/rss+xml; charset=utf-8", feed_formats.rss_feed))


@blueprint.get("/flux/offres.xml")
@public("flux XML des offres en ligne")
def xml_feed() -> Response:
    """The same, for sites that read XML."""
    return _open_feed(Feed("xml", XML, feed_xml.generic_xml))


def _open_feed(feed: Feed) -> Response:
    selection = read_selection()
    if isinstance(selection, str):
        return make_response({"error": selection}, 400)
    filters = {"departement": selection.department, "metier": selection.rome_code}
    known = {name: str(value) for name, value in filters.items() if value}
    return streamed(feed, selection, absolute(f"feeds.{feed.kind}_feed", **known))


def read_selection() -> Selection | str:
    """The filters of the address, or the French sentence that says which one isn't understood."""
    department = request.args.get("departement", "").strip().upper() or None
    job = request.args.get("metier", "").strip().upper() or None
    if department is not None and department_name(department) is None:
        return "departement : code inconnu. Exemples : 12, 2A, 974."
    if job is None:
        return Selection(department)
    try:
        rome_code = RomeCode(job)
    except InvalidIdentifier:
        return "metier : un code ROME est attendu, par exemple D1102."
    if job_by_code(rome_code) is None:
        return "metier : ce code ROME n’existe pas."
    return Selection(department, rome_code)
