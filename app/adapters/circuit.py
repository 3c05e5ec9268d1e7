"""A circuit breaker in the process: it spares a partner in trouble, and those who would wait for it."""

import threading
from collections import deque
from datetime import datetime, timedelta

from app.core import clock

_IN_A_ROW = 5
_WINDOW = 20
_PROBE_EVERY = timedelta(seconds=60)


class Circuit:
    """Opens after 5 failures in a row or more than half of the last 20; then lets one probe pass a minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._recent: deque[bool] = deque(maxlen=_WINDOW)
        self._in_a_row = 0
        self._next_probe: datetime | None = None
        self._asked_to_wait: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Is the partner held to be in trouble?"""
        return self._next_probe is not None

    def allows(self) -> bool:
        """May a call be made now? In an open circuit, True takes the probe of this minute."""
        with self._lock:
            now = clock.now()
            if self._asked_to_wait is not None and now < self._asked_to_wait:
                return False
            if self._next_probe is None:
                return True
            if now < self._next_probe:
                return False
            self._next_probe = now + _PROBE_EVERY
            return True

    def succeeded(self) -> None:
        """Note an answer, good or bad for us but of the partner's own will."""
        with self._lock:
            if self._next_probe is not None:
                self._recent.clear()
            self._next_probe = self._asked_to_wait = None
            self._in_a_row = 0
            self._recent.append(True)

    def failed(self, *, retry_after: float | None = None) -> None:
        """Note a failure; `retry_after` (seconds) is what the partner asked us to wait, a minute at most."""
        with self._lock:
            now = clock.now()
            self._recent.append(False)
            self._in_a_row += 1
            if retry_after:
                self._asked_to_wait = now + min(timedelta(seconds=retry_after), _PROBE_EVERY)
            failures = len(self._recent) - sum(self._recent)
            too_many = len(self._recent) == _WINDOW and failures * 2 > _WINDOW
            if self._in_a_row >= _IN_A_ROW or too_many:
                self._next_probe = now + _PROBE_EVERY
