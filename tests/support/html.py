"""What every page must be: strict HTML (`check_html`), and the rules of the house (`page_problems`).

`page_problems` takes a millisecond or two, so that every page fetched in any test goes through it.
"""

import re
from collections import Counter
from collections.abc import Iterator

import html5lib
import lxml.html
from lxml.html import HtmlElement

from tests.support import vnu
from tests.support.typography import typography_problems

_TITLE_PREFIX = re.compile(r"^(?:Erreur\s–\s|Étape\s\d+\ssur\s\d+\s–\s)*")
_LEFT_BY_TEMPLATES = re.compile(r"\{\{|\{%|\{#")
_NO_LABEL_NEEDED = {"hidden", "submit", "button", "reset", "image"}
_DATA_BLOCKS = {"application/ld+json", "application/json"}
_REFERENCES = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "aria-errormessage")


def check_html(html: str) -> list[str]:
    """Errors of HTML, by the Nu checker; by html5lib's strict parser where Java is missing."""
    if not vnu.is_available():
        return _parse_errors(html)
    return [
        f"ligne {said.get('lastLine')} : {said['message']} « {str(said.get('extract', '')).strip()} »"
        for said in vnu.messages(html)
        if said["type"] in ("error", "non-document-error")
    ]


def _parse_errors(html: str) -> list[str]:
    parser = html5lib.HTMLParser()
    parser.parse(html)
    return [f"ligne {place[0]} : {code} {details or ''}".strip() for place, code, details in parser.errors]


def page_problems(html: str) -> list[str]:
    """What is wrong in a whole page, in French sentences; empty when all is well."""
    if not html.lstrip()[:15].lower().startswith("<!doctype html>"):
        return ["la page ne commence pas par <!doctype html>"]
    page = lxml.html.document_fromstring(html)
    ids = Counter(page.xpath("//@id"))
    return [
        *(f"reste de gabarit : {found}" for found in sorted(set(_LEFT_BY_TEMPLATES.findall(html)))),
        *_headings(page),
        *(f"identifiant répété : {name}" for name, times in ids.items() if times > 1),
        *_references(page, ids),
        *_fields(page),
        *_inline_code(page),
        *_names(page),
        *typography_problems(page),
    ]


def _text(element: HtmlElement) -> str:
    return " ".join(str(element.text_content()).split())


def _headings(page: HtmlElement) -> Iterator[str]:
    if page.get("lang") != "fr":
        yield f"la langue de la page est {page.get('lang')!r}, pas 'fr'"
    titles = [" ".join(str(title).split()) for title in page.xpath("/html/head/title/text()")]
    h1s = [_text(h1) for h1 in page.iter("h1")]
    if len(h1s) != 1:
        yield f"{len(h1s)} titre(s) de niveau 1 au lieu d’un : {h1s}"
    if len(titles) != 1:
        yield f"{len(titles)} titre(s) de page au lieu d’un"
    elif len(h1s) == 1 and not _TITLE_PREFIX.sub("", titles[0]).startswith(h1s[0]):
        yield f"le titre de la page « {titles[0]} » ne commence pas par son titre 1 « {h1s[0]} »"
    if len(page.findall(".//main")) != 1:
        yield "il faut un seul <main>"
    level = 0
    for heading in page.iter("h1", "h2", "h3", "h4", "h5", "h6"):
        rank = int(heading.tag[1])
        if level and rank > level + 1:
            yield f"le titre « {_text(heading)} » saute de h{level} à h{rank}"
        level = rank


def _references(page: HtmlElement, ids: Counter[str]) -> Iterator[str]:
    for attribute in _REFERENCES:
        for value in page.xpath(f"//@{attribute}"):
            yield from (f"{attribute} vise #{name}, absent" for name in value.split() if name not in ids)
    for name in page.xpath("//label/@for"):
        if name not in ids:
            yield f"un label vise #{name}, absent"
    for link in page.xpath("//a/@href"):
        if link.startswith("#") and len(link) > 1 and link[1:] not in ids:
            yield f"un lien vise {link}, absent"


def _fields(page: HtmlElement) -> Iterator[str]:
    labelled = {label.get("for") for label in page.iter("label") if _text(label)}
    for field in page.iter("input", "select", "textarea"):
        kind = (field.get("type") or "text").lower()
        if field.tag == "input" and kind in _NO_LABEL_NEEDED:
            continue
        wrapped = any(_text(parent) for parent in field.iterancestors("label"))
        named = field.get("aria-label") or field.get("aria-labelledby")
        if not (wrapped or named or field.get("id") in labelled):
            yield f"champ sans étiquette : {field.get('name') or field.get('id')}"
        if kind == "radio" and not any(f.find("legend") is not None for f in field.iterancestors("fieldset")):
            yield f"bouton radio hors d’un groupe avec légende : {field.get('name')}"


def _inline_code(page: HtmlElement) -> Iterator[str]:
    for script in page.iter("script"):
        if not script.get("src") and script.get("type") not in _DATA_BLOCKS:
            yield "script dans la page"
    if page.find(".//style") is not None:
        yield "balise <style> dans la page"
    for attribute in page.xpath("//@style | //@*[starts-with(name(), 'on')]"):
        yield f"attribut {attribute.attrname} sur <{attribute.getparent().tag}>"
    for address in page.xpath("//@href | //@src | //@action | //@formaction"):
        if address.strip().lower().startswith("javascript:"):
            yield f"adresse javascript: sur <{address.getparent().tag}>"


def _names(page: HtmlElement) -> Iterator[str]:
    for image in page.iter("img"):
        if image.get("alt") is None:
            yield f"image sans alternative : {image.get('src')}"
    for element in page.iter("a", "button"):
        if element.tag == "a" and element.get("href") is None:
            continue
        alternatives = "".join(element.xpath(".//img/@alt | .//*[local-name()='title']/text()"))
        if not (
            _text(element) or element.get("aria-label") or element.get("aria-labelledby") or alternatives
        ):
            yield f"<{element.tag}> sans nom : {element.get('href') or element.get('name')}"
