"""What is APEC's own: the key, its domains and lengths, its answers, and the message of the documentation."""

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from argon2.low_level import Type, hash_secret_raw
from lxml import etree
from sqlalchemy.exc import OperationalError

from app.adapters.platforms.apec import ApecBoard
from app.adapters.platforms.apec_checks import problems_of, problems_with
from app.adapters.platforms.apec_envelope import Credentials, open_position
from app.adapters.platforms.apec_key import BadParameters, KeyParameters, decoded_salt, key_of
from app.adapters.platforms.apec_mapping import commune_of, description_of, position_of
from app.adapters.platforms.apec_reading import Acknowledged, SoapFault, read
from app.core import clock
from app.domain.diffusion.advert import Advert
from app.domain.diffusion.board import Act, Verdict
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.platforms.apec import is_for_an_agent, longest_title
from standins.apec.positions import INTEGRATOR, ITERATIONS, PARALLELISM, PASSWORD, SALT, derived_key
from tests.adapters.platforms.cases import APEC, APEC_FACTS, advert, order
from tests.support.diffusion import command
from tests.support.standins import Partner, apec_served

V = Verdict
DOCUMENTATION = Path(__file__).parents[3] / "docs" / "plateformes" / "apec.md"
_ANSWER = (
    '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>'
    '<o:openPositionResponse xmlns:o="http://adep.apec.fr/hrxml/sep" xmlns:h="http://ns.hr-xml.org/2006-02-28">'
    "<h:PayloadResponseSummary/><h:PayloadDisposition>{}</h:PayloadDisposition>"
    "<o:apecPositionNumero>100000001W</o:apecPositionNumero></o:openPositionResponse></S:Body></S:Envelope>"
)
_EXCEPTION = (
    "<h:EntityDisposition><h:EntityInstanceXPath>/</h:EntityInstanceXPath><h:EntityException><h:Exception>"
    "<h:ExceptionSeverity>{}</h:ExceptionSeverity><h:ExceptionMessage>{}</h:ExceptionMessage>"
    "</h:Exception></h:EntityException></h:EntityDisposition>"
)


@pytest.fixture(scope="module")
def served() -> Iterator[Partner]:
    """ADEP."""
    with apec_served() as partner:
        yield partner


@pytest.fixture
def partner(served: Partner) -> Partner:
    """The same, empty and well."""
    served.reset()
    return served


def test_the_key_is_256_bytes_of_argon2id_in_342_signs() -> None:
    key = key_of(KeyParameters(PASSWORD, SALT, ITERATIONS, PARALLELISM))
    assert (len(key), key) == (342, derived_key())
    short = hash_secret_raw(
        PASSWORD.encode(), decoded_salt(SALT), ITERATIONS, 4096, PARALLELISM, 32, Type.ID, 19
    )
    assert not decoded_salt(key + "==").startswith(short)


def test_the_key_is_computed_once() -> None:
    parameters = KeyParameters("autre mot de passe", SALT, ITERATIONS, PARALLELISM)
    assert key_of(parameters) is key_of(parameters)
    assert "autre" not in repr(parameters)


@pytest.mark.parametrize("salt", ["", "c2Vs", "pas du base64 !", "c2VsLWR1LXNpbXVsYXRldX="])
def test_a_salt_copied_wrong_is_refused(salt: str) -> None:
    with pytest.raises(BadParameters):
        decoded_salt(salt)


@pytest.mark.parametrize(
    ("commune", "postcode", "said"),
    [
        ("12202", "12000", "12202"),
        ("2A004", "20000", "2A004"),
        ("75056", "75011", "75111"),
        ("75056", "75116", "75116"),
        ("69123", "69009", "69389"),
        ("13055", "13016", "13216"),
        ("13055", "13100", None),
        ("75056", "", None),
        (None, "12000", None),
    ],
)
def test_large_towns_are_said_by_district(commune: str | None, postcode: str, said: str | None) -> None:
    assert commune_of(advert(commune_code=commune, postcode=postcode)) == said


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"title": "B" * 77}, "title"),
        ({"title": "B" * 75 + " H/F "}, None),
        ({"title": "B" * 77 + " H/F"}, "title"),
        ({"level": 4}, "level"),
        ({"level": None}, "level"),
        ({"contract_types": ()}, "contract_types"),
        ({"duration_months": None}, "duration_months"),
        ({"duration_months": 100}, "duration_months"),
        ({"openings": 11}, "openings"),
        ({"description": "x" * 3000}, "description"),
        ({"description": "Salaire : 1 800 € brut."}, "description"),
        ({"title": "Qualité, 25 k€"}, "title"),
        ({"skills": ("x" * 3000,)}, "skills"),
        ({"naf": None}, ""),
        ({"commune_code": "75056", "postcode": "75000"}, ""),
    ],
)
def test_what_apec_would_refuse_is_said_before(over: dict[str, object], field: str | None) -> None:
    found = [problem.field for problem in problems_of(advert(**over))]
    assert found == ([] if field is None else [field])


