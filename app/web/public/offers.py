"""The offers online, one offer, its short address."""

from flask import abort, current_app, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from app.core.french import NBSP, number_fr
from app.domain.offers.models import Offer
from app.domain.offers.queries import (
    Similar,
    is_visible,
    offer_by_short_code,
    online_stamp,
    public_offer,
    recent_offers,
    similar_offers,
    was_shown,
)
from app.domain.offers.sharing import share_text, sms_link, whatsapp_link
from app.domain.offers.structured_data import job_posting
from app.domain.offers.training import shown_training
from app.web.access import public
from app.web.addresses import absolute
from app.web.forms.details import LEVEL_LABELS
from app.web.headers import cacheable
from app.web.kept_pages import kept_page
from app.web.public import presenting
from app.web.public.blueprint import blueprint
from app.web.public.pay import pay_panel
from app.web.public.visits import count_visit
from app.web.shared_page import shared_page

KEPT = 60
"""Seconds during which a cache may show an offer, or the list, without asking again."""


@blueprint.get("/offres")
@public("liste des offres en ligne")
def offers() -> Response:
    """Twenty a page, newest first; a page number out of range shows the nearest page."""
    page = recent_offers(page=request.args.get("page", 1, type=int))
    return shared_page(
        "public/offers.html",
        seconds=KEPT,
        found=page,
        facts=presenting.card_facts,
        page_url=_page_url,
        canonical=absolute("public.offers", **({"page": page.number} if page.number > 1 else {})),
    )


def _page_url(number: int) -> str:
    return url_for("public.offers", page=number) if number > 1 else url_for("public.offers")


@blueprint.get("/offres/<string:public_id>")
@public("page d’une offre")
def offer(public_id: str) -> Response:
    """The offer while it is online; once it is over, what is like it nearby."""
    stamp = online_stamp(public_id)
    if stamp is None:
        return _written(public_id)
    count_visit(public_id)
    return kept_page(stamp, seconds=KEPT, write=lambda: _written(public_id))


def _written(public_id: str) -> Response:
    found = visible_or_over(public_id)
    if isinstance(found, Response):
        return found
    url = absolute("public.offer", public_id=found.public_id)
    short_url = absolute("public.short", code=found.short_code)
    text = share_text(found, short_url)
    return shared_page(
        "public/offer.html",
        seconds=KEPT,
        offer=found,
        rows=presenting.facts_of(found),
        place=presenting.place_words(found),
        summary=presenting.summary_sentence(found),
        pay=pay_panel(found),
        training=shown_training(found),
        levels=LEVEL_LABELS,
        canonical=url,
        posting=job_posting(found, url=url, publisher=current_app.extensions["settings"].service_name),
        share={"text": text, "sms": sms_link(text), "whatsapp": whatsapp_link(text), "url": short_url},
    )


def visible_or_over(public_id: str) -> Offer | Response:
    """The offer if it is online, else the page that says that it is over; 404 for what was never shown."""
    found = public_offer(public_id)
    if found is None:
        abort(404)
    return found if is_visible(found) else over(found)


def over(found: Offer) -> Response:
    """410 with similar offers nearby; 404 when the public has never seen this offer."""
    if not was_shown(found):
        abort(404)
    return shared_page(
        "errors/410.html",
        seconds=KEPT,
        status=410,
        similar=[_similar_card(like) for like in similar_offers(found)],
        message="",
        reference="",
    )


def _similar_card(like: Similar) -> tuple[str, str, str]:
    place = presenting.place_words(like.offer)
    if like.km is not None:
        place += f", à {number_fr(round(like.km))}{NBSP}km" if like.km >= 1 else ", à moins d’un kilomètre"
    url = url_for("public.offer", public_id=like.offer.public_id)
    return like.offer.title, url, f"{like.offer.company} – {place}"


@blueprint.get("/o/<string:code>")
@public("adresse courte d’une offre, imprimée sur l’affiche")
def short(code: str) -> Response:
    """To the offer, in capitals or not; unknown for what was never shown."""
    found = offer_by_short_code(code)
    if found is None or not (is_visible(found) or was_shown(found)):
        abort(404)
    response = make_response(redirect(url_for("public.offer", public_id=found.public_id)))
    return cacheable(KEPT, response)
