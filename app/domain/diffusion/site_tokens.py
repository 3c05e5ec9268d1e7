"""The refresh token of a site that changes it at each renewal: sealed, shared by every process."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.database import Model, UtcDateTime, db, is_sqlite
from app.core.secrets import Keyring


class SiteToken(Model):
    """One site's present refresh token."""

    __tablename__ = "site_token"

    site: Mapped[str] = mapped_column(sa.String(30), primary_key=True)
    sealed: Mapped[str] = mapped_column(sa.Text)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SealedToken:
    """Reads and writes it, in a transaction of its own: a call to the site has none open."""

    def __init__(self, site: str, keyring: Keyring) -> None:
        self._site = site
        self._keyring = keyring

    @property
    def _place(self) -> str:
        return f"site_token|{self._site}|sealed"

    def load(self) -> str | None:
        """The last one, or None."""
        with db.engine.connect() as connection:
            found = connection.scalar(sa.select(SiteToken.sealed).where(SiteToken.site == self._site))
        return None if found is None else self._keyring.open(found, place=self._place)

    def save(self, token: str) -> None:
        """In place of the former one."""
        values = {"sealed": self._keyring.seal(token, place=self._place), "changed_at": clock.now()}
        insert = sqlite.insert if is_sqlite() else postgresql.insert
        row = insert(SiteToken).values(site=self._site, **values)
        with db.engine.begin() as connection:
            connection.execute(row.on_conflict_do_update(index_elements=[SiteToken.site], set_=values))
