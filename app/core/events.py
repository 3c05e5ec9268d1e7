"""What has happened, said to whoever wants to know. `app/reactions.py` says who does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Event:
    """Base of the events: a fact in the past tense, raised in the transaction that makes it true."""


Reaction = Callable[[Any], None]
_reactions: dict[type[Event], tuple[Reaction, ...]] = {}


def install(reactions: Mapping[type[Event], Sequence[Reaction]]) -> None:
    """Replace the map of reactions; done once, at start."""
    _reactions.clear()
    _reactions.update({event: tuple(follow) for event, follow in reactions.items()})


def emit(event: Event) -> None:
    """Run the reactions of an event, in order, in the same transaction."""
    for react in _reactions.get(type(event), ()):
        react(event)
