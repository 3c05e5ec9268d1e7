"""State machines as tables. The only module that writes a status."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from app.core.errors import DomainError

S = TypeVar("S", bound=Enum)


class IllegalMove(DomainError):
    """The object isn't in a state from which this move starts."""

    def __init__(self, move: str, state: Enum) -> None:
        super().__init__("Cette action n’est plus possible : la situation a changé depuis.")
        self.move = move
        self.state = state


class Lifecycle(Generic[S]):
    """Moves of one kind of object: name → (states it starts from, state it leads to)."""

    def __init__(self, name: str, moves: Mapping[str, tuple[frozenset[S], S]]) -> None:
        self.name = name
        self.moves = dict(moves)

    def may(self, subject: Any, move: str) -> bool:
        """Can this move start from the present state?"""
        return subject.status in self.moves[move][0]

    def apply(self, subject: Any, move: str) -> None:
        """Change the state, or raise IllegalMove."""
        starts, end = self.moves[move]
        if subject.status not in starts:
            raise IllegalMove(move, subject.status)
        subject.status = end

    def starts(self, move: str) -> list[S]:
        """The states it starts from, always in the same order: to read them one after the other."""
        return sorted(self.moves[move][0], key=lambda state: str(state.value))

    def apply_to_all(self, update: sa.Update, move: str) -> sa.Update:
        """Add the move to an update of many rows: those in another state stay as they are."""
        starts, end = self.moves[move]
        column = update.entity_description["entity"].status
        return update.where(column.in_(starts)).values(status=end)

    def put_back(self, subject: Any, state: S) -> None:
        """Return to the recorded state of an act that is undone."""
        subject.status = state

    @staticmethod
    def begin(subject: Any, state: S) -> None:
        """Give a new object its first state."""
        subject.status = state
