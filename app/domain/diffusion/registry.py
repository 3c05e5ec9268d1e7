"""The platforms, each declared once; and which of them portal staff have opened."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.domain.diffusion.models import PlatformSwitch
from app.domain.diffusion.platform import Options, Platform
from app.domain.diffusion.platforms.apec import APEC
from app.domain.diffusion.platforms.api_apprentissage import API_APPRENTISSAGE
from app.domain.diffusion.platforms.derived import PARCOURSUP, UN_JEUNE_UNE_SOLUTION
from app.domain.diffusion.platforms.feeds import HELLOWORK, INDEED
from app.domain.diffusion.platforms.france_travail import FRANCE_TRAVAIL

# In the order of the pages.
PLATFORMS: dict[str, Platform] = {
    platform.key: platform
    for platform in (
        API_APPRENTISSAGE,
        UN_JEUNE_UNE_SOLUTION,
        PARCOURSUP,
        APEC,
        FRANCE_TRAVAIL,
        INDEED,
        HELLOWORK,
    )
}
_OURS = frozenset(PLATFORMS)
Switches = dict[str, tuple[bool, Options]]


def declare(platform: Platform) -> None:
    """Add a platform that the file of sites declares, in place of a former declaration of the same key."""
    known = PLATFORMS.get(platform.key)
    if known is not None and platform.key in _OURS:
        raise ValueError(f"la clé « {platform.key} » est déjà celle de {known.name}")
    PLATFORMS[platform.key] = platform


# Database → when its switches were read, and what they said. They change a few times a year, every page of an
# offer asks for them: another process learns of a change within these seconds.
_KEPT_FOR = timedelta(seconds=5)
_kept: dict[str, tuple[datetime, Switches]] = {}
_CHANGED = "platform_switches_changed"


def switches() -> Switches:
    """Keys of the platforms ever opened or closed, whether each is open, and its options."""
    session, place, now = db.session(), str(db.engine.url), clock.now()
    kept = _kept.get(place)
    if kept is not None and timedelta(0) <= now - kept[0] < _KEPT_FOR and _CHANGED not in session.info:
        return kept[1]
    rows = session.scalars(sa.select(PlatformSwitch))
    found: Switches = {row.platform: (row.is_open, dict(row.options)) for row in rows}
    # What a session has changed isn't true for the others before its end.
    if _CHANGED not in session.info:
        _kept[place] = (now, found)
    return found


def forget_switches() -> None:
    """Read them again next time."""
    _kept.clear()


def open_platforms() -> dict[str, Options]:
    """Keys of the platforms that are open, with their options; a derived one is when its relay is."""
    found: dict[str, Options] = {
        key: options for key, (is_open, options) in switches().items() if is_open and key in PLATFORMS
    }
    derived = {key: found[one.relayed_by] for key, one in PLATFORMS.items() if one.relayed_by in found}
    return {**found, **derived}


def switch_of(key: str) -> PlatformSwitch:
    """The switch of a platform, made closed when it isn't there yet; LookupError for an unknown one."""
    if key not in PLATFORMS:
        raise LookupError(key)
    row = db.session.get(PlatformSwitch, key)
    if row is None:
        row = PlatformSwitch(platform=key, is_open=False, options={}, changed_at=clock.now())
        db.session.add(row)
    return row


def turn(key: str, *, on: bool, options: Mapping[str, bool] | None = None) -> PlatformSwitch:
    """Open or close a platform. Closing sends nothing more; what waits stays. Never commits."""
    row = switch_of(key)
    db.session().info[_CHANGED] = True
    forget_switches()
    row.is_open = on
    row.options = {**row.options, **(options or {})}
    row.changed_at = clock.now()
    db.session.flush()
    return row
