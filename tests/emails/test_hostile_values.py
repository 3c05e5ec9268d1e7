"""What people type stays inert in every e-mail: HTML, template code, quotes, ends of line."""

from typing import Any

import lxml.html
import pytest

from app.domain.employers.models import Contact
from app.domain.offers.models import Offer
from app.outbox.compose import Sender, compose
from app.outbox.message import MAILS, Mail
from app.outbox.rendering import one_line
from tests.emails.conftest import Render

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><a href="https://escroc.example">gagnez</a>',
    "{{7*7}}{% raw %}{{ config }}",
    "${7*7} #{7*7} %s %(x)s",
    "Martin' \" & <Fils> `ls`",
    "Martin\r\nBcc: victime@example.fr",
    "Martin\nhttps://escroc.example",
    "Martin\u2028\u2029\x85Fin",
    'A" <x@y.example>, "B',
    "[gagnez](https://escroc.example) javascript:alert(1)",
    "boulanger 👩🏽‍🍳 Ünïcôdé 日本語 ‮abc",
]
OURS = sorted(name for name, kind in MAILS.items() if kind.__module__.startswith("app."))
_TEXTS = ("job_name", "brand", "city", "title", "description", "words", "about_company", "rhythm")


def poison(mail: Mail, value: str) -> Mail:
    """Put the value in every text that a person can type."""
    for found in vars(mail).values():
        _poison(found, value)
    for name in ("company", "job"):
        if isinstance(getattr(mail, name, None), str):
            object.__setattr__(mail, name, value)
    return mail


def _poison(found: Any, value: str) -> None:
    if isinstance(found, Offer):
        for name in _TEXTS:
            setattr(found, name, value)
        _poison(found.contact, value)
    elif isinstance(found, Contact):
        found.name = found.establishment.name = found.establishment.brand = value
    elif hasattr(found, "offer"):
        _poison(found.offer, value)
        found.text = value


def skeleton(html: str) -> list[tuple[str, str, str]]:
    """Elements with what could act: tag, address, names of attributes."""
    page = lxml.html.document_fromstring(html)
    return [
        (str(element.tag), str(element.get("href")), " ".join(sorted(element.attrib)))
        for element in page.iter()
        if isinstance(element.tag, str)
    ]


@pytest.mark.parametrize("name", OURS)
def test_a_hostile_value_adds_no_element_and_no_address(name: str, render: Render) -> None:
    quiet = skeleton(render(poison(MAILS[name].sample(), "tranquille")).html)
    for value in HOSTILE:
        parts = render(poison(MAILS[name].sample(), value))
        assert skeleton(parts.html) == quiet, value
        assert "<script" not in parts.html and "<img" not in parts.html
        assert "49" not in parts.subject


@pytest.mark.parametrize("name", OURS)
def test_a_hostile_value_adds_no_header(name: str, render: Render) -> None:
    sender = Sender("Portail", "bonjour@portail.example", "contact@portail.example")
    for value in HOSTILE:
        mail = poison(MAILS[name].sample(), value)
        parts = render(mail)
        assert parts.subject == one_line(parts.subject)
        data = compose(parts, sender=sender, recipient=mail.to, message_id="0" * 32)
        head = data.split(b"\r\n\r\n", 1)[0].decode("ascii")
        names = [line.split(":")[0] for line in head.split("\r\n") if not line.startswith(" ")]
        assert "Bcc" not in names
        assert len(names) == len(set(names))


def test_template_code_is_shown_as_it_was_typed(render: Render) -> None:
    parts = render(poison(MAILS["offer_to_fix"].sample(), "{{7*7}}"))
    assert "{{7*7}}" in parts.html
    assert "{{7*7}}" in parts.text


def test_lines_typed_by_an_agent_are_kept(render: Render) -> None:
    mail = poison(MAILS["offer_to_fix"].sample(), "Première ligne\nSeconde ligne")
    parts = render(mail)
    assert "  Première ligne\n  Seconde ligne" in parts.text
    assert "white-space:pre-line" in parts.html


@pytest.mark.parametrize(
    "address", ["a@b.example\r\nBcc: x@y.example", "a@b.example\nX: y", "a\u2028@b.example"]
)
def test_an_address_that_breaks_headers_is_never_written(address: str, render: Render) -> None:
    sender = Sender("Portail", "bonjour@portail.example", "contact@portail.example")
    parts = render(MAILS["offer_online"].sample())
    with pytest.raises(ValueError, match=r".+"):
        compose(parts, sender=sender, recipient=address, message_id="0" * 32)
