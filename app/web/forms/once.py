"""A form posted twice (double click, reload, two workers) acts once and answers the same."""

import secrets
from collections.abc import Callable

from flask import redirect, request, session
from sqlalchemy.dialects import postgresql, sqlite
from werkzeug.wrappers import Response

from app.audit.models import FormPost
from app.core import clock
from app.core.database import db, is_sqlite
from app.core.failpoints import failpoint
from app.core.tokens import hash_token


def new_submission_id() -> str:
    """The identifier of one showing of a form."""
    return secrets.token_urlsafe(12)


def run_once(act: Callable[[], str]) -> Response:
    """Run `act`, which returns where to go next, commit, and redirect there (303).

    A second posting with the same `submission_id` from the same browser gets the first one's redirection.
    """
    key = _key()
    if key is None:
        return _commit(act())
    post = _first_of(key)
    if post is None:
        return answered_before() or redirect(request.path, 303)
    post.location = act()
    return _commit(post.location)


def answered_before() -> Response | None:
    """The redirection that this very posting got the first time; for views that look before they act."""
    key = _key()
    former = db.session.get(FormPost, key) if key else None
    return redirect(former.location, 303) if former is not None else None


def _first_of(key: str) -> FormPost | None:
    """Write the posting down; None when it was before. A worker that acts on it now is waited for."""
    insert = sqlite.insert if is_sqlite() else postgresql.insert
    statement = (
        insert(FormPost)
        .values(submission_id=key, location="", created_at=clock.now())
        .on_conflict_do_nothing(index_elements=[FormPost.submission_id])
        .returning(FormPost)
    )
    return db.session.scalars(statement).one_or_none()


def _commit(location: str) -> Response:
    failpoint("request.before_commit")
    db.session.commit()
    failpoint("request.after_commit_before_response")
    return redirect(location, 303)


def _key() -> str | None:
    posted = request.form.get("submission_id", "")
    if not 8 <= len(posted) <= 64:
        return None
    return hash_token(f"form:{request.path}:{session.get('csrf_token', '')}", posted)
