"""French typography of a page's visible text.

Not looked at: code, what people have typed in fields, and elements marked `translate="no"` or of another
language (names of firms as a register gives them, identifiers).
"""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

_SILENT = {"script", "style", "code", "pre", "kbd", "samp", "textarea", "noscript", "template", "svg"}
_INLINE = {
    "a", "abbr", "b", "bdi", "cite", "data", "del", "dfn", "em", "i", "ins", "mark", "q", "s", "small",
    "span", "strong", "sub", "sup", "time", "u", "var",
}  # fmt: skip
_SPOKEN_ATTRIBUTES = {"title", "alt", "aria-label", "placeholder", "label"}
_SPOKEN_METAS = {"description", "og:title", "og:description"}
_ADDRESSES = re.compile(r"https?://\S+|www\.\S+|mailto:\S+|[\w.+-]{1,64}@\S+\.\w+")
# A sign that the fault needs (looked for first: most pages have none), the fault, its name.
_RULES = (
    ("'", re.compile(r"(?<=\w)'(?=\w)"), "apostrophe droite"),
    (" ", re.compile(r" [:;!?»](?!\w)"), "espace ordinaire avant une ponctuation double"),
    ("", re.compile(r"(?<=[\w)\]’»])[;!?»](?!\w)"), "pas d’espace avant une ponctuation double"),
    (":", re.compile(r"(?<=[\w)\]’»]):(?=[\s«]|$)"), "pas d’espace avant deux-points"),
    ("«", re.compile(r"«(?![\u00a0\u202f])"), "« sans espace insécable après"),
    ("»", re.compile(r"(?<![\u00a0\u202f])»"), "» sans espace insécable avant"),
    ("", re.compile(r"(?<=[\d ])[€%](?!\w)"), "pas d’espace insécable avant € ou %"),
    ("...", re.compile(r"\.\.\."), "trois points au lieu de …"),
)
_ORDINARY_SPACES = re.compile(r"[ \t\n\r\f]+")
_EDGE = "\x1e"


def typography_problems(page: HtmlElement) -> list[str]:
    """One sentence per fault, with the words around it."""
    visible: list[str] = []
    spoken: list[str] = []
    _gather(page, visible, spoken)
    text = _ORDINARY_SPACES.sub(" ", "".join([*visible, *spoken]))
    return list(text_problems(text.replace(_EDGE, "\n")))


def text_problems(text: str) -> Iterator[str]:
    """Faults of a text in which line breaks separate blocks."""
    plain = _ADDRESSES.sub("x", text)
    for sign, rule, said in _RULES:
        if sign not in plain:
            continue
        for found in rule.finditer(plain):
            around = plain[max(0, found.start() - 25) : found.end() + 25].replace("\n", " ").strip()
            yield f"{said} : « {around} »"


def _gather(element: HtmlElement, visible: list[str], spoken: list[str]) -> None:
    """Visible text in order, and spoken attributes; what isn't inline begins and ends a block."""
    tag = element.tag
    if not isinstance(tag, str) or tag in _SILENT:
        return
    edge = "" if tag in _INLINE else _EDGE
    attributes = element.attrib
    visible.append(edge)
    if attributes.get("translate") == "no" or attributes.get("lang", "fr") != "fr":
        # A mute word stands for it, so that the space after it is still seen.
        visible.append("x")
    else:
        spoken.extend(_spoken_attributes(element))
        visible.append(element.text or "")
        for child in element:
            _gather(child, visible, spoken)
            visible.append(child.tail or "")
    visible.append(edge)


def _spoken_attributes(element: HtmlElement) -> Iterator[str]:
    for name, value in element.items():
        if name in _SPOKEN_ATTRIBUTES or (name == "content" and _is_spoken_meta(element)):
            yield f"{_EDGE}{value}{_EDGE}"


def _is_spoken_meta(element: HtmlElement) -> bool:
    return (element.get("name") or element.get("property")) in _SPOKEN_METAS
