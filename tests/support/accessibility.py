"""Two engines that judge the accessibility of a page in the browser: axe-core and HTML_CodeSniffer.

They need a page where scripts run (`page`, not `page_nojs`, where they would wait for ever).
"""

import hashlib
import os
import shutil
import subprocess
import tarfile
from functools import cache
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.support.run_services import unavailable

AXE_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
CONTRAST_RULES = ("color-contrast", "link-in-text-block")
_SNIFFER = "html_codesniffer"
_SNIFFER_VERSION = "2.5.1"
_SNIFFER_SHA512 = (
    "bdccf4c80697fce695eac74d1ee4fd6a504e2a44b161bf21e58ab6e9d52a822e"
    "d79828065126bb53d3e26353c15d014c8cabf5c153ece7f4331e51aec4f0d41a"
)
_SNIFFER_SCRIPT = "package/build/HTMLCS.js"
_DOWNLOAD_LIMIT = 120
_SNIFF = """standard => new Promise((done, failed) => HTMLCS.process(standard, document, () => done(
    HTMLCS.getMessages().map(said => ({
        type: said.type, code: said.code, text: said.msg,
        where: said.element && said.element.outerHTML ? said.element.outerHTML.slice(0, 160) : '',
    }))), failed))"""
_CACHE = Path(__file__).resolve().parents[2] / "var" / "essais"


def axe_violations(page: Page, *, only: tuple[str, ...] = ()) -> list[str]:
    """Violations of any impact, as sentences. `only` keeps these rules alone (contrast, in dark mode)."""
    return _sentences(_axe(page, "violations", only))


def axe_incomplete(page: Page) -> list[str]:
    """What axe could not decide: to be looked at by a person."""
    return _sentences(_axe(page, "incomplete"))


def _axe(page: Page, kind: str, only: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    wanted = {"type": "rule", "values": list(only)} if only else {"type": "tag", "values": list(AXE_RULES)}
    # Every rule is applied; the elements that pass, which are many, aren't described.
    options = {"runOnly": wanted, "resultTypes": [kind]}
    found: list[dict[str, Any]] = Axe().run(page, options=options).response[kind]
    return found


def _sentences(results: list[dict[str, Any]]) -> list[str]:
    return [
        f"{result['id']} ({result['impact']}) : {result['help']} – {node['target']} {node['html'][:160]}"
        for result in results
        for node in result["nodes"]
    ]


def codesniffer_errors(page: Page, *, standard: str = "WCAG2AA") -> list[str]:
    """Errors of HTML_CodeSniffer (its warnings and notices ask for a person's eye)."""
    return _sniff(page, standard, kind=1)


def codesniffer_warnings(page: Page, *, standard: str = "WCAG2AA") -> list[str]:
    """Its warnings, to be sorted by a person."""
    return _sniff(page, standard, kind=2)


def _sniff(page: Page, standard: str, *, kind: int) -> list[str]:
    script = codesniffer_script()
    if script is None:
        unavailable("HTML_CodeSniffer", "archive absente, et npm ne l’a pas fournie")
    # Evaluated by the debugger, so that the page's own security policy stays as it is.
    page.evaluate(f"{script}; 0")
    said = page.evaluate(_SNIFF, standard)
    return [f"{each['code']} : {each['text']} – {each['where']}" for each in said if each["type"] == kind]


@cache
def codesniffer_script() -> str | None:
    """The engine, from its pinned and verified archive in var/essais, fetched there once by npm."""
    archive = _CACHE / f"{_SNIFFER}-{_SNIFFER_VERSION}.tgz"
    if not _is_genuine(archive):
        _fetch(archive)
    if not _is_genuine(archive):
        return None
    with tarfile.open(archive) as tar:
        member = tar.extractfile(_SNIFFER_SCRIPT)
        return member.read().decode() if member else None


def _is_genuine(archive: Path) -> bool:
    return archive.exists() and hashlib.sha512(archive.read_bytes()).hexdigest() == _SNIFFER_SHA512


def _fetch(archive: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        return
    # Each process in a folder of its own, then a rename: several workers may fetch at once.
    own = _CACHE / f"npm-{os.getpid()}"
    own.mkdir(parents=True, exist_ok=True)
    command = [npm, "pack", f"{_SNIFFER}@{_SNIFFER_VERSION}", "--silent"]
    try:
        subprocess.run(command, cwd=own, capture_output=True, check=False, timeout=_DOWNLOAD_LIMIT)
        for fetched in own.glob("*.tgz"):
            fetched.rename(archive)
    except subprocess.TimeoutExpired:
        return
    finally:
        shutil.rmtree(own, ignore_errors=True)
