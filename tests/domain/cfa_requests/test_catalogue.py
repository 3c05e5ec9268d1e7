"""The copy of the catalogue: what a page writes, what a later one changes, what a reading archives."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.core.geo import Point
from app.core.identifiers import RomeCode, Uai
from app.domain.cfa_requests.catalogue import READ_AGAIN_AFTER, end_reading, page_to_read, store_page
from app.domain.cfa_requests.catalogue_models import Cfa, CfaEmail, Training, TrainingRome
from app.domain.cfa_requests.matching import AT_MOST, RADIUS_KM, cfas_near
from app.domain.cfa_requests.seeds import demo_courses, seed_demo_catalogue
from app.domain.cfa_requests.services import opt_out
from app.domain.cfa_requests.source import CoursePage, Identity
from tests.factories.offers import RODEZ, make_offer
from tests.factories.training import CFA_ACTOR, cfa_siret, course, make_cfa, store

pytestmark = pytest.mark.usefixtures("db_session")


def number_of(model: type) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_a_page_is_written_once_however_often_it_comes() -> None:
    made = course(rome_codes=(RomeCode("D1102"), RomeCode("D1104")))
    for _ in range(3):
        assert store(made) == 1
    assert [number_of(model) for model in (Cfa, Training, TrainingRome, CfaEmail)] == [1, 1, 2, 2]


def test_several_courses_of_a_centre_are_one_centre() -> None:
    first = course()
    store(first, course(cfa=first.cfa), course(cfa=first.cfa))
    assert (number_of(Cfa), number_of(Training)) == (1, 3)


def test_what_changes_is_changed_and_what_bounced_stays_so() -> None:
    first = course(emails=("un@cfa.example", "deux@cfa.example"))
    store(first)
    one = db.session.query(CfaEmail).filter_by(email="un@cfa.example").one()
    one.bounced_at = clock.now()
    assert first.cfa is not None
    siret = first.cfa.siret
    store(
        course(
            key=first.key, siret=siret, name="CFA rebaptisé", emails=("UN@cfa.example", "trois@cfa.example")
        )
    )
    cfa = db.session.query(Cfa).one()
    assert cfa.title == "CFA rebaptisé"
    assert [email.email for email in cfa.reachable_emails] == ["trois@cfa.example"]


def test_a_centre_that_has_opted_out_stays_out_and_keeps_no_address() -> None:
    made = course()
    store(made)
    cfa = db.session.query(Cfa).one()
    opt_out(cfa, by=CFA_ACTOR)
    store(made)
    assert cfa.opted_out_at is not None
    assert number_of(CfaEmail) == 0
    assert cfas_near(make_offer()) == []


def test_a_centre_known_by_its_uai_alone_is_kept_once() -> None:
    made = course(siret=None, uai=Uai("0120001A"))
    store(made)
    store(made)
    assert number_of(Cfa) == 1


def test_a_course_without_its_centre_goes_to_the_one_that_answers_for_the_place() -> None:
    cfa = make_cfa()
    assert cfa.siret is not None
    place = cfa_siret()
    orphan = course(key="orpheline", title="CAP Pâtissier")
    orphan = type(orphan)(
        **{**{name: getattr(orphan, name) for name in orphan.__slots__}, "cfa": None, "place_siret": place}
    )
    page = CoursePage((orphan,), pages=1)
    assert store_page(0, page, identities={(place, None): None}) == 0
    assert store_page(0, page, identities={(place, None): Identity(cfa.siret, None)}) == 1
    assert db.session.query(Training).filter_by(key="orpheline").one().cfa_id == cfa.id


def test_a_reading_resumes_where_it_stopped_and_rests_when_it_is_over() -> None:
    assert page_to_read() == 0
    store_page(0, CoursePage((course(),), pages=2), identities={})
    assert page_to_read() == 1
    store_page(1, CoursePage((course(),), pages=2), identities={})
    end_reading()
    assert page_to_read() is None
    with clock.moved_by(READ_AGAIN_AFTER):
        assert page_to_read() == 0


def test_a_course_gone_from_the_source_is_archived_and_one_that_comes_back_returns() -> None:
    kept, gone = [course() for _ in range(3)], course()
    store(*kept, gone)
    end_reading()
    with clock.moved_by(timedelta(days=1)):
        store(*kept)
        assert end_reading() == 1
        archived = db.session.query(Training).filter_by(key=gone.key).one()
        assert archived.archived_at is not None
        assert len(cfas_near(make_offer())) == 3
        assert db.session.query(CfaEmail).filter_by(cfa_id=archived.cfa_id).count() == 0
        store(*kept, gone)
        assert len(cfas_near(make_offer())) == 4


def test_an_ill_source_archives_nothing() -> None:
    store(*[course() for _ in range(5)])
    end_reading()
    with clock.moved_by(timedelta(days=1)):
        store(course())
        assert end_reading() == 0
    assert db.session.query(Training).filter(Training.archived_at.is_(None)).count() == 6


def test_the_nearest_first_each_once_ten_at_most() -> None:
    at = [Point(RODEZ.lat + step / 100, RODEZ.lon) for step in range(14)]
    made = [course(point=point) for point in reversed(at)]
    double = course(cfa=made[-1].cfa, point=at[3])
    store(*made, double)
    near = cfas_near(make_offer())
    assert len(near) == AT_MOST
    assert [round(one.km, 1) for one in near] == sorted(round(one.km, 1) for one in near)
    assert len({one.cfa.id for one in near}) == AT_MOST
    assert near[0].km < 0.1


@pytest.mark.parametrize(
    "over",
    [
        {"certified": False},
        {"emails": ()},
        {"point": Point(48.8566, 2.3429)},
        {"rome_codes": (RomeCode("F1703"),)},
    ],
    ids=["not certified", "no address", "too far", "another job"],
)
def test_who_is_not_offered(over: dict[str, object]) -> None:
    make_cfa(**over)
    assert cfas_near(make_offer()) == []


def test_the_professional_domain_serves_when_nobody_teaches_the_very_job() -> None:
    pastry = make_cfa(rome_codes=(RomeCode("D1104"),))
    offer = make_offer()
    assert [one.cfa for one in cfas_near(offer)] == [pastry]
    baker = make_cfa(point=Point(44.0, 2.5))
    assert [one.cfa for one in cfas_near(offer)] == [baker]


def test_an_offer_without_a_point_is_at_its_town() -> None:
    cfa = make_cfa()
    offer = make_offer(columns={"lat": None, "lon": None})
    assert [one.cfa for one in cfas_near(offer)] == [cfa]
    assert (
        cfas_near(make_offer(columns={"lat": None, "lon": None, "commune_code": None, "postcode": "99999"}))
        == []
    )


def test_the_demonstration_knows_a_bakery_school_in_rodez() -> None:
    assert seed_demo_catalogue() == len(demo_courses()) >= 800
    assert seed_demo_catalogue() == 0
    near = cfas_near(make_offer())
    assert near[0].cfa.title == "CFA des métiers de bouche de Rodez"
    assert near[0].km < RADIUS_KM
    assert db.session.query(Cfa).filter(~Cfa.certified).count() > 3
    assert db.session.query(Cfa).filter(~Cfa.emails.any()).count() > 3
