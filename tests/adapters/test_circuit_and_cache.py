"""The circuit breaker and the cache, on a clock that the test holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from app.adapters.circuit import Circuit
from app.adapters.lookup_cache import LookupCache
from app.core import clock

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@contextmanager
def after(seconds: float) -> Iterator[None]:
    with clock.set_to(START + timedelta(seconds=seconds)):
        yield


def test_five_failures_in_a_row_open_the_circuit_and_four_don_t() -> None:
    circuit = Circuit()
    with after(0):
        for _ in range(4):
            circuit.failed()
        assert circuit.allows()
        circuit.succeeded()
        for _ in range(4):
            circuit.failed()
        assert circuit.allows()
        circuit.failed()
        assert circuit.is_open
        assert not circuit.allows()


def test_more_than_half_of_twenty_opens_it_and_half_doesn_t() -> None:
    with after(0):
        half, more = Circuit(), Circuit()
        for _ in range(10):
            half.succeeded()
            half.failed()
        assert half.allows()
        for _ in range(8):
            more.succeeded()
            more.failed()
        more.failed()
        more.failed()
        more.succeeded()
        assert more.allows()
        more.failed()
        assert not more.allows()


def test_one_probe_a_minute_passes_and_its_success_closes() -> None:
    circuit = Circuit()
    with after(0):
        for _ in range(5):
            circuit.failed()
    with after(59):
        assert not circuit.allows()
    with after(60):
        assert circuit.allows()
        assert not circuit.allows()
        circuit.failed()
    with after(119):
        assert not circuit.allows()
    with after(121):
        assert circuit.allows()
        circuit.succeeded()
        assert circuit.allows()
        assert not circuit.is_open
        circuit.failed()
        assert circuit.allows()


def test_a_partner_who_asks_for_time_gets_it_a_minute_at_most() -> None:
    circuit = Circuit()
    with after(0):
        circuit.failed(retry_after=10)
        assert not circuit.allows()
    with after(11):
        assert circuit.allows()
        circuit.failed(retry_after=20_000)
    with after(70):
        assert not circuit.allows()
    with after(72):
        assert circuit.allows()


def test_the_cache_forgets_with_age() -> None:
    cache = LookupCache[str, int](size=3, age=timedelta(hours=24))
    with after(0):
        cache.put("a", 1)
    with after(86_399):
        assert cache.get("a") == 1
    with after(86_400):
        assert cache.get("a") is None
        assert len(cache) == 0


def test_a_clock_set_back_keeps_nothing_for_ever() -> None:
    cache = LookupCache[str, int](size=3, age=timedelta(hours=24))
    with after(0):
        cache.put("a", 1)
    with after(-3600):
        assert cache.get("a") is None


def test_the_cache_is_bounded_and_drops_what_is_least_used() -> None:
    cache = LookupCache[str, int](size=2, age=timedelta(hours=1))
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.get("a") == 1
    cache.put("c", 3)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (1, None, 3)
    cache.clear()
    assert len(cache) == 0
