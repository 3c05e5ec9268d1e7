"""An advert as simple HTML, for whoever reads it elsewhere (feeds, search engines): nothing typed can act."""

from collections.abc import Iterable
from html import escape

from app.core.french import NBSP


def advert_html(description: str, *, tasks: Iterable[str] = (), skills: Iterable[str] = ()) -> str:
    """Paragraphs, then two lists; what is empty is left out."""
    blocks = (block.strip() for block in description.replace("\r\n", "\n").split("\n\n"))
    html = "".join(f"<p>{escape(block)}</p>".replace("\n", "<br>") for block in blocks if block)
    return html + _list("Ce que vous ferez", tasks) + _list("Ce qui est attendu", skills)


def _list(title: str, items: Iterable[str]) -> str:
    lines = "".join(f"<li>{escape(item)}</li>" for item in items)
    return f"<p>{title}{NBSP}:</p><ul>{lines}</ul>" if lines else ""
