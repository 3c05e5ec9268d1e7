"""Addresses of pages: absolute ones, from BASE_URL (what a request says of its host isn't trusted), and
those of the frame of every page, which are built once.
"""

from typing import Any

from flask import current_app, request, url_for

# (prefix, endpoint, file) → address. As many as there are pages without parameters and built files.
_KEPT = "fixed_addresses"


def absolute(endpoint: str, **values: Any) -> str:
    """The public address of a page, as readers of feeds, posters and search engines need it."""
    path = url_for(endpoint, **values).removeprefix(request.script_root)
    return f"{base_url()}{path}"


def base_url() -> str:
    """BASE_URL, without a final slash."""
    address: str = current_app.extensions["settings"].base_url
    return address


def in_template(endpoint: str, **values: Any) -> str:
    """`url_for` of the templates. The twenty links of header and footer took a tenth of a page's time."""
    return url_for(endpoint, **values) if values or endpoint.startswith(".") else fixed(endpoint)


def fixed(endpoint: str, *, filename: str = "") -> str:
    """The address of a page without parameters, or of a built file, built once for each prefix."""
    kept: dict[tuple[str, str, str], str] = current_app.extensions.setdefault(_KEPT, {})
    key = (request.script_root, endpoint, filename)
    if key not in kept:
        kept[key] = url_for(endpoint, filename=filename) if filename else url_for(endpoint)
    return kept[key]
