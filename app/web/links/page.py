"""What the page of a live link shows before its button."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LinkPage:
    """`title` is the act as a question; `facts` are (label, value) pairs; `act` is posted with the button."""

    title: str
    lead: str
    button: str
    facts: tuple[tuple[str, str], ...] = ()
    act: str = ""
