"""/flux: the two feeds and the page that documents them."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from flask import Response as FlaskResponse
from flask import current_app, make_response, request
from werkzeug.wrappers import Response

from app.core import clock
from app.core.database import db
from app.core.identifiers import InvalidIdentifier, RomeCode
from app.domain.offers import feed_formats
from app.domain.offers.feed import FeedState, Selection, batches, state_of
from app.domain.reference.jobs import job_by_code
from app.domain.reference.places import department_name, departments
from app.web.access import public
from app.web.addresses import absolute
from app.web.feeds.blueprint import blueprint
from app.web.feeds.compression import encoded, gzipped
from app.web.headers import cacheable
from app.web.shared_page import shared_page

Writer = Callable[[feed_formats.Batches, feed_formats.Frame], Iterator[str]]
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
        departments=departments(),
    )


@blueprint.get("/flux/offres.json")
@public("flux JSON des offres en ligne")
def json_feed() -> Response:
    """Every offer online, or those of ?departement= and ?metier=."""
    return _feed("json", "application/json; charset=utf-8", feed_formats.json_feed)


@blueprint.get("/flux/offres.rss")
@public("flux RSS des offres en ligne")
def rss_feed() -> Response:
    """The same, for readers of news."""
    return _feed("rss", "application/rss+xml; charset=utf-8", feed_formats.rss_feed)


def _feed(kind: str, mimetype: str, writer: Writer) -> Response:
    selection = read_selection()
    if isinstance(selection, str):
        return make_response({"error": selection}, 400)
    state = state_of(selection)
    response = FlaskResponse(mimetype=mimetype)
    response.headers["Content-Type"] = mimetype
    press = request.accept_encodings["gzip"] > 0
    response.set_etag(f"{kind}-{state.mark}-{'gz' if press else 'id'}", weak=True)
    # To the second only: a change of this very second would be missed by who asks by date alone.
    if clock.now() - state.changed_at > timedelta(seconds=1):
        response.last_modified = state.changed_at
    response.headers["Vary"] = "Accept-Encoding"
    # Always asked again, so that a closed offer leaves at once; unchanged, the answer is 304 without a body.
    cacheable(0, response)
    response.make_conditional(request)
    if response.status_code == 304 or request.method == "HEAD":
        return response
    # Counted while there was no body yet: a server would send nothing beyond it.
    response.headers.pop("Content-Length", None)
    parts = writer(batches(db.engine, selection), _frame(kind, selection, state))
    if press:
        response.headers["Content-Encoding"] = "gzip"
    response.response = gzipped(parts) if press else encoded(parts)
    return response


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


def _frame(kind: str, selection: Selection, state: FeedState) -> feed_formats.Frame:
    filters = {"departement": selection.department, "metier": selection.rome_code}
    known = {name: str(value) for name, value in filters.items() if value}
    return feed_formats.Frame(
        title=f"{current_app.extensions['settings'].service_name} – offres en ligne",
        description="Offres d’apprentissage et d’alternance en ligne. Flux ouvert, sans clé.",
        home_url=absolute("public.offers"),
        feed_url=absolute(f"feeds.{kind}_feed", **known),
        documentation_url=absolute("feeds.documentation"),
        offer_base=absolute("public.offer", public_id="-")[:-1],
        changed_at=state.changed_at,
    )
