"""Flask's session, kept in our tables once somebody has come in by a link; before, in a signed cookie.

The signed cookie (`__Host-pre`) holds nothing but the seed of the form tokens and a random mark of the
browser. A page without a form sets no cookie at all.
"""

import secrets
from datetime import datetime
from typing import Any

from flask import Flask, Request, Response, session
from flask.sessions import SessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import CallbackDict

from app.core.database import begin_write, db, writing
from app.domain.accounts import sessions
from app.domain.accounts.models import WebSession

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_PRE_LIFE = 12 * 3600


class PortalSession(CallbackDict[str, Any], SessionMixin):
    """What views see as `flask.session`; `row` is the server's session, when one is open.

    `read_at`: the database's clock when the row was read. `kept`: what the row of a new session holds.
    """

    def __init__(
        self, initial: dict[str, Any], row: WebSession | None, *, read_at: datetime | None = None
    ) -> None:
        def changed(_self: Any) -> None:
            self.modified = True

        super().__init__(initial, changed)
        self.row = row
        self.row_id = row.id if row else None
        self.read_at = read_at
        self.kept: dict[str, Any] = {}
        self.new_token: str | None = None
        self.ended = False
        self.trouble: SQLAlchemyError | None = None
        self.modified = False
        self.accessed = True

    def browser_mark(self) -> str:
        """A random mark of this browser, made when first asked for."""
        if "mark" not in self:
            self["mark"] = secrets.token_urlsafe(18)
        return str(self["mark"])


class DatabaseSessions(SessionInterface):
    """Opens and saves sessions. An unsafe request takes the database's write lock from its start."""

    def __init__(self, app: Flask) -> None:
        settings = app.extensions["settings"]
        loopback = settings.on_loopback
        self.secure = not loopback
        self.session_cookie = "session" if loopback else "__Host-session"
        self.pre_cookie = "pre" if loopback else "__Host-pre"
        self.path = "/" if not loopback else (settings.prefix or "/")
        keys = [*reversed(settings.former_keys), settings.secret_key.get_secret_value()]
        self.signer = URLSafeTimedSerializer(keys, salt="pre-session")
        # Before everything else, form tokens included: without its session a request can't be judged.
        app.before_request_funcs.setdefault(None, []).insert(0, raise_trouble)

    def open_session(self, app: Flask, request: Request) -> PortalSession:
        try:
            found = self._row_of(request)
        except SQLAlchemyError as trouble:
            # Raised here it would be before the error pages: `raise_trouble` raises it where they see it.
            unopened = PortalSession({}, None)
            unopened.trouble = trouble
            return unopened
        if found is not None:
            row, read_at = found
            return PortalSession(dict(row.data), row, read_at=read_at)
        try:
            data = self.signer.loads(request.cookies.get(self.pre_cookie, ""), max_age=_PRE_LIFE)
        except BadSignature:
            data = {}
        return PortalSession(data if isinstance(data, dict) else {}, None)

    def _row_of(self, request: Request) -> tuple[WebSession, datetime] | None:
        if request.method not in SAFE_METHODS:
            begin_write()
        token = request.cookies.get(self.session_cookie, "")
        return sessions.find(token) if 20 <= len(token) <= 100 else None

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, PortalSession):
            return
        if session.ended:
            self._forget(response)
        elif session.new_token is not None:
            # What was noted after the door opened (a message for the next page) goes in too.
            if session.row is not None and session.kept != dict(session):
                self._save_row(session)
            self._set(response, self.session_cookie, session.new_token)
            response.delete_cookie(self.pre_cookie, path=self.path, secure=self.secure, httponly=True)
        elif session.row_id is not None:
            self._save_row(session)
        elif session.modified:
            self._set(response, self.pre_cookie, self.signer.dumps(dict(session)))

    def _save_row(self, session: PortalSession) -> None:
        """In a transaction of its own, which writes from its start: one that has read may be refused."""
        if session.row is None:
            return
        data = dict(session) if session.modified else None
        try:
            # A session just opened has its number since the view's commit.
            number = session.row_id or session.row.id
            if data is None and not sessions.is_to_touch(session.row):
                return
            db.session.rollback()
            with writing():
                # The row may have been deleted by a log-out meanwhile: nothing is what we want then.
                row = db.session.get(WebSession, number) if number else None
                if row is not None:
                    sessions.touch(row)
                    row.data = row.data if data is None else data
                db.session.commit()
        except SQLAlchemyError:
            # The answer is ready: that the session was in use can be noted by the next request.
            db.session.rollback()

    def _forget(self, response: Response) -> None:
        for name in (self.session_cookie, self.pre_cookie):
            response.delete_cookie(name, path=self.path, secure=self.secure, httponly=True)
        response.headers["Clear-Site-Data"] = '"cache","storage"'

    def _set(self, response: Response, name: str, value: str) -> None:
        response.set_cookie(
            name, value, path=self.path, secure=self.secure, httponly=True, samesite="Lax"
        )


def raise_trouble() -> None:
    """The database didn't give the session: the request ends here, with the page that says so."""
    trouble = getattr(session, "trouble", None)
    if trouble is not None:
        raise trouble
