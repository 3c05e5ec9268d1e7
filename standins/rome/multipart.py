"""Reading a multipart/form-data body, strictly: what it is made of, in its order."""

import re
from dataclasses import dataclass

from standins.exchange import Request

_BOUNDARY = re.compile(r"multipart/form-data;\s*boundary=([\w\-]{1,70})")
_DISPOSITION = re.compile(rb'content-disposition: form-data; name="([^"]+)"(?:; filename="([^"]*)")?', re.I)


@dataclass(frozen=True, slots=True)
class Part:
    """One part; `filename` is empty for a field."""

    name: str
    filename: str
    content: bytes

    @property
    def text(self) -> str:
        """The content of a field."""
        return self.content.decode("utf-8", "replace")


def parts_of(request: Request) -> list[Part]:
    """The parts, in order; none when the body isn't well made."""
    match = _BOUNDARY.fullmatch(request.headers.get("content-type", ""))
    if match is None:
        return []
    mark = b"--" + match[1].encode()
    pieces = request.body.split(mark)
    if len(pieces) < 3 or pieces[0] or pieces[-1].strip() != b"--":
        return []
    found = []
    for piece in pieces[1:-1]:
        head, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        said = _DISPOSITION.search(head)
        if said is None or not content.endswith(b"\r\n"):
            return []
        found.append(Part(said[1].decode(), (said[2] or b"").decode(), content[:-2]))
    return found
