"""Every route says who enters, has typed parameters and a French address."""

import re

from flask import Flask

from app.web.access import access_of

# Addresses that machines or custom fix.
FIXED = (
    "/api/v1", "/l/", "/o/", "/doc", "/metrics", "/.well-known/", "/stats", "/static/", "/dev/", "/sante",
    "/robots.txt", "/sitemap", "/rapports-csp",
)  # fmt: skip
_SEGMENT = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:json|rss|svg|ics|xml|txt|csv|xlsx))?")
_PARAMETER = re.compile(r"<(?:(?P<type>[a-z]+):)?(?P<name>[a-z_]+)>")
ENGLISH = {"new", "edit", "delete", "list", "login", "logout", "search", "offers", "offer", "user", "admin"}


def test_every_route_says_who_may_enter(built_app: Flask) -> None:
    unmarked = [
        rule.endpoint
        for rule in built_app.url_map.iter_rules()
        if rule.endpoint != "static" and access_of(built_app, rule.endpoint) is None
    ]
    assert not unmarked


def test_a_public_route_says_why(built_app: Flask) -> None:
    for rule in built_app.url_map.iter_rules():
        access = access_of(built_app, rule.endpoint)
        if access is not None and not (access.purposes or access.permission or access.account_only):
            assert len(access.reason) > 5, rule.endpoint


def test_addresses_are_french_and_their_parameters_typed(built_app: Flask) -> None:
    for rule in built_app.url_map.iter_rules():
        for found in _PARAMETER.finditer(rule.rule):
            assert found["type"] or rule.rule.startswith(("/l/", "/static/")), f"{rule.rule} untyped"
        if rule.rule.startswith(FIXED):
            continue
        for segment in rule.rule.strip("/").split("/"):
            if not segment or "<" in segment:
                continue
            assert _SEGMENT.fullmatch(segment), rule.rule
            assert not set(segment.split("-")) & ENGLISH, rule.rule
