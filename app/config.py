"""Settings, read from the environment once, with every problem said together."""

from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

DEMO_KEY = "demonstration-seulement-sur-cette-machine"
DEMO_IDENTITY = "Démonstration"


class Settings(BaseSettings):
    """One field a variable. `.env.example` and docs/reglages.md name the same ones."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    service_name: str = "Dépôt Alternance"
    base_url: str = "http://127.0.0.1:5000"
    port: int = 5000
    data_dir: Path = Path("var")
    database_url: str = ""
    secret_key: SecretStr = SecretStr(DEMO_KEY)
    secret_key_fallbacks: str = ""
    data_key: SecretStr = SecretStr(DEMO_KEY)
    data_key_fallbacks: str = ""
    brand: Literal["demo", "etat", "neutre"] = "demo"
    brand_approval: str = ""
    demo_hosts: str = ""
    proxy_count: int = Field(0, ge=0, le=5)
    web_processes: int = Field(1, ge=1)
    redis_url: str = ""
    support_email: str = "contact@depot-alternance.example"
    support_phone: str = ""
    support_days: int = Field(3, ge=1, le=30)
    # Parts of an identity are separated by « | »: name, address, telephone.
    legal_publisher: str = f"{DEMO_IDENTITY} : ce portail d’essai n’a pas d’éditeur"
    legal_director: str = f"{DEMO_IDENTITY} : pas de directeur de la publication"
    legal_host: str = f"{DEMO_IDENTITY} : hébergé sur la machine de la personne qui l’essaie"
    source_code_url: str = ""

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 1025
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_tls: Literal["none", "starttls", "tls"] = "none"
    smtp_timeout: float = 20.0
    mail_sender: str = "bonjour@depot-alternance.example"
    mail_webhook_secret: SecretStr = SecretStr("")

    lookups: Literal["auto", "real", "standin"] = "standin"
    directory_url: str = "https://recherche-entreprises.api.gouv.fr"
    sirene_url: str = "https://api.insee.fr/api-sirene/3.11"
    sirene_key: SecretStr = SecretStr("")
    geocoder_url: str = "https://data.geopf.fr/geocodage"
    siro_url: str = "https://api.francecompetences.fr/siro/v1/public"
    siro_key: SecretStr = SecretStr("")
    cfadock_url: str = "https://www.cfadock.fr/api/opcos"
    siret_idcc_url: str = "https://siret2idcc.fabrique.social.gouv.fr/api/v2"
    standin_directory_url: str = "http://127.0.0.1:5101"
    standin_rome_url: str = "http://127.0.0.1:5102"
    standin_training_url: str = "http://127.0.0.1:5103"
    rome_url: str = "https://api.francetravail.io/partenaire"
    rome_token_url: str = "https://entreprise.francetravail.fr/connexion/oauth2/access_token"  # noqa: S105
    rome_client_id: str = ""
    rome_client_secret: SecretStr = SecretStr("")
    training_url: str = "https://api.apprentissage.beta.gouv.fr/api"
    training_token: SecretStr = SecretStr("")
    lba_url: str = "https://api.apprentissage.beta.gouv.fr/api"
    lba_key: SecretStr = SecretStr("")
    lba_pages_url: str = "https://labonnealternance.apprentissage.beta.gouv.fr"
    # Sites that need no code, declared in a TOML file.
    sites_file: str = ""
    france_travail_url: str = "https://portail-partenaire.francetravail.fr/partenaire/depotcurl"
    france_travail_login: str = ""
    france_travail_password: SecretStr = SecretStr("")
    france_travail_flow: str = ""
    france_travail_partner_key: str = ""
    france_travail_partner_name: str = ""
    france_travail_search_url: str = "https://api.francetravail.io/partenaire/offresdemploi/v2"
    france_travail_client_id: str = ""
    france_travail_client_secret: SecretStr = SecretStr("")
    apec_url: str = "https://adepsep.apec.fr"
    apec_integrator: str = ""
    apec_password: SecretStr = SecretStr("")
    apec_salt: SecretStr = SecretStr("")
    apec_iterations: int = Field(0, ge=0, le=1000)
    apec_parallelism: int = Field(0, ge=0, le=64)
    apec_apply_email: str = ""
    standin_apec_url: str = "http://127.0.0.1:5105"
    standin_proconnect_url: str = "http://127.0.0.1:5104"
    proconnect_discovery_url: str = ""
    proconnect_client_id: str = ""
    proconnect_client_secret: SecretStr = SecretStr("")
    proconnect_algorithm: Literal["RS256", "ES256"] = "RS256"
    lookup_timeout: float = Field(3.5, gt=0, le=20)

    development: bool = False
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("base_url")
    @classmethod
    def _absolute(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("doit être une adresse complète, par exemple https://depot.exemple.fr")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _complete(self) -> "Settings":
        problems = [problem for problem in self._problems() if problem]
        if problems:
            raise ValueError(" ; ".join(problems))
        if not self.database_url:
            path = self.data_dir.resolve() / "depot.sqlite3"
            object.__setattr__(self, "database_url", f"sqlite:///{path}")
        elif self.database_url.startswith(("postgres://", "postgresql://")):
            _, _, rest = self.database_url.partition("://")
            object.__setattr__(self, "database_url", f"postgresql+psycopg://{rest}")
        return self

    def _problems(self) -> list[str]:
        host = self.host
        key, sealing = self.secret_key.get_secret_value(), self.data_key.get_secret_value()
        return [
            "SECRET_KEY manque" if key == DEMO_KEY and not self.on_loopback else "",
            "SECRET_KEY est trop courte (32 caractères au moins)" if len(key) < 32 else "",
            "DATA_KEY manque" if sealing == DEMO_KEY and not self.on_loopback else "",
            "DATA_KEY est trop courte (32 caractères au moins)" if len(sealing) < 32 else "",
            "BASE_URL doit commencer par https hors de cette machine"
            if self.base_url.startswith("http:") and not self.on_loopback and not self._internal
            else "",
            "BRAND=demo est réservé à cette machine ou à un hôte de DEMO_HOSTS"
            if self.brand == "demo" and not (self.on_loopback or self._internal)
            else "",
            "BRAND=etat demande un hôte en .gouv.fr" if self.brand == "etat" and not self._is_state else "",
            "BRAND_APPROVAL manque pour BRAND=etat"
            if self.brand == "etat" and not self.brand_approval
            else "",
            "DEVELOPMENT=true n’est permis que sur cette machine"
            if self.development and not self.on_loopback
            else "",
            f"SQLite ne sert qu’un hôte : réglez DATABASE_URL pour {host}"
            if self.web_processes > 4 and not self.database_url.startswith("postgres")
            else "",
            *(
                f"{name.upper()} manque : les mentions légales nomment l’éditeur, le directeur et l’hébergeur"
                for name in ("legal_publisher", "legal_director", "legal_host")
                if getattr(self, name).startswith(DEMO_IDENTITY) and not (self.on_loopback or self._internal)
            ),
            "LOOKUPS=standin n’est permis que sur cette machine ou un hôte de DEMO_HOSTS"
            if self.lookups != "real" and not (self.on_loopback or self._internal)
            else "",
        ]

    @property
    def host(self) -> str:
        """Host name of the public address."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def prefix(self) -> str:
        """Path under which a proxy serves the portal, without a final slash."""
        return urlsplit(self.base_url).path.rstrip("/")

    @property
    def on_loopback(self) -> bool:
        """Is the public address this machine's own?"""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def _internal(self) -> bool:
        return self.host in {name.strip() for name in self.demo_hosts.split(",") if name.strip()}

    @property
    def _is_state(self) -> bool:
        return self.host.endswith(".gouv.fr")

    @property
    def former_keys(self) -> list[str]:
        """Keys that still open what they signed, newest first."""
        return [key.strip() for key in self.secret_key_fallbacks.split(",") if key.strip()]

    @property
    def data_keys(self) -> list[str]:
        """Keys that seal what is read again, the present one first."""
        former = [key.strip() for key in self.data_key_fallbacks.split(",") if key.strip()]
        return [self.data_key.get_secret_value(), *former]


