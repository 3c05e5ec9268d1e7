"""The marks of views: who may enter. Unmarked means denied; `access.py` checks them on each request."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from app.domain.accounts.models import Purpose
from app.domain.accounts.permissions import Permission

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Access:
    """The mark of a view."""

    reason: str = ""
    purposes: tuple[Purpose, ...] = ()
    permission: Permission | None = None
    or_member: bool = False
    in_a_structure: bool = False
    account_only: bool = False


def public(reason: str) -> Callable[[View], View]:
    """Anyone may enter; `reason` says what the page is."""
    return _mark(Access(reason=reason))


def by_link(*purposes: Purpose, or_member: bool = False) -> Callable[[View], View]:
    """People who have opened a link of one of these kinds.

    `or_member`: and the members of the structure that manages the object; the view's loading tells which.
    """
    return _mark(Access(purposes=purposes, or_member=or_member))


def requires(permission: Permission) -> Callable[[View], View]:
    """People whose account has this right."""
    return _mark(Access(permission=permission))


def member(permission: Permission) -> Callable[[View], View]:
    """Members of the structure that the address names (`organisation`) whose role has this right."""
    return _mark(Access(permission=permission, in_a_structure=True))


def signed_in() -> Callable[[View], View]:
    """Anybody with an account: pages of the person, not of a structure."""
    return _mark(Access(account_only=True))


def _mark(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]  # the mark travels on the function
        return view

    return mark
