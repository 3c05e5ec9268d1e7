"""Who may enter a view: one hook checks the mark of each request. And who is there, for the views."""

import secrets
from datetime import timedelta
from typing import Any

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from app.audit.actor import ANONYMOUS, Actor, ActorKind
from app.core import clock
from app.core.errors import NotAllowed
from app.domain.accounts import magic_links, sessions
from app.domain.accounts.magic_links import LinkState
from app.domain.accounts.models import Account, Link, Purpose, WebSession
from app.domain.accounts.permissions import IN_A_STRUCTURE, Permission, staff_may
from app.domain.organisations.members import administrators, membership_in, needs_second_factor
from app.domain.organisations.models import Membership
from app.domain.organisations.roles import may as role_may
from app.domain.organisations.roles import who_may
from app.web.marks import Access, by_link, member, public, requires, signed_in
from app.web.sessions import PortalSession

# Views take both their mark and what they know of the person from here.
__all__ = ["Permission", "by_link", "member", "public", "requires", "signed_in"]
# Under this name a session keeps when its account came in; any other link opened since doesn't count.
CAME_AT = "came_at"
LATELY = timedelta(minutes=10)


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
        if any(link.purpose in access.purposes for link in current_links()):
            return None
        return _check_account(access) if access.or_member and current_account() else _ask_for_link()
    if access.permission is not None or access.account_only:
        return _check_account(access)
    return None


def _check_account(access: Access) -> Response | None:
    account = current_account()
    if account is None:
        return redirect(url_for("account.sign_in"))
    if access.account_only:
        return None
    if access.permission is None:
        return None if is_proven() or not needs_second_factor(account) else _ask_for_code()
    if access.in_a_structure:
        found = membership_in(account, str((request.view_args or {}).get("organisation", "")))
        if found is None:
            abort(404)
        g.membership = found
    elif account.staff_role is None:
        abort(403)
    if not is_proven() and needs_second_factor(account):
        return _ask_for_code()
    if not _has(access.permission, account):
        raise NotAllowed(_who_may(access.permission) if access.in_a_structure else "")
    return None


def _ask_for_code() -> Response:
    return redirect(url_for("account.second_factor"))


def _has(permission: Permission, account: Account) -> bool:
    if permission in IN_A_STRUCTURE:
        return role_may(current_membership().role, permission)
    return staff_may(account.staff_role, permission)


def _who_may(permission: Permission) -> str:
    """« Seul un responsable peut faire cela. Écrire à Camille Durand. »"""
    first = next(iter(administrators(current_membership().organisation)), None)
    address = f" Écrivez à {first.account.name} ({first.account.email})." if first else ""
    return f"Seul {who_may(permission)} peut faire cela.{address}"


def current_membership() -> Membership:
    """The membership by which this page was opened."""
    found: Membership = g.membership
    return found


def is_proven() -> bool:
    """Has this session passed the second factor?"""
    row = current_row()
    return row is not None and row.proven_at is not None


def came_lately() -> bool:
    """Was this session opened by a login, by link or ProConnect, less than ten minutes ago?"""
    since: float = portal_session().get(CAME_AT, 0.0)
    return clock.now().timestamp() - since < LATELY.total_seconds()


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
    """Has the person who is signed in this right, on the page that is open?"""
    account = current_account()
    if account is None or ("membership" not in g and permission in IN_A_STRUCTURE):
        return False
    return _has(permission, account)


def current_links() -> list[Link]:
    """Links opened in this session that are still live: revoking one ends what it opened at once."""
    if "links" not in g:
        row, now = current_row(), portal_session().read_at
        g.links = [
            link
            for link in (row.links if row else [])
            if magic_links.state_of(link, now=now).state is LinkState.LIVE
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
    """Who is signed in, for the journal; acts by a link are signed by `actor_of` that link."""
    account = current_account()
    if account is None:
        return ANONYMOUS
    in_a_structure = "membership" in g or account.staff_role is None
    return Actor(ActorKind.MEMBER if in_a_structure else ActorKind.STAFF, account.id, "account")


def actor_of(link: Link) -> Actor:
    """Who acts by a link: a browser may hold several, and be an agent's besides."""
    if link.object_type == "contact":
        return Actor(ActorKind.CONTACT, link.object_id, "link")
    if link.object_type == "account":
        return Actor(ActorKind.STAFF, link.object_id, "link")
    if link.purpose in {Purpose.FOLLOW_UP, Purpose.HELD_OFFER}:
        return Actor(ActorKind.OPCO, link.id, "link")
    if link.purpose is Purpose.CFA_REQUEST:
        return Actor(ActorKind.CFA, link.id, "link")
    if link.purpose is Purpose.CONSENT:
        return Actor(ActorKind.CANDIDATE, link.id, "link")
    return Actor(ActorKind.ANONYMOUS, None, "link")


def enter(*, account: Account | None = None, link: Link | None = None, proven: bool = False) -> None:
    """Open a new server session (new identifier, new form token), keeping the links already opened.

    `proven`: the person has just passed the second factor; a session of the same person keeps it.
    """
    present = portal_session()
    came_at = present.get(CAME_AT, 0.0) if account is None else clock.now().timestamp()
    links = [kept for kept in current_links() if link is None or kept.id != link.id]
    if link is not None:
        links.append(link)
    same = account is None or account is current_account()
    account = account or current_account()
    former = present.row
    kept_proof = same and former is not None and former.proven_at is not None
    row, token = sessions.open_session(account=account, links=links, proven=proven or kept_proof)
    if former is not None:
        sessions.end(former)
    present.clear()
    # Made now, so that showing a form later writes nothing.
    present["csrf_token"] = secrets.token_hex(20)
    if account is not None:
        present[CAME_AT] = came_at
    row.data = present.kept = dict(present)
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
