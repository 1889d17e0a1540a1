"""A time-stamp authority of the tests' own: `openssl ts` behind HTTP, with certificates made here."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

OPENSSL = shutil.which("openssl")
POLICY, OTHER_POLICY = "1.3.6.1.4.1.4146.2.3", "1.3.6.1.4.1.4146.2.4"
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/chain.pem
signer_digest = sha256
default_policy = {policy}
other_policies = {other}
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
ess_cert_id_chain = no
"""


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def issue(
    subject: str,
    key: Key,
    issuer: str,
    issuer_key: Key,
    *,
    authority: bool = False,
    purpose: x509.ObjectIdentifier | None = ExtendedKeyUsageOID.TIME_STAMPING,
    critical: bool = True,
    begins: datetime | None = None,
) -> x509.Certificate:
    """A certificate; of an authority, or for time-stamping."""
    begin = begins or datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if not authority and purpose is not None:
        made = made.add_extension(x509.ExtendedKeyUsage([purpose]), critical=critical)
    return made.sign(issuer_key, hashes.SHA256())


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


def write_authority(folder: Path, *, elliptic: bool = False, **given: object) -> Path:
    """The files of an authority whose tokens carry its chain: root, one between, and the one that stamps.

    Returns:
        The root's certificate, which a client pins.
    """
    folder.mkdir(parents=True, exist_ok=True)

    def new() -> Key:
        return ec.generate_private_key(ec.SECP256R1()) if elliptic else rsa.generate_private_key(65537, 2048)

    root_key, between_key, own_key = new(), new(), new()
    root = issue("Test root", root_key, "Test root", root_key, authority=True)
    between = issue("Test issuer", between_key, "Test root", root_key, authority=True)
    own = issue("Test authority", own_key, "Test issuer", between_key, **given)  # type: ignore[arg-type]
    (folder / "root.pem").write_bytes(pem(root))
    (folder / "chain.pem").write_bytes(pem(between, root))
    (folder / "tsa.pem").write_bytes(pem(own))
    (folder / "tsa.key").write_bytes(own_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder, policy=POLICY, other=OTHER_POLICY))
    return folder / "root.pem"


def reply(folder: Path, query: bytes) -> bytes:
    """What `openssl ts` answers."""
    (folder / "q.tsq").write_bytes(query)
    command = [str(OPENSSL), "ts", "-reply", "-config", str(folder / "tsa.cnf"), "-section", "one"]
    subprocess.run(
        [*command, "-queryfile", str(folder / "q.tsq"), "-out", str(folder / "r.tsr")],
        check=True,
        capture_output=True,
    )
    return (folder / "r.tsr").read_bytes()


@contextmanager
def serving(folder: Path, answer: Callable[[Path, bytes], bytes] = reply) -> Iterator[str]:
    """An authority on loopback; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            data = answer(folder, body)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
