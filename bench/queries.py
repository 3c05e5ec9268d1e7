"""P13: the statements of the public pages, with every offer behind them."""

from bench.results import Row
from bench.scene import Scene
from tests.support.queries import statements

CEILING = 15
AIM = 8
PAGES = (
    "/", "/offres", "/offres?page=3", "/offres/offre0000001", "/offres/offre0000001/affiche",
    "/offres/offre0000001/qr.svg", "/offres/offre0000001/dates.ics", "/o/0000001", "/flux", "/sante",
    "/sitemap.xml", "/sitemap-pages.xml", "/lien-perdu", "/robots.txt",
)  # fmt: skip


def measure(scene: Scene) -> list[Row]:
    """The page that sends most. That the number doesn't grow is a test (tests/architecture)."""
    counts = {}
    with scene.database() as url, scene.application(url) as app:
        client = app.test_client()
        for path in PAGES:
            client.get(path)
            with statements() as sent:
                answer = client.get(path)
            # Nothing sends e-mails nor runs jobs here, and the health page says so.
            expected = {503} if path == "/sante" else {200, 302}
            assert answer.status_code in expected, f"{path}: {answer.status_code}"
            counts[path] = len(sent)
    worst = max(counts, key=lambda path: counts[path])
    return [Row.at_most(f"P13 page qui demande le plus ({worst})", counts[worst], "ordres", CEILING, AIM)]
