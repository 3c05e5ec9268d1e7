"""Coming in as somebody with an account: by a mailed link, then by a code when one is needed."""

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.domain.accounts import magic_links
from app.domain.accounts.models import Account, Purpose, WebSession
from tests.support.client import CheckedClient


def by_link(client: CheckedClient, account: Account, *, proven: bool = True) -> None:
    """Press the button of a login link; `proven`: the code has been given too."""
    token = magic_links.issue(Purpose.LOGIN, object_type="account", object_id=account.id, email=account.email)
    db.session.commit()
    client.submit(client.get(f"/l/{token}"), follow=False)
    if proven:
        mine = WebSession.account_id == account.id
        db.session.execute(sa.update(WebSession).where(mine).values(proven_at=clock.now()))
        db.session.commit()
