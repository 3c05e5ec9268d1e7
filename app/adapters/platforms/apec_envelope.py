"""APEC: the SOAP messages, element by element in the order that ADEP enforces."""

from dataclasses import dataclass, field

from lxml import etree
from lxml.etree import CDATA, QName, SubElement, _Element

from app.adapters.platforms.apec_mapping import LEGAL_MINIMUM, NO_EXPERIENCE_ASKED, Position

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SEP = "http://adep.apec.fr/hrxml/sep"
HR = "http://ns.hr-xml.org/2006-02-28"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_PREFIXES = {"soapenv": SOAP, "sep": SEP, "hr": HR}


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who sends: the integrator, the recruiter, the derived key."""

    integrator: str
    recruiter: str = field(repr=False)
    key: str = field(repr=False)


class Message:
    """One request under construction: authentication and tracking id first, as in all of them."""

    def __init__(self, operation: str, who: Credentials, tracking: str) -> None:
        self.envelope = etree.Element(QName(SOAP, "Envelope"), nsmap=_PREFIXES)
        body = SubElement(self.envelope, QName(SOAP, "Body"))
        self.request = SubElement(body, QName(SEP, f"{operation}Request"))
        auth = self.sep(self.request, "authentication")
        self.sep(auth, "atsId", who.integrator)
        self.sep(auth, "numeroDossier", who.recruiter)
        self.sep(auth, "atsPassword", who.key)
        self.identifier(self.sep(self.request, "UniquePayloadTrackingId"), tracking)

    def sep(self, parent: _Element, name: str, text: str | None = None) -> _Element:
        """An element of ADEP's own namespace."""
        return _added(parent, SEP, name, text)

    def hr(self, parent: _Element, name: str, text: str | None = None, /, **attributes: str) -> _Element:
        """An element of HR-XML."""
        element = _added(parent, HR, name, text)
        for attribute, value in attributes.items():
            element.set(attribute, value)
        return element

    def identifier(self, element: _Element, value: str, *, owner: str = "CLIENT") -> None:
        """`idOwner` and `hr:IdValue`, as every identifier."""
        element.set("idOwner", owner)
        self.hr(element, "IdValue", value)

    def done(self) -> bytes:
        """The bytes to send."""
        return etree.tostring(self.envelope, xml_declaration=True, encoding="UTF-8")


def _added(parent: _Element, namespace: str, name: str, text: str | None) -> _Element:
    element = SubElement(parent, QName(namespace, name))
    element.text = text
    return element


def position_status(who: Credentials, *, tracking: str, reference: str) -> bytes:
    """`getPositionStatus` of our reference."""
    message = Message("getPositionStatus", who, tracking)
    message.identifier(message.sep(message.request, "clientPositionId"), reference)
    return message.done()


def new_status(who: Credentials, *, tracking: str, reference: str, status: str) -> bytes:
    """`updatePositionStatus`: « SUSPENDUE » or « PUBLIEE »."""
    message = Message("updatePositionStatus", who, tracking)
    message.identifier(message.sep(message.request, "clientPositionId"), reference)
    message.sep(message.request, "newPositionStatus", status)
    return message.done()


def open_position(who: Credentials, *, tracking: str, position: Position) -> bytes:
    """`openPosition`."""
    message = Message("openPosition", who, tracking)
    holder = message.sep(message.request, "position")
    message.hr(holder, "PositionSupplier", relationship=position.relationship)
    profile = message.hr(holder, "PositionProfile")
    profile.set(_LANG, "fr")
    message.identifier(message.hr(profile, "ProfileId"), position.reference)
    message.hr(profile, "ProfileName", "APEC")
    message.hr(profile, "PositionDateInfo")
    _organization(message, profile, position)
    _detail(message, message.hr(profile, "PositionDetail"), position)
    for name, text in _descriptions(position):
        described = message.hr(profile, "FormattedPositionDescription")
        message.hr(described, "Name", name)
        value = message.hr(described, "Value")
        # No « > » is left in the text, so that nothing in it ends the section.
        value.text = CDATA(text)
    method = message.hr(message.hr(profile, "HowToApply"), "ApplicationMethod")
    message.hr(method, "InternetEmailAddress", position.apply_email)
    message.hr(method, "InternetWebAddress", position.apply_url)
    message.hr(holder, "NumberToFill", str(position.openings))
    return message.done()


def _organization(message: Message, profile: _Element, position: Position) -> None:
    organization = message.hr(profile, "Organization")
    if position.relationship == "self":
        return
    message.hr(organization, "OrganizationName", position.client_name)
    message.identifier(message.hr(organization, "LegalId"), position.client_siret, owner="INSEE")
    message.hr(organization, "IndustryCode", position.naf, classificationName="INSEE")


def _detail(message: Message, detail: _Element, position: Position) -> None:
    message.hr(detail, "IndustryCode", position.naf, classificationName="INSEE")
    for name, kind, value in (
        ("LOCATION_ZONE_DEPLACEMENT", "APEC", "AUCUN"),
        ("LOCATION_CODE", "INSEE", position.commune),
    ):
        place = message.hr(detail, "PhysicalLocation")
        message.hr(place, "Name", name)
        message.hr(message.hr(place, "Area", type=kind), "Value", value)
    message.hr(detail, "PositionTitle", position.title)
    level = message.hr(detail, "Competency", name="GLOBAL_EXPERIENCE_LEVEL")
    message.hr(message.hr(level, "CompetencyEvidence"), "StringValue", NO_EXPERIENCE_ASKED)
    message.hr(detail, "Competency", name="INTERNATIONAL_PROFILE")
    pay = message.hr(message.hr(detail, "RemunerationPackage"), "BasePay")
    message.hr(pay, "BasePayAmountMin", str(position.pay[0]))
    message.hr(pay, "BasePayAmountMax", str(position.pay[1]))
    area = message.hr(detail, "UserArea")
    for label, said in (
        ("Duration", str(position.duration)),
        ("PartTime", "false"),
        ("RemoteWork", position.remote),
        ("JobType", position.job_type),
        ("StatusJob", position.status),
        ("DatePositionTaken", position.start),
        ("DisplayedPay", LEGAL_MINIMUM),
    ):
        if said is not None:
            message.sep(area, label, said)


def _descriptions(position: Position) -> list[tuple[str, str]]:
    return [
        ("POSITION_TYPE", "ODD"),
        ("POSITION_DESCRIPTION", position.description),
        ("PROFILE_DESCRIPTION", position.profile),
        ("ORGANIZATION_DESCRIPTION", position.about),
        ("ORGANIZATION_NAME", position.shown_name),
        ("POSITION_DISPLAY_LOGO", "false"),
    ]
