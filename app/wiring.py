"""Which outside is real and which is a stand-in."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from app.adapters.cfadock import CfadockClient
from app.adapters.company_directory import HttpCompanyDirectory
from app.adapters.demonstration import DemonstrationDirectory, DemonstrationOpcoLookup
from app.adapters.geocoder import HttpGeocoder
from app.adapters.identity_provider import HttpIdentityProvider
from app.adapters.opco_lookup import HttpOpcoLookup
from app.adapters.rome import HttpRomeSource
from app.adapters.sirene import SireneClient
from app.adapters.siret2idcc import Siret2idccClient
from app.adapters.siro import SiroClient
from app.adapters.training_catalogue import HttpTrainingCatalogue
from app.config import Settings
from app.domain.accounts.identity import IdentityProvider
from app.domain.cfa_requests.source import TrainingCatalogue
from app.domain.employers.directory import CompanyDirectory
from app.domain.employers.geocoding import Geocoder
from app.domain.opco.lookup import OpcoLookup
from app.domain.reference.rome_source import RomeSource


@dataclass(frozen=True)
class Adapters:
    """What the application talks to. None: no credentials. `simulated`: the banner says so."""

    directory: CompanyDirectory
    geocoder: Geocoder
    opco: OpcoLookup
    rome: RomeSource | None
    courses: TrainingCatalogue | None
    simulated: bool
    identity: IdentityProvider | None = None


def flask_config(settings: Settings) -> dict[str, Any]:
    """Flask's own configuration, drawn from the settings."""
    return {
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "SECRET_KEY_FALLBACKS": settings.former_keys,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
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
    """Everything outside, as the settings say."""
    return replace(_lookups(settings), identity=_identity(settings))


def _lookups(settings: Settings) -> Adapters:
    """Real services, the stand-ins, or (« auto ») the real ones as long as they answer, stand-ins beside."""
    rome, courses = _rome(settings), _courses(settings)
    if settings.lookups == "real":
        real = _directory(settings, settings.directory_url, sirene=_sirene(settings))
        geocoder = HttpGeocoder(settings.geocoder_url, timeout=settings.lookup_timeout)
        return Adapters(real, geocoder, _opco(settings), rome, courses, simulated=False)
    base = settings.standin_directory_url
    standin = _directory(settings, base, sirene=_simulated_sirene(settings))
    simulated = Adapters(
        directory=standin,
        geocoder=HttpGeocoder(f"{base}/geocodage", timeout=settings.lookup_timeout),
        opco=_simulated_opco(settings),
        rome=rome,
        courses=courses,
        simulated=True,
    )
    if settings.lookups == "standin":
        return simulated
    real = _directory(settings, settings.directory_url, sirene=_sirene(settings))
    answers = real.probe(timeout=2.0)
    geocoder = HttpGeocoder(settings.geocoder_url, timeout=settings.lookup_timeout)
    return Adapters(
        directory=DemonstrationDirectory(real, standin) if answers else standin,
        geocoder=geocoder if answers and geocoder.probe(timeout=2.0) else simulated.geocoder,
        opco=DemonstrationOpcoLookup(_opco(settings), simulated.opco) if answers else simulated.opco,
        rome=rome,
        courses=courses,
        simulated=not answers,
    )


def _directory(settings: Settings, base: str, *, sirene: SireneClient | None) -> HttpCompanyDirectory:
    return HttpCompanyDirectory(
        base, sirene=sirene, timeout=settings.lookup_timeout, cache_for=timedelta(hours=24)
    )


def _sirene(settings: Settings) -> SireneClient | None:
    key = settings.sirene_key.get_secret_value()
    return SireneClient(settings.sirene_url, key=key, timeout=settings.lookup_timeout) if key else None


def _simulated_sirene(settings: Settings) -> SireneClient:
    url = f"{settings.standin_directory_url}/api-sirene/3.11"
    return SireneClient(url, key="cle-du-simulateur", timeout=settings.lookup_timeout)


def _opco(settings: Settings) -> OpcoLookup:
    key, timeout = settings.siro_key.get_secret_value(), settings.lookup_timeout
    return HttpOpcoLookup(
        siro=SiroClient(settings.siro_url, key=key, timeout=timeout) if key else None,
        cfadock=CfadockClient(settings.cfadock_url, timeout=timeout),
        siret2idcc=Siret2idccClient(settings.siret_idcc_url, timeout=timeout),
        timeout=timeout,
    )


def _simulated_opco(settings: Settings) -> OpcoLookup:
    base, timeout = settings.standin_directory_url, settings.lookup_timeout
    return HttpOpcoLookup(
        siro=SiroClient(f"{base}/siro/v1/public", key="cle-du-simulateur", timeout=timeout),
        cfadock=CfadockClient(f"{base}/cfadock/api/opcos", timeout=timeout),
        siret2idcc=Siret2idccClient(f"{base}/siret2idcc/api/v2", timeout=timeout),
        timeout=timeout,
    )


def _courses(settings: Settings) -> TrainingCatalogue | None:
    token = settings.training_token.get_secret_value()
    if token and settings.lookups != "standin":
        return HttpTrainingCatalogue(settings.training_url, token=token)
    if settings.lookups == "real":
        return None
    return HttpTrainingCatalogue(f"{settings.standin_training_url}/api", token="jeton-du-simulateur")  # noqa: S106


def _rome(settings: Settings) -> RomeSource | None:
    if not settings.rome_client_id:
        return None
    return HttpRomeSource(
        settings.rome_url,
        token_url=settings.rome_token_url,
        client_id=settings.rome_client_id,
        client_secret=settings.rome_client_secret.get_secret_value(),
        timeout=20.0,
    )


def _identity(settings: Settings) -> IdentityProvider | None:
    """ProConnect where it is set up; its stand-in in a demonstration on this machine; else nobody."""
    url = settings.proconnect_discovery_url
    client_id, secret = settings.proconnect_client_id, settings.proconnect_client_secret.get_secret_value()
    if not url:
        if not settings.development:
            return None
        url = f"{settings.standin_proconnect_url}/api/v2/.well-known/openid-configuration"
        client_id, secret = "depot-alternance-simulateur", "secret-du-simulateur"
    return HttpIdentityProvider(
        url, client_id=client_id, client_secret=secret, algorithm=settings.proconnect_algorithm, timeout=5.0
    )
