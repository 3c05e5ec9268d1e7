"""The addresses of the feeds of sites: their last part but one is the key."""

import hmac
from dataclasses import dataclass

from flask import current_app

from app.domain.diffusion.platform import Transport
from app.domain.diffusion.registry import PLATFORMS, open_platforms
from app.web.addresses import absolute


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """The feed of a site: the address to give it."""

    site: str
    address: str


def feed_token(platform: str, organisation: str = "", *, key: str = "") -> str:
    """Nobody guesses it; another SECRET_KEY changes it."""
    secret = key or current_app.extensions["settings"].secret_key.get_secret_value()
    return hmac.digest(secret.encode(), f"flux:{platform}:{organisation}".encode(), "sha256").hex()[:32]


def is_right(token: str, platform: str, organisation: str = "") -> bool:
    """Is it the key of this feed, by the present secret or by one that still opens?"""
    settings = current_app.extensions["settings"]
    keys = [settings.secret_key.get_secret_value(), *settings.former_keys]
    right = [hmac.compare_digest(feed_token(platform, organisation, key=key), token) for key in keys]
    return any(right)


def open_feeds(organisation: str = "") -> list[FeedAddress]:
    """What is given to the sites that are open: every offer, or those of one structure."""
    opened = open_platforms()
    return [
        FeedAddress(platform.name, _address(key, organisation))
        for key, platform in PLATFORMS.items()
        if platform.transport is Transport.FEED and key in opened
    ]


def _address(key: str, organisation: str) -> str:
    token = feed_token(key, organisation)
    if not organisation:
        return absolute("feeds.of_site", platform=key, token=token)
    return absolute("feeds.of_structure", platform=key, organisation=organisation, token=token)
