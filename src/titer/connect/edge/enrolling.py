"""How an edge gets its certificate: it makes a key, which never leaves it, and shows that it has the code."""

from __future__ import annotations

import hmac
import ssl
from pathlib import Path
from typing import Any

import httpx2 as httpx

from titer.base import enrolment, vault
from titer.base.errors import Conflict, IntegrityFault, NotAuthenticated, Refused, Unavailable
from titer.base.tls import pinned
from titer.connect.edge.place import PENDING, Enrolled, Place


def enrol(
    place: Place,
    url: str,
    code: str,
    *,
    certificate: Path | None = None,
    transport: httpx.BaseTransport | None = None,
) -> Enrolled:
    """Enrol the edge of a folder, for the first time or anew; what its journals hold stays.

    Args:
        place: the folder.
        url: the hub's own address, as people open it.
        code: from `titer edge invite`.
        certificate: the one that an HTTPS hub is trusted by; the system's authorities if left out.
        transport: for tests; None = the network.

    Raises:
        Invalid: if that is no code.
        Conflict: if another edge was enrolled in the folder.
        NotAuthenticated: if the hub refuses the code.
        IntegrityFault: if the answer does not come from the hub that gave the code out.
        Unavailable: if the hub does not answer; the same code is good again then.
    """
    name, secret = enrolment.read_code(code)
    if place.is_enrolled and place.about().name != name:
        raise Conflict(
            f"The folder {place.folder} is that of the edge {place.about().name}.",
            do="Give each edge a folder of its own.",
        )
    key_file = place.prepare()
    phrase = place.passphrase(key_file)
    key = _pending(place, phrase)
    request = request_of(key, phrase, name)
    answer = _ask(
        url.rstrip("/"), name, request, enrolment.request_proof(secret, name, request), certificate, transport
    )
    issued, authority, address = (str(answer.get(one, "")) for one in ("certificate", "authority", "address"))
    wanted = enrolment.answer_proof(secret, name, request, issued, authority, address)
    if not hmac.compare_digest(wanted, str(answer.get("mac", ""))):
        raise IntegrityFault(
            "The answer does not come from the hub that gave the code out, so nothing of it is believed.",
            do="Check the hub's address; have somebody look at what stands between.",
        )
    who = Enrolled(name, url, address, key_file)
    place.keep(key, issued)
    place.enrolled(who, authority)
    (place.folder / PENDING).unlink(missing_ok=True)
    place.tls()
    return who


def new_key(phrase: bytes) -> bytes:
    """A new private key (ECDSA, P-256), encrypted, PEM."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(phrase),
    )


def request_of(key: bytes, phrase: bytes, name: str) -> str:
    """The request for a certificate of a key (PKCS #10), signed by it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.x509.oid import NameOID

    private: Any = serialization.load_pem_private_key(key, phrase)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(private, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM).decode()


def _pending(place: Place, phrase: bytes) -> bytes:
    """The key that is being enrolled; the same again if the answer was lost, since a code is good for one key."""
    path = place.folder / PENDING
    if not path.exists():
        vault.write_private(path, new_key(phrase))
    return path.read_bytes()


def _ask(
    url: str,
    name: str,
    request: str,
    proof: str,
    certificate: Path | None,
    transport: httpx.BaseTransport | None,
) -> dict[str, Any]:
    verify: ssl.SSLContext | bool = pinned(certificate, any_name=True) if certificate else True
    try:
        with httpx.Client(
            base_url=url, timeout=30.0, trust_env=False, verify=verify, transport=transport
        ) as client:
            answer = client.post(f"/api/edges/{name}/enrol", json={"request": request, "mac": proof})
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unavailable(
            f"The hub at {url} does not answer ({type(error).__name__}: {error}).",
            do="Check the address and the network; for a certificate of the hub's own give --certificate.",
        ) from error
    try:
        said = answer.json()
    except ValueError:
        said = {}
    said = said if isinstance(said, dict) else {}
    if answer.is_success:
        return said
    why = " ".join(str(said.get(part, "")) for part in ("detail", "why")).strip() or answer.text[:300]
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise NotAuthenticated(
            "The hub refuses the enrolment.", why=why, do="Ask for a new code: titer edge invite NAME."
        )
    raise Refused(f"The hub refuses the enrolment ({answer.status_code}).", why=why)
