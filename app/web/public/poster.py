"""What goes out of the screen: the poster, its QR code, the dates for a calendar."""

import io

import segno
from flask import make_response, request
from werkzeug.wrappers import Response

from app.domain.offers.calendar import offer_calendar
from app.domain.offers.models import Offer
from app.web.access import public
from app.web.addresses import absolute
from app.web.headers import cacheable
from app.web.public import presenting
from app.web.public.blueprint import blueprint
from app.web.public.offers import KEPT, visible_or_over
from app.web.shared_page import shared_page

FORMATS = {"a4": "A4", "a5": "A5", "bandes": "Bandes à détacher"}
_SHEETS = {"a4": "a4", "a5": "a5", "bandes": "strips"}
_QUIET_ZONE = 4
# Up to how many characters a title is « short », « middle »; beyond, it is written smaller still.
_SHORT, _MIDDLE = 34, 64


@blueprint.get("/offres/<string:public_id>/affiche")
@public("affiche d’une offre, à imprimer")
def poster(public_id: str) -> Response:
    """A4, A5 (?format=a5), or A4 with tear-off strips (?format=bandes)."""
    found = visible_or_over(public_id)
    if not isinstance(found, Offer):
        return found
    chosen = request.args.get("format", "a4")
    chosen = chosen if chosen in FORMATS else "a4"
    short_url = absolute("public.short", code=found.short_code)
    return shared_page(
        "public/poster.html",
        seconds=KEPT,
        offer=found,
        formats=FORMATS,
        chosen=chosen,
        sheet=_SHEETS[chosen],
        head=presenting.poster_head(found),
        place=presenting.place_words(found),
        facts=_facts(found),
        size=_size(found),
        text=_text(found) if chosen != "bandes" else "",
        short_url=short_url,
        reading_url=short_url.partition("://")[2],
    )


def _facts(found: Offer) -> list[str]:
    start = presenting.start_words(found.start_on)
    level = [presenting.level_words(found)] if found.level else []
    return [f"Début : {start[:1].lower()}{start[1:]}", *level]


def _size(found: Offer) -> str:
    """The sheet must hold on one page, whatever the length of the title and of the company's name."""
    length = len(found.title) + max(0, len(found.company) - 40)
    if length <= _SHORT:
        return "short"
    return "middle" if length <= _MIDDLE else "long"


def _text(found: Offer) -> str:
    return found.description.strip().split("\n\n")[0]


@blueprint.get("/offres/<string:public_id>/qr.svg")
@public("code QR de l’adresse courte d’une offre")
def qr_code(public_id: str) -> Response:
    """Black on white whatever the theme, with its quiet zone; level M survives a fold or a stain."""
    found = visible_or_over(public_id)
    if not isinstance(found, Offer):
        return found
    drawing = io.BytesIO()
    segno.make(absolute("public.short", code=found.short_code), error="m", micro=False).save(
        drawing, kind="svg", border=_QUIET_ZONE, dark="#000", light="#fff", omitsize=True, xmldecl=False
    )
    response = make_response(drawing.getvalue())
    response.mimetype = "image/svg+xml"
    return cacheable(KEPT, response)


@blueprint.get("/offres/<string:public_id>/dates.ics")
@public("dates d’une offre pour un agenda")
def dates(public_id: str) -> Response:
    """Public facts alone; an update replaces what was imported before."""
    found = visible_or_over(public_id)
    if not isinstance(found, Offer):
        return found
    response = make_response(offer_calendar(found))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="offre-{found.reference}.ics"'
    return cacheable(KEPT, response)
