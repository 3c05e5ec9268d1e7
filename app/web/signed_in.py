"""Flask-Login, fed by our own sessions: `current_user` is the account of the session's row."""

from typing import Any

from flask import Flask, Request

from app.domain.accounts.models import Account
from app.extensions import login_manager
from app.web.access import current_account


class SignedIn:
    """An account, as Flask-Login wants to see one."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, account: Account) -> None:
        self.account = account

    def get_id(self) -> str:
        return str(self.account.id)


def install(app: Flask) -> None:
    """Tell Flask-Login where the account comes from: never from its own cookie."""
    # Its own protection writes a mark into every session it meets: a cookie on pages that caches keep.
    login_manager.session_protection = None

    @login_manager.request_loader
    def load(_request: Request) -> Any:
        account = current_account()
        return None if account is None else SignedIn(account)
