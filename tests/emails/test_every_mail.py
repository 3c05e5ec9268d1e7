"""What holds for every e-mail of the service, in each of its variants."""

import re

import lxml.html
import pytest
from flask import Flask

from app.domain.accounts.magic_links import LIVES
from app.domain.accounts.models import Purpose
from app.outbox.compose import Sender, compose
from app.outbox.message import MAILS, Mail
from app.outbox.rendering import one_line
from app.web.operator.samples import sample_of, variants_of
from tests.emails.conftest import BASE, LINK, STOP, Render
from tests.support.html import check_html
from tests.support.typography import text_problems, typography_problems

OURS = sorted(name for name, kind in MAILS.items() if kind.__module__.startswith("app."))
EXAMPLES = [(name, variant) for name in OURS for variant in variants_of(name)]
# The e-mails that may be refused, of those that exist.
UNSUBSCRIBABLE = {
    "cfa_reminder", "cfa_request", "cfa_suggested", "opco_digest", "opco_new_need", "opco_reminder",
}  # fmt: skip
# A row of the outbox that never leaves by itself.
NEVER_SENT = {"access_request", "new_link_request"}
# « {Entreprise} recrute un apprenti : {métier} à {ville} » is longer than the others by its very words.
LONG_SUBJECT = {"opco_new_need": 62}
_ADDRESS = re.compile(r"https?://[^\s<>\"'»]+")

every_example = pytest.mark.parametrize(("name", "variant"), EXAMPLES)


def example(name: str, variant: str) -> Mail:
    mail = sample_of(name, variant)
    assert mail is not None
    return mail


def words_of(html: str) -> str:
    page = lxml.html.document_fromstring(html)
    for hidden in page.xpath("//style | //title"):
        hidden.drop_tree()
    return " ".join(str(page.text_content()).split())


@every_example
def test_the_subject_is_one_short_line(name: str, variant: str, render: Render) -> None:
    subject = render(example(name, variant)).subject
    assert subject == one_line(subject) != ""
    assert len(subject) <= LONG_SUBJECT.get(name, 55), len(subject)
    assert not list(text_problems(subject))
    assert "{" not in subject


@every_example
def test_html_is_strict_french_and_readable(name: str, variant: str, render: Render) -> None:
    html = render(example(name, variant)).html
    assert not check_html(html)
    page = lxml.html.document_fromstring(html)
    assert page.get("lang") == "fr"
    assert len(page.findall(".//h1")) == 1
    assert not typography_problems(page)
    assert "color-scheme" in html and "prefers-color-scheme: dark" in html
    assert "max-width:600px" in html
    assert all(
        table.get("role") == "presentation" or table.find(".//th") is not None for table in page.iter("table")
    )


@every_example
def test_nothing_is_fetched_and_nobody_is_followed(name: str, variant: str, render: Render) -> None:
    html = render(example(name, variant)).html
    assert len(html.encode()) < 100_000
    page = lxml.html.document_fromstring(html)
    assert not page.xpath(
        "//img | //script | //iframe | //link | //form | //object | //video | //@background"
    )
    assert "url(" not in html and "@import" not in html


@every_example
def test_every_address_is_ours_and_the_same_in_both_parts(name: str, variant: str, render: Render) -> None:
    parts = render(example(name, variant))
    page = lxml.html.document_fromstring(parts.html)
    in_html = set(page.xpath("//a/@href"))
    in_text = {found.rstrip(".,;:!?") for found in _ADDRESS.findall(parts.text)}
    assert in_html == in_text
    assert all(address.startswith(f"{BASE}/") for address in in_html)


@every_example
def test_every_plain_address_is_a_page(name: str, variant: str, render: Render, built_app: Flask) -> None:
    routes = built_app.url_map.bind("127.0.0.1:5000")
    page = lxml.html.document_fromstring(render(example(name, variant)).html)
    for address in page.xpath("//a/@href"):
        assert routes.match(address.removeprefix(BASE), method="GET")


