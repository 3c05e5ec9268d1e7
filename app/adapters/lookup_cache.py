"""A small cache in the process: at most so many answers, each for so long."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from app.core import clock

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class LookupCache(Generic[Key, Value]):
    """Forgets the least recently used beyond `size`, and whatever is older than `age`."""

    def __init__(self, *, size: int, age: timedelta) -> None:
        self._size = size
        self._age = age
        self._items: OrderedDict[Key, tuple[datetime, Value]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._items)

    def get(self, key: Key) -> Value | None:
        """What was kept under this key, or None."""
        with self._lock:
            item = self._items.get(key)
            if item is None:
                return None
            kept_at, value = item
            # A clock set back must not keep an answer alive for ever.
            if not timedelta(0) <= clock.now() - kept_at < self._age:
                del self._items[key]
                return None
            self._items.move_to_end(key)
            return value

    def put(self, key: Key, value: Value) -> None:
        """Keep an answer."""
        with self._lock:
            self._items[key] = (clock.now(), value)
            self._items.move_to_end(key)
            while len(self._items) > self._size:
                self._items.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._items.clear()
