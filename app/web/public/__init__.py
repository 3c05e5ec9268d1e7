"""What anybody reads: offers, articles, and what machines ask of the portal."""

from app.web.public import articles, crawlers, csp_reports, health, offers, poster
from app.web.public.blueprint import blueprint

__all__ = ["articles", "blueprint", "crawlers", "csp_reports", "health", "offers", "poster"]
