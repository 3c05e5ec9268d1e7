"""Which outside is real and which is a stand-in."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.adapters.company_directory import HttpCompanyDirectory
from app.adapters.geocoder import HttpGeocoder
from app.adapters.sirene import SireneClient
from app.config import Settings
from app.domain.employers.directory import CompanyDirectory
from app.domain.employers.geocoding import Geocoder


@dataclass(frozen=True)
class Adapters:
    """What the application talks to. `simulated` makes the page's banner say so."""

    directory: CompanyDirectory
    geocoder: Geocoder
    simulated: bool


def flask_config(settings: Settings) -> dict[str, Any]:
    """Flask's own configuration, drawn from the settings."""
    return {
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "SECRET_KEY_FALLBACKS": settings.former_keys,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": True},
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        "WTF_I18N_ENABLED": False,
        "RATELIMIT_STORAGE_URI": settings.redis_url or "memory://",
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": bool(settings.redis_url),
        "MAIL_SERVER": settings.smtp_host,
        "MAIL_PORT": settings.smtp_port,
        "MAIL_USERNAME": settings.smtp_user or None,
        "MAIL_PASSWORD": settings.smtp_password.get_secret_value() or None,
        "MAIL_USE_TLS": settings.smtp_tls == "starttls",
        "MAIL_USE_SSL": settings.smtp_tls == "tls",
        "MAIL_DEFAULT_SENDER": (settings.service_name, settings.mail_sender),
    }


def adapters(settings: Settings) -> Adapters:
    """Real services, or the stand-ins; « auto » takes the real ones when they answer at start."""
    if settings.lookups != "standin":
        real = _lookups(settings, directory=settings.directory_url, geocoder=settings.geocoder_url)
        if settings.lookups == "real" or real.directory.probe(timeout=2.0):  # type: ignore[attr-defined]
            return real
    base = settings.standin_directory_url
    return _lookups(settings, directory=base, geocoder=f"{base}/geocodage", simulated=True)


def _lookups(settings: Settings, *, directory: str, geocoder: str, simulated: bool = False) -> Adapters:
    key = "cle-du-simulateur" if simulated else settings.sirene_key.get_secret_value()
    sirene_url = f"{directory}/api-sirene/3.11" if simulated else settings.sirene_url
    sirene = SireneClient(sirene_url, key=key, timeout=settings.lookup_timeout) if key else None
    return Adapters(
        directory=HttpCompanyDirectory(
            directory,
            sirene=sirene,
            timeout=settings.lookup_timeout,
            cache_for=timedelta(hours=24),
        ),
        geocoder=HttpGeocoder(geocoder, timeout=settings.lookup_timeout),
        simulated=simulated,
    )
