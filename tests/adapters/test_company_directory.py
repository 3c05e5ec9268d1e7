"""The directory as the service sees it, establishment by establishment."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.adapters.company_directory import HttpCompanyDirectory
from app.adapters.sirene import SireneClient
from app.core import clock
from app.core.geo import Point
from app.core.identifiers import Siren, Siret
from app.domain.employers.directory import Address, DirectoryAnswer, Outcome
from standins.annuaire.server import SIRENE_KEY
from tests.support.standins import Partner

BAKERY = Siret("99100001900018")


def directory(partner: Partner, *, sirene: bool = False, timeout: float = 2.0) -> HttpCompanyDirectory:
    second = SireneClient(f"{partner.url}/api-sirene/3.11", key=SIRENE_KEY) if sirene else None
    return HttpCompanyDirectory(partner.url, sirene=second, timeout=timeout)


def found(partner: Partner, siret: str) -> DirectoryAnswer:
    look_up = directory(partner).by_siret(Siret(siret))
    assert look_up.outcome is Outcome.FOUND
    assert look_up.company is not None
    return look_up.company


def test_the_bakery_of_rodez_is_read_whole(annuaire: Partner) -> None:
    moment = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    with clock.set_to(moment):
        look_up = directory(annuaire).by_siret(BAKERY)
    assert (look_up.outcome, look_up.source) == (Outcome.FOUND, "recherche-entreprises")
    assert look_up.company == DirectoryAnswer(
        siret=BAKERY,
        name="BOULANGERIE DU TOUAT",
        address=Address("12 RUE DU TOUAT", "12000", "RODEZ", "12202"),
        is_open=True,
        source="recherche-entreprises",
        read_at=moment,
        brand="Au bon levain",
        point=Point(44.351, 2.573),
        naf="10.71C",
        naf_label="Boulangerie et boulangerie-pâtisserie",
        headcount_code="02",
        headcount_label="3 à 5 salariés",
        headcount_year=2023,
        firm_headcount_code="02",
        idcc=(843,),
        is_head_office=True,
    )


# SIRET → outcome without Sirene, outcome with Sirene.
OUTCOMES = [
    pytest.param("99100002700011", Outcome.CLOSED, Outcome.CLOSED, id="closed"),
    pytest.param("99100003500014", Outcome.NOT_LISTED, Outcome.NON_DIFFUSIBLE, id="non-diffusible"),
    pytest.param("99100009200015", Outcome.NOT_LISTED, Outcome.UNKNOWN, id="unknown-everywhere"),
    pytest.param("35600000001000", Outcome.FOUND, Outcome.FOUND, id="post-office"),
    pytest.param("99100037300019", Outcome.NOT_LISTED, Outcome.FOUND, id="created-yesterday"),
    pytest.param("99100039900014", Outcome.NOT_LISTED, Outcome.CLOSED, id="closed-and-not-listed"),
    pytest.param("99100038100012", Outcome.NON_DIFFUSIBLE, Outcome.NON_DIFFUSIBLE, id="partial-diffusion"),
    pytest.param("99100048000038", Outcome.CLOSED, Outcome.CLOSED, id="closed-place-of-an-open-firm"),
]


@pytest.mark.parametrize(("siret", "alone", "with_sirene"), OUTCOMES)
def test_the_outcome_says_what_is_known(
    annuaire: Partner, siret: str, alone: Outcome, with_sirene: Outcome
) -> None:
    assert directory(annuaire).by_siret(Siret(siret)).outcome is alone
    assert directory(annuaire, sirene=True).by_siret(Siret(siret)).outcome is with_sirene


def test_nothing_of_a_person_who_objects_to_diffusion_comes_back(annuaire: Partner) -> None:
    for siret in ("99100003500014", "99100038100012"):
        assert directory(annuaire, sirene=True).by_siret(Siret(siret)).company is None


def test_a_closed_establishment_comes_with_its_day_and_its_successor(annuaire: Partner) -> None:
    garage = directory(annuaire).by_siret(Siret("99100002700011")).company
    brewery = directory(annuaire).by_siret(Siret("99100027400019")).company
    assert garage is not None and brewery is not None
    assert (garage.is_open, garage.closed_on, garage.successors) == (False, date(2024, 3, 31), ())
    assert brewery.successors == (Siret("99100028200012"),)


def test_an_establishment_known_to_sirene_alone_says_so(annuaire: Partner) -> None:
    look_up = directory(annuaire, sirene=True).by_siret(Siret("99100037300019"))
    assert look_up.source == "sirene"
    assert look_up.company is not None
    assert look_up.company.address == Address("3 RUE DU PRESSOIR", "21000", "DIJON", "21231")
    assert (look_up.company.naf, look_up.company.headcount_code) == ("62.01Z", "NN")


@pytest.mark.parametrize("siret", ["99100004300018", "99100050600014"])
def test_a_training_body_is_recognised(annuaire: Partner, siret: str) -> None:
    assert found(annuaire, siret).is_training_body


def test_an_ordinary_firm_is_not_a_training_body(annuaire: Partner) -> None:
    assert not found(annuaire, BAKERY).is_training_body
    assert found(annuaire, "99100044900017").is_public_body


def test_the_establishment_asked_for_is_taken_not_the_head_office(annuaire: Partner) -> None:
    company = found(annuaire, "99100005000021")
    assert company.address == Address("18 COURS EMILE ZOLA", "69100", "VILLEURBANNE", "69266")
    assert (company.is_head_office, company.headcount_code, company.firm_headcount_code) == (
        False,
        "03",
        "12",
    )


ADDRESSES = [
    ("99100006800015", Address("31 RUE DE PARIS", "97400", "SAINT-DENIS", "97411")),
    ("99100017500018", Address("9 COURS NAPOLEON", "20000", "AJACCIO", "2A004")),
    ("99100019100015", Address("17 RUE DU COMMERCE", "97600", "MAMOUDZOU", "97611")),
    ("99100016700015", Address("40 RUE OBERKAMPF", "75011", "PARIS", "75056")),
    ("99100020900015", Address("11 QUAI ANTOINE", "98000", "MONACO", None)),
    ("99100047200019", Address("50 RUE DE LA LOI", "", "BRUXELLES", None)),
    ("99100046400016", Address("LA COMBE NOIRE", "15000", "AURILLAC", "15014", "LIEU-DIT")),
    ("99100048000046", Address("60 COURS NATIONAL", "17100", "SAINTES", "17415")),
]


@pytest.mark.parametrize(("siret", "address"), ADDRESSES)
def test_addresses_of_every_kind_are_read(annuaire: Partner, siret: str, address: Address) -> None:
    assert found(annuaire, siret).address == address


def test_collective_agreements_keep_their_order(annuaire: Partner) -> None:
    assert found(annuaire, "99100007600018").idcc == (1486, 1979)
    assert found(annuaire, "99100023300015").idcc == (1979, 1501, 2060)
    assert found(annuaire, "99100021700018").idcc == ()


def test_headcounts_absent_large_or_old_are_said_as_they_are(annuaire: Partner) -> None:
    flowers = found(annuaire, "99100022500011")
    clinic = found(annuaire, "99100024100018")
    printer = found(annuaire, "99100026600015")
    assert (flowers.headcount_code, flowers.headcount_label) == (None, None)
    assert clinic.headcount_label == "250 à 499 salariés"
    assert (printer.headcount_label, printer.headcount_year) == ("10 à 19 salariés", 2014)
    assert found(annuaire, "99100021700018").headcount_label == "Pas de salarié"


def test_special_characters_arrive_as_they_are_but_for_controls(annuaire: Partner) -> None:
    assert found(annuaire, "99100011800018").brand == "L’Épicerie d’à côté — chez Zoë & Noël"
    assert len(found(annuaire, "99100012600011").name) == 80
    assert found(annuaire, "99100013400015").name == "مخبز السلام"
    assert found(annuaire, "99100015900012").name == "<script>alert('bonjour')</script> SARL"
    assert found(annuaire, "99100052200011").name == "ELECTRICITE DU VERCORS"


def test_what_the_register_doesn_t_know_stays_empty(annuaire: Partner) -> None:
    company = found(annuaire, "99100051400018")
    assert (company.naf, company.naf_label) == (None, None)
    assert found(annuaire, "99100042300012").point is None


def test_a_siren_gives_its_establishments_open_ones_first(annuaire: Partner) -> None:
    places = directory(annuaire).by_siren(Siren("991000480"))
    assert [(place.siret[-5:], place.is_open) for place in places] == [
        ("00012", True), ("00020", True), ("00046", True), ("00038", False),
    ]  # fmt: skip
    assert len(directory(annuaire).by_siren(Siren("991000050"))) == 2
    assert directory(annuaire).by_siren(Siren("991000092")) == []
    assert directory(annuaire).by_siren(Siren("991000381")) == []


@pytest.mark.parametrize("text", ["crêperie des écluses", "CREPERIE ecluses", "  crep\u00a0quimper  "])
def test_names_are_found_without_their_accents(annuaire: Partner, text: str) -> None:
    assert [company.siret for company in directory(annuaire).by_name(text)] == ["99100049800014"]


def test_a_name_gives_open_establishments_ten_at_most(annuaire: Partner) -> None:
    answers = directory(annuaire).by_name("des")
    assert len(answers) == 10
    assert all(company.is_open for company in answers)
    assert len(directory(annuaire).by_name("des", limit=3)) == 3
    assert directory(annuaire).by_name("garage des cordeliers") == []
    assert [c.address.city for c in directory(annuaire).by_name("pharmacie port")][:1] == ["LA ROCHELLE"]


def test_too_short_a_name_asks_nothing(annuaire: Partner) -> None:
    assert directory(annuaire).by_name(" a\u202e ") == []
    assert annuaire.journal() == []


@pytest.mark.parametrize("text", ["%_'\"\\", "🥐🥐🥐", "a" * 5000, "<b>&amp;", "\x00\x01\x02abc", "{{7*7}}"])
def test_any_text_may_be_searched(annuaire: Partner, text: str) -> None:
    assert isinstance(directory(annuaire).by_name(text), list)


def test_an_answer_is_kept_a_day_with_the_time_it_was_read(annuaire: Partner) -> None:
    register = directory(annuaire)
    moment = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    with clock.set_to(moment):
        register.by_siret(BAKERY)
    with clock.set_to(moment + timedelta(hours=23)):
        assert register.by_siret(BAKERY).read_at == moment
    assert len(annuaire.journal("/search")) == 1
    later = moment + timedelta(hours=25)
    with clock.set_to(later):
        assert register.by_siret(BAKERY).read_at == later
    assert len(annuaire.journal("/search")) == 2


def test_lists_are_kept_too_and_absences_are_not(annuaire: Partner) -> None:
    register = directory(annuaire)
    for _ in range(3):
        register.by_name("boulangerie")
        register.by_siren(Siren("991000050"))
    assert len(annuaire.journal("/search")) == 2
    for _ in range(2):
        register.by_siret(Siret("99100009200015"))
    assert len(annuaire.journal("/search")) == 4


def test_requests_name_their_sender(annuaire: Partner) -> None:
    directory(annuaire).by_siret(BAKERY)
    (entry,) = annuaire.journal("/search")
    assert entry["headers"]["user-agent"].startswith("depot-alternance/")
    assert entry["query"]["q"] == [str(BAKERY)]


def test_a_probe_says_whether_the_service_answers(annuaire: Partner) -> None:
    register = directory(annuaire)
    assert register.probe(1.0)
    for kind in ("500", "html", "down", "429"):
        annuaire.reset()
        annuaire.fails(kind)
        assert not register.probe(1.0)
