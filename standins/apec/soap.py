"""The simulated ADEP's messages: requests read by the schema, answers in other prefixes than ours."""

import html
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lxml import etree

from standins.exchange import Reply

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SEP = "http://adep.apec.fr/hrxml/sep"
HR = "http://ns.hr-xml.org/2006-02-28"
_SCHEMA = Path(__file__).parent / "schema" / "sep.xsd"
_XML = "text/xml; charset=utf-8"


class Fault(Exception):
    """Answered as a soap:Fault with this `faultstring`; `details`: the errors of a ValidationFault."""

    def __init__(self, name: str, *details: str) -> None:
        super().__init__(name)
        self.name = name
        self.details = details


@dataclass(frozen=True, slots=True)
class Asked:
    """One valid request: its operation, and its element."""

    operation: str
    request: etree._Element

    def sep(self, path: str) -> str:
        """The text under sep:… (or « hr:… ») elements, « a/b »; « » when absent."""
        return self.request.findtext(_path(path), default="")

    @property
    def reference(self) -> str:
        """Our reference, wherever this operation holds it."""
        inside = self.request.findtext(
            _path("position/hr:PositionProfile/hr:ProfileId/hr:IdValue"), default=""
        )
        return inside or self.sep("clientPositionId/hr:IdValue")


def _path(path: str) -> str:
    return "/".join(
        f"{{{HR}}}{part[3:]}" if part.startswith("hr:") else f"{{{SEP}}}{part}" for part in path.split("/")
    )


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(_SCHEMA)))


def asked(body: bytes) -> Asked:
    """The request of an envelope; raises Fault 023 for what the schema refuses."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        envelope = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Fault("API_023_VALIDATION_XML_ERROR", "not well formed") from None
    found = envelope.find(f"{{{SOAP}}}Body")
    if envelope.tag != f"{{{SOAP}}}Envelope" or found is None or len(found) != 1:
        raise Fault("API_023_VALIDATION_XML_ERROR", "one body element is expected")
    request, schema = found[0], _schema()
    if not schema.validate(request):
        raise Fault("API_023_VALIDATION_XML_ERROR", *(error.message for error in schema.error_log))
    name = etree.QName(request).localname
    return Asked(name.removesuffix("Request"), request)


def fault(problem: Fault) -> Reply:
    """A soap:Fault, with an HTTP error status as SOAP 1.1 wants."""
    errors = "".join(
        f"<a:validationErrors><message>{_esc(said)}</message><severity>ERROR</severity></a:validationErrors>"
        for said in problem.details
    )
    detail = (
        f'<detail><a:ValidationErrorsCollectionType xmlns:a="{SEP}">{errors}'
        "</a:ValidationErrorsCollectionType></detail>"
        if problem.details
        else ""
    )
    said = f"<faultcode>S:Server</faultcode><faultstring>{_esc(problem.name)}</faultstring>"
    content = f"<S:Fault>{said}{detail}</S:Fault>"
    return _envelope(content, status=500)


def acknowledgement(
    operation: str, *, tracking: str, number: str = "", remarks: tuple[tuple[str, str, str], ...] = ()
) -> Reply:
    """An acknowledgement; `remarks` are (severity, code, name)."""
    exceptions = "".join(
        f"<b:Exception><b:ExceptionIdentifier>{code}</b:ExceptionIdentifier>"
        f"<b:ExceptionSeverity>{severity}</b:ExceptionSeverity>"
        f"<b:ExceptionMessage>API_{code}_{_esc(name)}</b:ExceptionMessage></b:Exception>"
        for severity, code, name in remarks
    )
    body = (
        f"<b:EntityException>{exceptions}</b:EntityException>"
        if remarks
        else ("<b:EntityNoException>true</b:EntityNoException>")
    )
    numero = f"<a:apecPositionNumero>{number}</a:apecPositionNumero>" if number else ""
    content = (
        f'<a:{operation}Response xmlns:a="{SEP}" xmlns:b="{HR}"><b:PayloadResponseSummary>'
        f"<b:UniquePayloadTrackingId><b:IdValue>{_esc(tracking)}</b:IdValue></b:UniquePayloadTrackingId>"
        "</b:PayloadResponseSummary><b:PayloadDisposition><b:EntityDisposition>"
        f"<b:EntityInstanceXPath>/</b:EntityInstanceXPath>{body}"
        f"</b:EntityDisposition></b:PayloadDisposition>{numero}</a:{operation}Response>"
    )
    return _envelope(content)


def positions(rows: list[dict[str, str]], *, tracking: str) -> Reply:
    """The answer of getPositionStatus: everything in HR-XML's namespace."""
    told = "".join(
        "<c:onePosition>"
        + "".join(f"<c:{name}>{_esc(text)}</c:{name}>" for name, text in row.items())
        + "</c:onePosition>"
        for row in rows
    )
    content = (
        f'<a:getPositionStatusResponse xmlns:a="{SEP}" xmlns:c="{HR}">{told}'
        f"<c:uniquePayloadTrackingId><c:IdValue>{_esc(tracking)}</c:IdValue></c:uniquePayloadTrackingId>"
        "</a:getPositionStatusResponse>"
    )
    return _envelope(content)


def _envelope(content: str, *, status: int = 200) -> Reply:
    text = f'<?xml version="1.0"?><S:Envelope xmlns:S="{SOAP}"><S:Body>{content}</S:Body></S:Envelope>'
    return Reply(status, text.encode(), content_type=_XML)


def _esc(text: str) -> str:
    return html.escape(text, quote=False)
