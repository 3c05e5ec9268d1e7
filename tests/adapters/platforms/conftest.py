"""Each connector of the contract suite, with its stand-in well and empty."""

import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.domain.diffusion.board import Act, Board, Reply
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.registry import PLATFORMS
from tests.adapters.platforms.cases import CASES, Case, order
from tests.support.diffusion import command
from tests.support.standins import Partner

TIMEOUT = 1.0


@dataclass
class Stage:
    """One connector and its partner."""

    case: Case
    partner: Partner

    @property
    def board(self) -> Board:
        """The connector, as it is set up."""
        return self.case.board(self.partner.url, self.case.secret, TIMEOUT)

    def perform(self, act: Act, known: DiffusionStatus = DiffusionStatus.QUEUED, **over: object) -> Reply:
        """One act."""
        return self.board.perform(order(act, known=known, account=self.case.account, **over))

    def publish(self) -> str | None:
        """An offer online there; gives the partner's own number."""
        reply = self.perform(Act.PUBLISH)
        self.case.examine(self.partner)
        return reply.remote_id

    def may(self, name: str) -> bool:
        """Has the platform this ability?"""
        return name in {ability.value for ability in PLATFORMS[self.case.key].abilities}


@pytest.fixture(scope="session")
def partners() -> Iterator[dict[str, Partner]]:
    """The stand-ins, started when they are first asked for."""
    with ExitStack() as stack:
        started: dict[str, Partner] = {}

        class Started(dict[str, Partner]):
            def __missing__(self, key: str) -> Partner:
                case = next(case for case in CASES if case.key == key)
                self[key] = stack.enter_context(case.serve())
                return self[key]

        yield Started(started)


@pytest.fixture(params=CASES, ids=[case.key for case in CASES])
def stage(request: pytest.FixtureRequest, partners: dict[str, Partner]) -> Stage:
    """One connector, its stand-in well; it examines when the test says so."""
    case: Case = request.param
    partner = partners[case.key]
    partner.reset()
    if case.key == "api_apprentissage":
        command(partner, delai=10_000)
    ready = Stage(case, partner)
    # A declared site is known to the registry once its connector is made; the test ends, it is forgotten.
    assert ready.board is not None
    return ready


@pytest.fixture(scope="session")
def untrusted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An HTTPS server whose certificate nobody has signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed(tmp_path_factory.mktemp("tls")))
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)

        def serve() -> None:
            while not over.is_set():
                try:
                    connection, _ = server.accept()
                    connection.settimeout(2)
                    context.wrap_socket(connection, server_side=True).close()
                except OSError:
                    continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{server.getsockname()[1]}"
        over.set()
        thread.join()


def _self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now.replace(year=2046))
        .sign(key, hashes.SHA256())
    )
    path = folder / "serveur.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