def test_what_the_structure_lacks_is_said_before(partner: Partner) -> None:
    bare = replace(APEC_FACTS, about="", for_another=True, pay_min=None)
    long_name = advert(company="B" * 39, about_company=None)
    assert [one.code for one in problems_with(long_name, bare)] == ["presentation", "salaire", "mode", "375"]


@pytest.mark.parametrize(
    ("title", "agent"),
    [
        ("Agent de qualité", True),
        ("AGENTS logistiques", True),
        ("Agence de voyages", False),
        ("Réagent", False),
    ],
)
def test_agent_is_a_whole_word(title: str, agent: bool) -> None:
    assert is_for_an_agent(title) is agent


def test_apec_adds_the_two_genders_where_they_miss() -> None:
    assert (longest_title("Comptable"), longest_title("Comptable F/H")) == (76, 80)


def test_no_tag_nor_entity_passes() -> None:
    text = description_of(advert(description='<script>alert("1")</script> & ]]> &#x41;'))
    assert not re.search(r"[<>]", text.replace("<br/>", ""))
    position = position_of(
        advert(description="R&D ]]> <b>", title="Qualité & <sécurité>"), APEC_FACTS, reference="DA-1",
        apply_email="a@b.fr", apply_url="https://c.fr",
    )  # fmt: skip
    body = open_position(Credentials("1", "2", "3"), tracking="t", position=position)
    titles = [one.text for one in etree.fromstring(body).iter("{*}PositionTitle")]
    assert titles == ["Qualité & ‹sécurité›"]


@pytest.mark.parametrize(
    ("severity", "name", "fatal"),
    [
        ("Fatal", "API_331_TOO_LONG", "331"),
        ("Warning", "API_399_CONSULTANT", None),
        ("Informational", "API_001_NOTE", None),
        ("Grave", "ERECRUT_STAGE_418_LEVEL", "418"),
        ("", "something else", ""),
    ],
)
def test_any_severity_but_two_is_fatal(severity: str, name: str, fatal: str | None) -> None:
    said = read(_ANSWER.format(_EXCEPTION.format(severity, name)).encode(), "openPosition")
    assert isinstance(said, Acknowledged)
    assert (said.fatal.code if said.fatal else None) == fatal


def test_an_answer_with_a_document_type_or_another_message_is_not_read() -> None:
    body = _ANSWER.format("").encode()
    assert read(b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + body, "openPosition") is None
    assert read(body, "updatePositionStatus") is None
    assert read(body.replace(b"sep", b"autre"), "openPosition") is None


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("023", V.BROKEN), ("102", V.CREDENTIAL), ("103", V.REFUSED), ("002", V.DOUBTFUL),
        ("108", V.DOUBTFUL), ("330", V.REFUSED), ("105", V.BROKEN),
    ],
)  # fmt: skip
def test_a_fault_is_a_doubt_unless_it_says_that_nothing_was_done(
    partner: Partner, code: str, verdict: Verdict
) -> None:
    command(partner, faute=code)
    board = APEC.board(partner.url, PASSWORD, 1.0)
    assert board.perform(order(Act.PUBLISH, known=DiffusionStatus.QUEUED)).verdict is verdict


def test_a_reference_already_used_is_read(partner: Partner) -> None:
    board = APEC.board(partner.url, PASSWORD, 1.0)
    first = board.perform(order(Act.PUBLISH, known=DiffusionStatus.QUEUED))
    again = board.perform(order(Act.PUBLISH, known=DiffusionStatus.QUEUED))
    assert (again.verdict, again.remote_id) == (V.ACCEPTED, first.remote_id)
    assert len(command(partner)["offres"]) == 1
    command(partner, fatal="390")
    hidden = order(Act.PUBLISH, known=DiffusionStatus.QUEUED, reference="DA-AUTRE")
    reply = board.perform(hidden)
    assert (reply.verdict, reply.code) == (V.REFUSED, "390")


def test_a_remark_below_fatal_is_a_success_and_is_kept(partner: Partner) -> None:
    command(partner, remarque="399", moderer=True)
    reply = APEC.board(partner.url, PASSWORD, 1.0).perform(order(Act.PUBLISH, known=DiffusionStatus.QUEUED))
    assert (reply.verdict, reply.status) == (V.ACCEPTED, DiffusionStatus.AWAITING_MODERATION)
    assert "399" in reply.message


def test_an_offer_apec_is_reading_is_not_taken_offline(partner: Partner) -> None:
    command(partner, moderer=True)
    board = APEC.board(partner.url, PASSWORD, 1.0)
    board.perform(order(Act.PUBLISH, known=DiffusionStatus.QUEUED))
    reply = board.perform(order(Act.SUSPEND, known=DiffusionStatus.AWAITING_MODERATION))
    assert (reply.verdict, reply.code, reply.retry_after) == (V.LATER, "352", 3600)


