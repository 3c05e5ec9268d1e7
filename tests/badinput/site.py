"""What a site of these tests is: one form of the portal, open and correctly filled but for one answer."""

from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask
from werkzeug.test import TestResponse

from tests.support.client import CheckedClient

Open = Callable[[Flask, CheckedClient], TestResponse]


@dataclass(frozen=True)
class Site:
    """`open` gives the page; `form` is its place on the page; `answers` are right for the other questions;
    with `reopen` the page is made again once something was accepted, since the object has changed.
    """

    open: Open
    form: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    reopen: bool = False
