"""Text written into XML by hand, piece by piece: whatever people typed stays text."""

import re
from html import escape

# Signs that no XML document may hold, even escaped.
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def escaped(text: str) -> str:
    """For an element or an attribute. « > » is escaped as well, so that « ]]> » can't be written."""
    return escape(NOT_XML.sub("", text), quote=True)


def element(name: str, text: str) -> str:
    """An element that holds this text."""
    return f"<{name}>{escaped(text)}</{name}>"


def cdata(name: str, text: object) -> str:
    """The same, unescaped, as readers that know no entities want it; « » when there is nothing."""
    if text is None or text == "":
        return ""
    safe = NOT_XML.sub("", str(text)).replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{safe}]]></{name}>"
