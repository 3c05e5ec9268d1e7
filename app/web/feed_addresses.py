"""The addresses of the feeds of sites: their last part but one is the key."""

import hmac

from flask import current_app

from app.domain.diffusion.platform import Platform
from app.web.addresses import absolute


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


def feed_address(platform: Platform) -> str:
    """What is given to the site."""
    return absolute("feeds.of_site", platform=platform.key, token=feed_token(platform.key))
