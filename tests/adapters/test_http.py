"""The HTTP client on its own: what it refuses to wait for, to follow, to swallow and to say."""

import socket
import time
from datetime import UTC, datetime

import pytest

from app.adapters import deadline
from app.adapters.http import Fault, HttpClient, HttpFault, retry_after_seconds
from app.core import clock
from tests.support.standins import Partner, closed_port

RETRY_AFTER = [
    (None, None),
    ("0", 0.0),
    ("30", 30.0),
    (" 7 ", 7.0),
    ("999999999", 21600.0),
    ("9" * 50, None),
    ("-5", None),
    ("1.5", None),
    ("²", None),
    ("bientôt", None),
    ("", None),
    ("Sun, 22 Nov 2026 09:01:30 GMT", 90.0),
    ("Sun, 22 Nov 2026 08:00:00 GMT", 0.0),
    ("Sun, 22 Nov 2026 10:01:30 +0100", 90.0),
    ("Wed, 01 Jan 2031 00:00:00 GMT", 21600.0),
]


@pytest.mark.parametrize(("header", "seconds"), RETRY_AFTER)
def test_retry_after_is_read_in_seconds_or_as_a_date(header: str | None, seconds: float | None) -> None:
    with clock.set_to(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)):
        assert retry_after_seconds(header) == seconds


FAULTS = [
    ("down", Fault.NETWORK, True),
    ("reset", Fault.NETWORK, True),
    ("truncated", Fault.NETWORK, True),
    ("slow", Fault.TIMEOUT, True),
    ("drip", Fault.TIMEOUT, True),
    ("drip_headers", Fault.TIMEOUT, True),
    ("redirect", Fault.REDIRECT, True),
    ("huge", Fault.TOO_LARGE, True),
]


@pytest.mark.parametrize(("kind", "fault", "arrived"), FAULTS)
def test_a_fault_says_whether_the_partner_may_have_acted(
    annuaire: Partner, kind: str, fault: Fault, arrived: bool
) -> None:
    annuaire.fails(kind)
    with pytest.raises(HttpFault) as raised:
        HttpClient(annuaire.url, timeout=0.5).get("/search", params={"q": "99100001900018"})
    assert (raised.value.fault, raised.value.may_have_arrived) == (fault, arrived)


@pytest.mark.parametrize("kind", ["garbage", "html", "empty", "deep"])
def test_what_isn_t_json_is_unreadable(annuaire: Partner, kind: str) -> None:
    annuaire.fails(kind)
    answer = HttpClient(annuaire.url).get("/search")
    with pytest.raises(HttpFault) as raised:
        answer.json()
    assert raised.value.fault is Fault.UNREADABLE


def test_a_request_that_never_left_is_told_from_one_that_may_have_arrived() -> None:
    for address in (closed_port(), "http://hote-qui-n-existe-pas.invalid", "http://[::1"):
        with pytest.raises(HttpFault) as raised:
            HttpClient(address, timeout=1.0).get("/")
        assert (raised.value.fault, raised.value.may_have_arrived) == (Fault.CONNECT, False)


def test_a_name_that_takes_too_long_to_resolve_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow_resolver(*_: object, **__: object) -> list[object]:
        time.sleep(3)
        return []

    monkeypatch.setattr(deadline.socket, "getaddrinfo", slow_resolver)
    start = time.monotonic()
    with pytest.raises(HttpFault):
        HttpClient("http://annuaire.example", timeout=0.3).get("/")
    assert time.monotonic() - start < 1.0


def test_a_server_that_accepts_and_says_nothing_is_given_up() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        start = time.monotonic()
        with pytest.raises(HttpFault) as raised:
            HttpClient(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.4).get("/")
    assert raised.value.fault is Fault.TIMEOUT
    assert time.monotonic() - start < 1.0


def test_tls_is_verified_not_assumed(annuaire: Partner) -> None:
    with pytest.raises(HttpFault) as raised:
        HttpClient(annuaire.url.replace("http:", "https:"), timeout=2.0).get("/search")
    assert raised.value.fault is Fault.CONNECT


def test_a_call_may_have_less_time_than_the_client_never_more(annuaire: Partner) -> None:
    annuaire.fails("slow", seconds=8)
    start = time.monotonic()
    with pytest.raises(HttpFault):
        HttpClient(annuaire.url, timeout=0.3).get("/search", timeout=30)
    with pytest.raises(HttpFault):
        HttpClient(annuaire.url, timeout=30).get("/search", timeout=0.3)
    assert time.monotonic() - start < 1.5


def test_a_form_is_sent_as_such_and_nothing_is_followed(annuaire: Partner) -> None:
    answer = HttpClient(annuaire.url).post_form("/ailleurs", form={"a": "é&b"})
    assert answer.status == 404
    (entry,) = annuaire.journal("/ailleurs")
    assert entry["headers"]["content-type"] == "application/x-www-form-urlencoded"


def test_an_answer_shows_neither_its_body_nor_its_headers(annuaire: Partner) -> None:
    answer = HttpClient(annuaire.url).get("/search", params={"q": "99100001900018"})
    assert repr(answer) == "Answer(status=200)"