def test_what_cannot_be_taken_offline_is_for_portal_staff(partner: Partner) -> None:
    board = APEC.board(partner.url, PASSWORD, 1.0)
    unknown = board.perform(order(Act.SUSPEND, known=DiffusionStatus.PUBLISHED))
    assert (unknown.verdict, unknown.code) == (V.BROKEN, "391")
    alone = ApecBoard(
        partner.url,
        integrator=INTEGRATOR,
        parameters=KeyParameters(PASSWORD, SALT, ITERATIONS, PARALLELISM),
        facts_of=lambda _: None,
        page_url=str,
        apply_email=str,
    )
    for act, verdict in ((Act.PUBLISH, V.REFUSED), (Act.SUSPEND, V.BROKEN), (Act.READ, V.BROKEN)):
        reply = alone.perform(order(act, known=DiffusionStatus.PUBLISHED))
        assert (reply.verdict, reply.code) == (verdict, "identifiant")


def test_a_database_that_fails_before_the_call_is_no_doubt(partner: Partner) -> None:
    def fails(_: Advert) -> None:
        raise OperationalError("SELECT", {}, Exception("database is locked"))

    board = ApecBoard(
        partner.url,
        integrator=INTEGRATOR,
        parameters=KeyParameters(PASSWORD, SALT, ITERATIONS, PARALLELISM),
        facts_of=fails,
        page_url=str,
        apply_email=str,
    )
    reply = board.perform(order(Act.PUBLISH, known=DiffusionStatus.QUEUED))
    assert (reply.verdict, command(partner)["appels"]) == (V.TRANSIENT, [])


def test_back_online_until_thirty_days(partner: Partner) -> None:
    board = APEC.board(partner.url, PASSWORD, 1.0)
    for act in (Act.PUBLISH, Act.SUSPEND):
        board.perform(order(act, known=DiffusionStatus.PUBLISHED))
    back = board.perform(order(Act.RESUME, known=DiffusionStatus.SUSPENDED))
    assert (back.verdict, back.status) == (V.ACCEPTED, DiffusionStatus.PUBLISHED)
    command(partner, vieillir="DA-7K3M9P")
    late = board.perform(order(Act.RESUME, known=DiffusionStatus.SUSPENDED))
    assert (late.verdict, late.code) == (V.REFUSED, "361")


@pytest.mark.parametrize(("recruiter", "works"), [("123", True), ("12345678i", True), ("999", False)])
def test_an_identifier_is_tried_by_a_reading(partner: Partner, recruiter: str, works: bool) -> None:
    trial = APEC.board(partner.url, PASSWORD, 1.0).check(recruiter)  # type: ignore[attr-defined]
    assert (trial.works, trial.untestable) == (works, False)
    assert [one["operation"] for one in command(partner)["appels"]] == ["getPositionStatus"]


def test_an_identifier_waits_when_apec_does_not_answer(partner: Partner) -> None:
    partner.fails("503", path="/v5/positions")
    trial = APEC.board(partner.url, PASSWORD, 1.0).check("123")  # type: ignore[attr-defined]
    assert (trial.works, trial.untestable) == (False, True)


def test_a_client_reference_where_a_number_is_asked_is_a_validation_fault(partner: Partner) -> None:
    body = (
        b'<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>'
        b'<a:getPositionRequest xmlns:a="http://adep.apec.fr/hrxml/sep"/></S:Body></S:Envelope>'
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{partner.url}/v5/positions", data=body, timeout=5)
    said = read(refused.value.read(), "getPosition")
    assert isinstance(said, SoapFault) and said.code == "023"


def example() -> str:
    """The message of an offer, its secrets masked, laid out for reading."""
    with clock.set_to(datetime(2026, 11, 22, 12, tzinfo=UTC)):
        position = position_of(
            advert(start_on=date(2027, 9, 1)),
            APEC_FACTS,
            reference="DA-7K3M9P",
            apply_email="candidatures@depot.exemple.fr",
            apply_url="https://depot.exemple.fr/offres/exemple-offre",
        )
    who = Credentials(INTEGRATOR, "•••", "•••")
    body = open_position(who, tracking="1795392000-5f1c9a", position=position)
    root = etree.fromstring(body, etree.XMLParser(strip_cdata=False))
    etree.indent(root)
    return str(etree.tostring(root, encoding="unicode"))


def test_the_documentation_shows_the_real_message() -> None:
    shown, message = DOCUMENTATION.read_text("utf-8"), example()
    assert f"```xml\n{message}\n```" in shown, f"write this in docs/plateformes/apec.md:\n{message}"


def test_a_number_in_a_sentence_is_not_a_code() -> None:
    fault = (
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
        b"<faultstring>%s</faultstring></s:Fault></s:Body></s:Envelope>"
    )
    said = [
        read(fault % text, "openPosition")
        for text in (b"Invalid content at line 102", b"API_102_KEY", b"102")
    ]
    assert [one.code for one in said if isinstance(one, SoapFault)] == ["", "102", "102"]
