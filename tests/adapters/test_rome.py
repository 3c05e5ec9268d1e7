"""ROME 4.0: one token for many calls, appellations with their OGR numbers, sheets, trouble said as such."""

import logging
import time
from datetime import timedelta

import pytest

from app.adapters.rome import HttpRomeSource
from app.core import clock
from app.core.identifiers import RomeCode
from app.domain.reference.rome_source import RomeUnavailable
from standins.rome.server import CLIENT_ID, CLIENT_SECRET, TOKEN_PATH
from tests.support.standins import Partner, closed_port, rome_served

BAKER = RomeCode("D1102")


def source(partner: Partner, *, secret: str = CLIENT_SECRET, timeout: float = 5.0) -> HttpRomeSource:
    return HttpRomeSource(
        f"{partner.url}/partenaire",
        token_url=partner.url + TOKEN_PATH,
        client_id=CLIENT_ID,
        client_secret=secret,
        timeout=timeout,
    )


def test_every_appellation_has_its_ogr_number_and_its_job(rome: Partner) -> None:
    found = source(rome).appellations()
    assert len(found) >= 1584
    assert len({item.ogr for item in found}) == len(found)
    baker = next(item for item in found if item.label == "Boulanger / Boulangère")
    assert baker.rome_code == BAKER


def test_a_sheet_comes_with_its_skills_by_heading(rome: Partner) -> None:
    sheet = source(rome).sheet(BAKER)
    assert sheet is not None
    assert (sheet.code, sheet.obsolete) == (BAKER, False)
    assert [group.heading for group in sheet.groups] == ["Production", "Hygiène et sécurité"]
    assert "Façonner des pâtons" in sheet.groups[0].skills
    assert "Types de farines" in sheet.knowledge


def test_a_code_without_a_sheet_gives_none(rome: Partner) -> None:
    assert source(rome).sheet(RomeCode("N9999")) is None


def test_one_token_serves_until_shortly_before_its_end(rome: Partner) -> None:
    jobs = source(rome)
    start = clock.now()
    with clock.set_to(start):
        jobs.sheet(BAKER)
        jobs.sheet(RomeCode("G1602"))
    with clock.set_to(start + timedelta(seconds=1480)):
        jobs.sheet(BAKER)
    assert len(rome.journal(TOKEN_PATH)) == 1
    with clock.set_to(start + timedelta(seconds=1490)):
        jobs.sheet(BAKER)
    assert len(rome.journal(TOKEN_PATH)) == 2


def test_a_token_that_ends_in_the_middle_is_asked_for_again_once(rome: Partner) -> None:
    jobs = source(rome)
    jobs.sheet(BAKER)
    rome.fails("401", path="/partenaire", times=1)
    assert jobs.sheet(BAKER) is not None
    assert len(rome.journal(TOKEN_PATH)) == 2
    rome.fails("401", path="/partenaire")
    with pytest.raises(RomeUnavailable):
        jobs.sheet(BAKER)
    assert len(rome.journal(TOKEN_PATH)) == 3


def test_a_partner_who_gives_short_tokens_is_served_all_the_same() -> None:
    with rome_served(lifetime=5) as partner:
        jobs = source(partner)
        assert jobs.sheet(BAKER) is not None
        assert jobs.sheet(BAKER) is not None
        assert len(partner.journal(TOKEN_PATH)) == 2


FAULTS = ["down", "slow", "429", "500", "garbage", "html", "empty", "drift", "truncated", "drip", "redirect"]


@pytest.mark.parametrize("path", ["/partenaire", TOKEN_PATH])
@pytest.mark.parametrize("kind", FAULTS)
def test_trouble_is_said_and_bounded(rome: Partner, kind: str, path: str) -> None:
    rome.fails(kind, path=path)
    jobs = source(rome, timeout=0.5)
    start = time.monotonic()
    with pytest.raises(RomeUnavailable):
        jobs.sheet(BAKER)
    with pytest.raises(RomeUnavailable):
        jobs.appellations()
    assert time.monotonic() - start < 3.0


def test_a_closed_port_is_trouble() -> None:
    with pytest.raises(RomeUnavailable):
        source(Partner(closed_port())).sheet(BAKER)


def test_refused_credentials_are_said_once_and_spare_the_circuit(
    rome: Partner, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = source(rome, secret="un-autre-secret")
    for _ in range(6):
        with pytest.raises(RomeUnavailable, match="credentials"):
            jobs.sheet(BAKER)
    assert rome.journal("/partenaire") == []
    assert "rome.credentials_refused status=401" in caplog.text


def test_the_secret_and_the_token_are_shown_nowhere(rome: Partner, caplog: pytest.LogCaptureFixture) -> None:
    jobs = source(rome)
    with caplog.at_level(logging.DEBUG):
        jobs.sheet(BAKER)
        rome.fails("reset", path="/partenaire")
        with pytest.raises(RomeUnavailable) as refusal:
            jobs.sheet(BAKER)
    token = jobs._tokens.current()
    shown = [caplog.text, repr(jobs), repr(jobs._tokens), repr(refusal.value), str(rome.journal())]
    assert not any(secret in text for text in shown for secret in (CLIENT_SECRET, token))
