"""T03: what people type is shown as they typed it, and runs nowhere: pages, poster, feeds, data, e-mails."""

import json
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from flask import Flask
from lxml import html as lxml_html
from werkzeug.test import TestResponse

from app.core.database import db
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer
from tests.badinput.kit import Browser, live_code
from tests.badinput.sites import SITES
from tests.factories.offers import make_contact, make_establishment, make_offer
from tests.support.client import CheckedClient
from tests.support.mailbox import Mailbox

Record = Callable[[str, object], None]
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</script><script>alert(1)</script>",
    "</textarea></title></style><svg onload=alert(1)>",
    "javascript:alert(1)",
    "[lien](javascript:alert(1))",
    "{{1234*8765}}{{config}}",
    "{% raw %}{# #}",
    "${1234*8765}#{1234*8765}",
    "%s%(x)s%n",
    "]]><evil/>",
    "&lt;b&gt;&amp;amp;",
    "<!-- --><!--",
    "\u2028\u2029ligne",
    "\\u003cscript\\u003e",
    "=HYPERLINK(1)",
    "d’« Artagnan » & fils",
]
# What a template would make of the two products above.
COMPUTED = str(1234 * 8765)
WORDS = ["title", "description", "brand", "about_company", "rhythm", "words", "end_detail"]


def hostile_offer(text: str, status: OfferStatus = OfferStatus.ONLINE) -> Offer:
    """An offer whose every text is hostile, as the domain would store it."""
    short = text[:60]
    establishment = make_establishment(name=f"{short} SARL", naf_label=short)
    contact = make_contact(establishment, name=short)
    return make_offer(
        status,
        contact=contact,
        title=f"Titre {short}",
        description=f"Première ligne {text}\n\nSeconde {text}",
        tasks=(f"Tâche {text}", text),
        skills=(text,),
        brand=f"Enseigne {short}",
        about_company=text,
        rhythm=text,
        words=text,
        questions=(text,),
        job_name=f"boulanger {short} ou boulangère",
        columns={"end_detail": text, "city": "Rodez"},
    )


def _structured(page: TestResponse) -> list[dict[str, object]]:
    tree = lxml_html.fromstring(page.text)
    return [json.loads(script.text) for script in tree.xpath('//script[@type="application/ld+json"]')]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_published_is_inert(app: Flask, text: str) -> None:
    with app.app_context():
        public_id = hostile_offer(text).public_id
        db.session.commit()
    browser = Browser(app, app.response_class)
    for tail in ("", "/affiche"):
        page = browser.get(f"/offres/{public_id}{tail}")
        assert page.status_code == 200
        assert live_code(page) == ""
        assert COMPUTED not in page.text
    page = browser.get(f"/offres/{public_id}")
    assert _flat(f"Titre {text[:60]}") in _flat(_words(page))
    posting = _structured(page)
    assert posting and _flat(text[:30]) in _flat(str(posting[0]["title"]))
    listed = browser.get("/offres")
    assert live_code(listed) == ""


@pytest.mark.parametrize("text", HOSTILE)
def test_feeds_stay_readable(app: Flask, text: str) -> None:
    with app.app_context():
        public_id = hostile_offer(text).public_id
        db.session.commit()
    browser = Browser(app, app.response_class)
    feed = json.loads(browser.get("/flux/offres.json").data)
    assert public_id in json.dumps(feed)
    rss = ElementTree.fromstring(browser.get("/flux/offres.rss").data)  # noqa: S314  # our own answer
    titles = [item.findtext("title") or "" for item in rss.iter("item")]
    assert any(_flat(text[:20]) in _flat(title) for title in titles), titles
    assert not list(rss.iter("evil")) and not list(rss.iter("script"))
    for path in ("/sitemap.xml", "/sitemap-pages.xml"):
        ElementTree.fromstring(browser.get(path).data)  # noqa: S314  # our own answer
    dates = browser.get(f"/offres/{public_id}/dates.ics").text
    assert dates.startswith("BEGIN:VCALENDAR") and dates.count("BEGIN:VEVENT") <= 2


@pytest.mark.parametrize("text", HOSTILE)
def test_e_mails_are_inert(app: Flask, mailbox: Mailbox, text: str) -> None:
    with app.app_context():
        for status in (OfferStatus.TO_CONFIRM, OfferStatus.ONLINE, OfferStatus.HELD, OfferStatus.SUSPENDED):
            hostile_offer(text, status)
        db.session.commit()
    mailbox.deliver()
    assert mailbox.letters
    for letter in mailbox.letters:
        assert "\n" not in letter.subject
        tree = lxml_html.fromstring(letter.html)
        assert not tree.xpath("//script|//iframe|//object|//svg|//evil")
        for element in tree.iter():
            if isinstance(element.tag, str):
                assert not [name for name in element.attrib if name.startswith("on")]
                assert not (element.get("href") or "").strip().startswith(("javascript:", "data:"))
        assert COMPUTED not in letter.text + letter.html


@pytest.mark.parametrize(
    "text", [*HOSTILE[:2], *(pytest.param(text, marks=pytest.mark.assurance) for text in HOSTILE[2:])]
)
@pytest.mark.parametrize("site", ["modifier", "besoin", "annonce", "noter un contact", "offre retenue"])
def test_private_pages_are_inert(app: Flask, client: CheckedClient, site: str, text: str) -> None:
    page = SITES[site].open(app, client)
    with app.app_context():
        for offer in db.session.query(Offer):
            for name in WORDS:
                setattr(offer, name, text[:100])
        db.session.commit()
    browser = Browser(app, app.response_class)
    for name in ("session", "pre"):
        cookie = client.get_cookie(name)
        if cookie is not None:
            browser.set_cookie(name, cookie.value)
    address = page.request.path
    for shown in {address, address.rpartition("/")[0]}:
        answer = browser.get(shown)
        if answer.mimetype == "text/html" and answer.status_code == 200:
            assert live_code(answer) == ""


def _words(page: TestResponse) -> str:
    return str(lxml_html.fromstring(page.text).text_content())


def _flat(text: str) -> str:
    """Letters, digits and signs, without spaces nor French typography."""
    for old, new in (("’", "'"), ("“", '"'), ("”", '"')):
        text = text.replace(old, new)
    return "".join(sign for sign in text if not sign.isspace() and sign.isprintable())