class SettingsProblem(SystemExit):
    """Start refused; the message lists every setting to mend."""


# Sentences for what pydantic checks by itself; ours come as « Value error, … ».
_FRENCH = {
    "int_parsing": "doit être un nombre entier",
    "float_parsing": "doit être un nombre",
    "bool_parsing": "doit valoir true ou false",
    "literal_error": "doit valoir {expected}",
    "greater_than": "doit être plus grand que {gt}",
    "greater_than_equal": "doit valoir au moins {ge}",
    "less_than_equal": "doit valoir au plus {le}",
}


def _in_french(problem: ErrorDetails) -> str:
    said = problem["msg"].removeprefix("Value error, ")
    return _FRENCH.get(problem["type"], said).format(**problem.get("ctx", {})).replace(" or ", " ou ")


def read_settings(**given: object) -> Settings:
    """Settings from the environment and `given`; raises SettingsProblem with all problems in French."""
    try:
        return Settings(**given)  # type: ignore[arg-type]  # values come from the environment, pydantic checks them
    except ValidationError as error:
        lines: list[str] = []
        for item in error.errors():
            name = ".".join(str(part) for part in item["loc"]).upper()
            text = _in_french(item)
            lines += [f"{name} : {text}"] if name else text.split(" ; ")
        count = f"{len(lines)} réglages à corriger" if len(lines) > 1 else "1 réglage à corriger"
        raise SettingsProblem(f"{count} : {' ; '.join(lines)}") from None
