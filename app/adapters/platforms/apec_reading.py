"""APEC: what its answers say, read by name and namespace whatever the prefixes, and never by the schema."""

import re
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element

from app.adapters.payload import clean
from app.adapters.platforms.apec_envelope import HR, SEP, SOAP

# « API_331_… », « ERECRUT_STAGE_418_… », or the number alone. Any other number in a sentence is a line, a
# length… « line 102 » isn't a refused key.
_NAMED = re.compile(r"[A-Z]_(\d{3,4})(?![0-9])")
_ALONE = re.compile(r"\s*(\d{3,4})\s*")
_BELOW_FATAL = frozenset({"informational", "warning"})


@dataclass(frozen=True, slots=True)
class Remark:
    """One exception of an acknowledgement. Any severity that isn't known is read as fatal."""

    code: str
    message: str
    is_fatal: bool


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An acknowledgement: a fatal remark means that nothing was done."""

    remarks: tuple[Remark, ...]
    number: str | None
    tracking: str | None

    @property
    def fatal(self) -> Remark | None:
        """The first one."""
        return next((remark for remark in self.remarks if remark.is_fatal), None)


@dataclass(frozen=True, slots=True)
class SoapFault:
    """A fault; `code` is « » when it names none."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class KnownPosition:
    """One position as `getPositionStatus` tells it."""

    number: str
    reference: str
    status: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Positions:
    """The answer of `getPositionStatus`."""

    found: tuple[KnownPosition, ...]
    tracking: str | None


Said = Acknowledged | SoapFault | Positions


def read(body: bytes, operation: str) -> Said | None:
    """What an answer says; None when it isn't one: HTML, half of a message, a document type."""
    root = _parsed(body)
    if root is None or root.tag != f"{{{SOAP}}}Envelope":
        return None
    soap_body = root.find(f"{{{SOAP}}}Body")
    content = soap_body[0] if soap_body is not None and len(soap_body) else None
    if content is None:
        return None
    if content.tag == f"{{{SOAP}}}Fault":
        return _fault(content)
    if content.tag != f"{{{SEP}}}{operation}Response":
        return None
    return _positions(content) if operation == "getPositionStatus" else _acknowledged(content)


def _parsed(body: bytes) -> _Element | None:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    # No answer of APEC has a document type: one that has could unfold entities.
    return None if root.getroottree().docinfo.doctype else root


def _fault(fault: _Element) -> SoapFault:
    said = [_said(fault, "faultstring"), *(part.text or "" for part in fault.iter() if _is_detail(part))]
    message = clean(" ".join(part for part in said if part), limit=300)
    return SoapFault(_code_in(*said), message)


def _is_detail(part: _Element) -> bool:
    return isinstance(part.tag, str) and part.tag.rpartition("}")[2] in {"message", "localizedMessage"}


def _acknowledged(content: _Element) -> Acknowledged | None:
    summary = content.find(f"{{{HR}}}PayloadResponseSummary")
    if summary is None:
        return None
    remarks = tuple(_remark(one) for one in content.iter(f"{{{HR}}}Exception"))
    number = content.findtext(f"{{{SEP}}}apecPositionNumero")
    tracking = summary.find(f"{{{HR}}}UniquePayloadTrackingId")
    return Acknowledged(remarks, clean(number or "", limit=40) or None, _id_value(tracking))


def _remark(exception: _Element) -> Remark:
    message = _said(exception, "ExceptionMessage")
    severity = _said(exception, "ExceptionSeverity").strip().casefold()
    code = _code_in(_said(exception, "ExceptionIdentifier"), message)
    return Remark(code, clean(message, limit=300), severity not in _BELOW_FATAL)


def _positions(content: _Element) -> Positions | None:
    found = tuple(
        KnownPosition(
            number=clean(_said(one, "apecPositionNumero"), limit=40),
            reference=clean(_said(one, "clientPositionId"), limit=40),
            status=clean(_said(one, "status"), limit=40),
            url=_address(_said(one, "positionUrl")),
        )
        for one in content.iter(f"{{{HR}}}onePosition")
    )
    tracking = content.find(f"{{{HR}}}uniquePayloadTrackingId")
    return Positions(found, _id_value(tracking)) if found else None


def _said(element: _Element, name: str) -> str:
    for child in element:
        if isinstance(child.tag, str) and child.tag in {name, f"{{{HR}}}{name}"}:
            return child.text or ""
    return ""


def _id_value(element: _Element | None) -> str | None:
    return None if element is None else element.findtext(f"{{{HR}}}IdValue")


def _code_in(*texts: str) -> str:
    found = (_NAMED.search(text) or _ALONE.fullmatch(text) for text in texts)
    return next((match[1] for match in found if match), "")


def _address(url: str) -> str | None:
    url = url.strip()
    return url if url.startswith(("https://", "http://")) and len(url) <= 500 else None
