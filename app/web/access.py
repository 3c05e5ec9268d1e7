"""Who may enter a view. Unmarked means denied.

`@public("why")`, `@by_link(Purpose…)`, `@requires(Permission…)` mark a view; one hook checks the mark.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from app.audit.actor import ANONYMOUS, Actor, ActorKind
from app.domain.accounts import magic_links, sessions
from app.domain.accounts.magic_links import LinkState
from app.domain.accounts.models import Account, Link, Purpose, StaffRole, WebSession
from app.web.sessions import PortalSession

View = TypeVar("View", bound=Callable[..., Any])


class Permission(Enum):
    """Rights of people with an account."""

    QUEUES_READ = "queues_read"
    HOLD_DECIDE = "hold_decide"
    MAIL_MANAGE = "mail_manage"
    MAIL_PREVIEW = "mail_preview"
    JOBS_READ = "jobs_read"


# Operators moderate; administrators also look after the machinery.
STAFF_PERMISSIONS = {
    StaffRole.OPERATOR: frozenset(Permission) - {Permission.JOBS_READ},
    StaffRole.ADMINISTRATOR: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Access:
    """The mark of a view."""

    reason: str = ""
    purposes: tuple[Purpose, ...] = ()
    permission: Permission | None = None


def public(reason: str) -> Callable[[View], View]:
    """Anyone may enter; `reason` says what the page is."""
    return _mark(Access(reason=reason))


def by_link(*purposes: Purpose) -> Callable[[View], View]:
    """People who have opened a link of one of these kinds."""
    return _mark(Access(purposes=purposes))


def requires(permission: Permission) -> Callable[[View], View]:
    """People whose account has this right."""
    return _mark(Access(permission=permission))


def _mark(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]  # the mark travels on the function
        return view

    return mark


def access_of(app: Flask, endpoint: str) -> Access | None:
    """The mark of an endpoint, or None: denied."""
    view: Any = app.view_functions.get(endpoint)
    return getattr(view, "access", None)


def install(app: Flask) -> None:
    """Check every request against the mark of its view."""
    app.before_request(check_access)


def check_access() -> Response | None:
    """The hook: None lets the request through."""
    if request.endpoint is None or request.endpoint == "static":
        return None
    access = access_of(current_app, request.endpoint)
    if access is None:
        abort(403)
    if access.purposes:
        return None if any(link.purpose in access.purposes for link in current_links()) else _ask_for_link()
    if access.permission is not None:
        account = current_account()
        if account is None:
            return redirect(url_for("links.lost", suite="agents"))
        if not may(access.permission):
            abort(403)
    return None


def _ask_for_link() -> Response:
    return redirect(url_for("links.lost", acces="demande"))


def portal_session() -> PortalSession:
    """The present session, with its true type."""
    if not isinstance(session._get_current_object(), PortalSession):  # type: ignore[attr-defined]
        raise TypeError("session interface not installed")
    return session._get_current_object()  # type: ignore[attr-defined]


def current_row() -> WebSession | None:
    """The server's session of this request."""
    return portal_session().row


def current_account() -> Account | None:
    """The account that is signed in."""
    row = current_row()
    return row.account if row else None


def may(permission: Permission) -> bool:
    """Has the person who is signed in this right?"""
    account = current_account()
    role = account.staff_role if account else None
    return role is not None and permission in STAFF_PERMISSIONS[role]


def current_links() -> list[Link]:
    """Links opened in this session that are still live: revoking one ends what it opened at once."""
    if "links" not in g:
        row = current_row()
        g.links = [
            link
            for link in (row.links if row else [])
            if magic_links.state_of(link).state is LinkState.LIVE
            or (link.purpose in magic_links.SINGLE_USE and link.revoked_at is None)
        ]
    links: list[Link] = g.links
    return links


def current_link(purpose: Purpose, *, object_type: str, object_id: int) -> Link | None:
    """The live link of this session for this very object."""
    return next(
        (
            link
            for link in current_links()
            if link.purpose is purpose and link.object_type == object_type and link.object_id == object_id
        ),
        None,
    )


def current_actor() -> Actor:
    """The agent who is signed in, for the journal; acts by a link are signed by `actor_of` that link."""
    account = current_account()
    if account is not None and account.staff_role is not None:
        return Actor(ActorKind.STAFF, account.id, "account")
    return ANONYMOUS


def actor_of(link: Link) -> Actor:
    """Who acts by a link: a browser may hold several, and be an agent's besides."""
    if link.object_type == "contact":
        return Actor(ActorKind.CONTACT, link.object_id, "link")
    if link.object_type == "account":
        return Actor(ActorKind.STAFF, link.object_id, "link")
    if link.purpose in {Purpose.FOLLOW_UP, Purpose.HELD_OFFER}:
        return Actor(ActorKind.OPCO, link.id, "link")
    return Actor(ActorKind.ANONYMOUS, None, "link")


def enter(*, account: Account | None = None, link: Link | None = None) -> None:
    """Open a new server session (new identifier, new form token), keeping the links already opened."""
    present = portal_session()
    links = [kept for kept in current_links() if link is None or kept.id != link.id]
    if link is not None:
        links.append(link)
    account = account or current_account()
    former = present.row
    row, token = sessions.open_session(account=account, links=links)
    if former is not None:
        sessions.end(former)
    present.clear()
    # Made now, so that showing a form later writes nothing.
    present["csrf_token"] = secrets.token_hex(20)
    row.data = dict(present)
    present.row, present.row_id, present.new_token = row, row.id, token
    g.pop("csrf_token", None)
    g.pop("links", None)


def leave() -> None:
    """Log out: the row is deleted, the cookies are cleared."""
    present = portal_session()
    if present.row is not None:
        sessions.end(present.row)
    present.clear()
    present.ended = True