@every_example
def test_the_preheader_says_something(name: str, variant: str, render: Render) -> None:
    page = lxml.html.document_fromstring(render(example(name, variant)).html)
    hidden = str(page.xpath("//div[contains(@style, 'display:none')]")[0].text_content())
    preheader = " ".join(hidden.replace("\u034f", " ").replace("\xa0", " ").split())
    assert 40 <= len(preheader) <= 90, (len(preheader), preheader)


@every_example
def test_there_is_one_main_button_and_its_address_in_clear(name: str, variant: str, render: Render) -> None:
    if name in NEVER_SENT:
        return
    parts = render(example(name, variant))
    page = lxml.html.document_fromstring(parts.html)
    buttons = page.xpath("//a[contains(concat(' ', @class, ' '), ' button ')]")
    assert len(buttons) == 1
    address = buttons[0].get("href")
    assert address == LINK or "/l/" not in address
    assert address in words_of(parts.html)
    label = " ".join(buttons[0].text_content().split())
    assert f"{label} :\n{address}\n" in parts.text.replace("\xa0", " ").replace("\u202f", " ")
    # At least 44 pixels high: 24 of line and twice 12 of padding.
    assert "padding:12px" in buttons[0].get("style") and "line-height:24px" in buttons[0].get("style")


@every_example
def test_it_says_why_and_whom_to_answer(name: str, variant: str, render: Render) -> None:
    parts = render(example(name, variant))
    for words in (words_of(parts.html), parts.text):
        flat = " ".join(words.replace("\u202f", " ").split())
        assert "Pourquoi je reçois ce message" in flat
        assert "Répondez à ce message" in flat


@every_example
def test_text_lines_fit_and_hold_no_tag(name: str, variant: str, render: Render) -> None:
    text = render(example(name, variant)).text
    too_long = [line for line in text.splitlines() if len(line) > 78 and "http" not in line]
    assert not too_long
    assert "<" not in text and "&#" not in text and "&amp;" not in text
    assert "\n\n\n" not in text.strip()
    assert not list(text_problems(text))


@every_example
def test_the_message_can_be_written_answered_and_refused(
    name: str, variant: str, render: Render, built_app: Flask
) -> None:
    mail = example(name, variant)
    settings = built_app.extensions["settings"]
    data = compose(
        render(mail),
        sender=Sender.from_settings(settings),
        recipient=mail.to,
        message_id="0" * 32,
        unsubscribe_url=STOP if mail.unsubscribable else None,
        attachments=mail.attachments(),
    ).decode("ascii")
    head = data.split("\r\n\r\n", 1)[0]
    assert f"Reply-To: {settings.support_email}" in head
    assert "no-reply" not in head.lower()
    assert "Auto-Submitted: auto-generated" in head
    assert ("List-Unsubscribe:" in head) is (name in UNSUBSCRIBABLE)
    assert ("List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head) is (name in UNSUBSCRIBABLE)


@every_example
def test_a_link_has_a_purpose_and_its_life(name: str, variant: str) -> None:
    order = example(name, variant).link()
    if order is not None:
        assert order.lives == LIVES[Purpose(order.purpose)]


def test_the_online_mail_carries_its_dates_and_no_other_file(render: Render) -> None:
    for name in OURS:
        files = MAILS[name].sample().attachments()
        assert bool(files) is (name == "offer_online")
    (dates,) = MAILS["offer_online"].sample().attachments()
    assert dates.filename.endswith(".ics")
    assert dates.content.startswith(b"BEGIN:VCALENDAR")


def test_the_code_is_shown_for_a_login_alone(render: Render) -> None:
    code = re.compile(r"^[2-9A-Z]{8}$", re.M)
    login, management = example("access_link", "connexion"), example("access_link", "exemple")
    found = code.search(render(login).text)
    assert found and found[0] in words_of(render(login).html)
    assert not code.search(render(management).text)
