"""Absolute addresses, from BASE_URL: what a request says of its host isn't trusted."""

from typing import Any

from flask import current_app, request, url_for


def absolute(endpoint: str, **values: Any) -> str:
    """The public address of a page, as readers of feeds, posters and search engines need it."""
    path = url_for(endpoint, **values).removeprefix(request.script_root)
    return f"{base_url()}{path}"


def base_url() -> str:
    """BASE_URL, without a final slash."""
    address: str = current_app.extensions["settings"].base_url
    return address
