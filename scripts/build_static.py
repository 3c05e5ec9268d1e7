"""Build static/dist/{demo,etat,neutre}: style sheets, script, icons, named by their content, with a manifest.

Standard library only (brotli is used when it is installed). Does nothing when no source changed.
"""

import gzip
import hashlib
import json
import re
import shutil
import sys
from pathlib import Path
from urllib.parse import unquote

import dsfr_subset

try:
    import brotli
except ImportError:
    brotli = None

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "static" / "src"
DIST = ROOT / "static" / "dist"
DSFR = ROOT / "var" / "assets" / "dsfr"
BRANDS = ("demo", "etat", "neutre")
FONTS = ("Marianne-Regular.woff2", "Marianne-Bold.woff2")
SYSTEM_FONTS = 'system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",arial,sans-serif'
SMALL = 500  # bytes under which compressing gains nothing
STATE_ONLY = frozenset({"fr-logo", "fr-header__logo"})

_URL = re.compile(r"url\((\"[^\"]*\"|'[^']*'|[^)]*)\)")


class Bundle:
    """The files of one brand, as they are being built."""

    def __init__(self, brand: str, folder: Path) -> None:
        self.brand = brand
        self.folder = folder
        self.manifest: dict[str, str] = {}

    def add(self, name: str, content: bytes) -> str:
        """Write a file under its hashed name, with its compressed twins; returns the hashed name."""
        if name in self.manifest:
            return self.manifest[name]
        stem, _, extension = name.rpartition(".")
        hashed = f"{stem}.{hashlib.sha256(content).hexdigest()[:10]}.{extension}"
        path = self.folder / hashed
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if extension in {"css", "js", "svg"} and len(content) > SMALL:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(content, 9, mtime=0))
            if brotli is not None:
                path.with_name(path.name + ".br").write_bytes(brotli.compress(content, quality=11))
        self.manifest[name] = hashed
        return hashed


def used_classes(texts: list[str]) -> frozenset[str]:
    """Every class of the design system that these texts mention."""
    return frozenset(name for text in texts for name in re.findall(r"fr-[a-z0-9]+(?:[_-]+[a-z0-9]+)*", text))


def minify(css: str) -> str:
    """Our own sheets without comments and spare spaces; strings are short and hold neither."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,>]) ?", r"\1", css)
    return re.sub(r": (?=[^{}]*[;}])", ":", css).replace(";}", "}").strip()


def own_sheet(folder: str) -> str:
    """Our own style, the files of a folder in the order of their names."""
    return "\n".join(path.read_text("utf-8") for path in sorted((SOURCE / "css" / folder).glob("*.css")))


def place_urls(css: str, bundle: Bundle) -> str:
    """Copy what a sheet points to and point to the copies, relative to the sheet; data URIs become files."""

    def place(found: re.Match[str]) -> str:
        target = found[1].strip("\"'")
        if target.startswith("data:image/svg+xml"):
            content = unquote(target.partition(",")[2]).encode()
            name = f"icons/dsfr/inline-{hashlib.sha256(content).hexdigest()[:6]}.svg"
        elif target.startswith(("icons/", "fonts/", "../icons/")):
            path = DSFR / target.removeprefix("../")
            content = path.read_bytes()
            name = f"fonts/{path.name}" if path.suffix == ".woff2" else f"icons/dsfr/{path.name}"
        else:
            raise SystemExit(f"Adresse inattendue dans une feuille de style : {target[:80]}")
        return f"url(../{bundle.add(name, content)})"

    return _URL.sub(place, css)


def state_sheet(brand: str, own: str) -> str:
    """The cut design system, with the State's fonts and emblem only for the brand that may show them."""
    sheets = [(DSFR / name).read_text("utf-8") for name in ("dsfr.min.css", "utility/utility.min.css")]
    sheets[1] = sheets[1].replace("url(icons/", "url(../icons/").replace("url(../../icons/", "url(../icons/")
    classes = classes_in_use()
    if brand != "etat":
        classes -= STATE_ONLY
    fonts = frozenset(FONTS) if brand == "etat" else frozenset()
    css = dsfr_subset.subset(sheets, classes=classes, fonts=fonts, also=own)
    if brand != "etat":
        css = re.sub(r"Marianne,arial,sans-serif|Marianne", SYSTEM_FONTS, css)
    return css


def classes_in_use() -> frozenset[str]:
    """The classes that pages, code, our own sheets and the list of composed names mention."""
    sources = [
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "app" / "web").rglob("*.py"),
        *(SOURCE / "css").rglob("*.css"),
        SOURCE / "classes.txt",
    ]
    return used_classes([path.read_text("utf-8") for path in sources])


def build(brand: str, folder: Path) -> None:
    """All the files of one brand."""
    bundle = Bundle(brand, folder)
    own = own_sheet("app") + own_sheet(brand if brand == "neutre" else "state")
    base = "" if brand == "neutre" else place_urls(state_sheet(brand, own), bundle)
    bundle.add("css/app.css", (base + minify(own)).encode())
    bundle.add("css/poster.css", minify(own_sheet("poster")).encode())
    for path in sorted((SOURCE / "js").glob("*.js")):
        bundle.add(f"js/{path.name}", path.read_bytes())
    bundle.add("icons/favicon.svg", (SOURCE / "art" / "favicon.svg").read_bytes())
    (folder / "manifest.json").write_text(json.dumps(bundle.manifest, indent=1, sort_keys=True), "utf-8")


def fingerprint() -> str:
    """Changes when what the build reads does: our sources, the scripts, the classes that pages name."""
    total = hashlib.sha256(" ".join(sorted(classes_in_use())).encode())
    own = [path for path in sorted(SOURCE.rglob("*")) if path.is_file()]
    scripts = [Path(__file__), Path(dsfr_subset.__file__)]
    for path in [*own, *scripts, DSFR / ".sha256"]:
        total.update(path.read_bytes())
    total.update(b"brotli" if brotli is not None else b"")
    return total.hexdigest()


def main() -> None:
    """Build beside, then put in place, so that a running server never misses a file for long."""
    if not (DSFR / "dsfr.min.css").exists():
        sys.exit("Le système de design manque : lancez d’abord python scripts/fetch_assets.py")
    stamp, wanted = DIST / ".fingerprint", fingerprint()
    if stamp.exists() and stamp.read_text("utf-8") == wanted:
        return
    for brand in BRANDS:
        fresh, final = DIST / f".{brand}", DIST / brand
        shutil.rmtree(fresh, ignore_errors=True)
        build(brand, fresh)
        shutil.rmtree(final, ignore_errors=True)
        fresh.rename(final)
    stamp.write_text(wanted, "utf-8")
    sys.stdout.write("Feuilles de style, script et icônes : prêts\n")


if __name__ == "__main__":
    main()
