"""What machines ask of a site: robots.txt, the site map, security.txt."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from xml.sax.saxutils import escape

import sqlalchemy as sa
from flask import Response as FlaskResponse
from flask import abort, current_app, request
from werkzeug.wrappers import Response

from app.core import clock
from app.core.database import db
from app.domain.offers.feed import BATCH
from app.domain.offers.models import Offer
from app.domain.offers.queries import visible
from app.web.access import public
from app.web.addresses import absolute
from app.web.headers import cacheable
from app.web.public.blueprint import blueprint
from app.web.public.site import ENDPOINTS

PER_FILE = 50_000
_KEPT = 3600
_SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"
_PRIVATE = ("/deposer/", "/gestion", "/l/", "/lien", "/suivi/", "/verification/", "/desinscription/", "/dev/")
_SECURITY_LIFE = timedelta(days=180)


@blueprint.get("/robots.txt")
@public("consignes aux moteurs de recherche")
def robots() -> Response:
    """A demonstration asks not to be indexed; elsewhere only pages reached from an e-mail are left out."""
    settings = current_app.extensions["settings"]
    root = request.script_root
    if settings.brand == "demo":
        lines = ["User-agent: *", f"Disallow: {root}/"]
    else:
        lines = ["User-agent: *", *(f"Disallow: {root}{path}" for path in _PRIVATE)]
        lines += [f"Sitemap: {absolute('public.sitemap_index')}"]
    return _text("\n".join(lines) + "\n")


@blueprint.get("/.well-known/security.txt")
@public("comment signaler une faille (RFC 9116)")
def security() -> Response:
    """Expires is computed: always between 30 days and a year ahead."""
    settings = current_app.extensions["settings"]
    expires = clock.paris(clock.today() + _SECURITY_LIFE)
    lines = (
        f"Contact: mailto:{settings.support_email}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: fr, en",
        f"Canonical: {absolute('public.security')}",
    )
    return _text("\n".join(lines) + "\n")


@blueprint.get("/sitemap.xml")
@public("plan du site pour les moteurs : liste des fichiers")
def sitemap_index() -> Response:
    """Files of at most 50,000 addresses: pages, then offers by slices of their number."""
    slices = db.session.scalars(
        sa.select((Offer.id // PER_FILE).label("slice")).where(visible()).distinct().order_by("slice")
    )
    files = [
        absolute("public.sitemap_pages"),
        *(absolute("public.sitemap_offers", number=n) for n in slices),
    ]
    lines = [f"<sitemap><loc>{escape(url)}</loc></sitemap>\n" for url in files]
    return _xml(_wrapped("sitemapindex", lines))


@blueprint.get("/sitemap-pages.xml")
@public("plan du site pour les moteurs : pages")
def sitemap_pages() -> Response:
    """The pages that don't depend on offers."""
    lines = [f"<url><loc>{escape(absolute(endpoint))}</loc></url>\n" for endpoint in ENDPOINTS]
    return _xml(_wrapped("urlset", lines))


@blueprint.get("/sitemap-offres-<int:number>.xml")
@public("plan du site pour les moteurs : offres")
def sitemap_offers(number: int) -> Response:
    """One slice of the offers online, written as it is read; 404 for a slice without any."""
    if number > 10**9:
        abort(404)
    inside = sa.and_(visible(), Offer.id >= number * PER_FILE, Offer.id < (number + 1) * PER_FILE)
    if db.session.scalar(sa.select(Offer.id).where(inside).limit(1)) is None:
        abort(404)
    base = absolute("public.offer", public_id="-")[:-1]
    return _xml(_wrapped("urlset", _offer_lines(db.engine, inside, base)))


def _offer_lines(engine: sa.Engine, inside: sa.ColumnElement[bool], base: str) -> Iterator[str]:
    query = sa.select(Offer.id, Offer.public_id, Offer.changed_at).where(inside).order_by(Offer.id)
    last = -1
    while True:
        with engine.connect() as connection:
            rows = connection.execute(query.where(Offer.id > last).limit(BATCH)).all()
        yield "".join(
            f"<url><loc>{escape(base + row.public_id)}</loc>"
            f"<lastmod>{row.changed_at:%Y-%m-%dT%H:%M:%SZ}</lastmod></url>\n"
            for row in rows
        )
        if len(rows) < BATCH:
            return
        last = rows[-1].id


def _wrapped(tag: str, lines: Iterable[str]) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{tag} xmlns="{_SCHEMA}">\n'
    yield from lines
    yield f"</{tag}>\n"


def _xml(parts: Iterator[str]) -> Response:
    return cacheable(_KEPT, FlaskResponse((part.encode() for part in parts), mimetype="application/xml"))


def _text(content: str) -> Response:
    return cacheable(_KEPT, FlaskResponse(content, mimetype="text/plain"))
