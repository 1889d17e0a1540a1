"""A time-stamp authority as a witness (RFC 3161): it vouches that a head existed at its time, and no more.

It does not compare heads, so it refuses nothing; what it adds is a time of somebody else's, and a signature that a
rewritten history cannot get for a time gone by. The token is checked whole: status, imprint, nonce, policy, time,
signature, the certificate's purpose, and the chain to the pinned authority, which the token itself may carry.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from titer.base.clock import Clock
from titer.base.errors import Invalid, Refused, Unavailable
from titer.record import checkpoint as heads
from titer.record.witnesses.contract import Prove

_TOLERANCE = timedelta(minutes=5)
_MOST_BYTES = 256 * 1024
_LONGEST_CHAIN = 8


@dataclass(frozen=True)
class Stamp:
    """What a token says.

    Args:
        at: the authority's time.
        serial: its number of the token.
        policy: under which it was issued, as an object identifier.
        authority: whom the signing certificate names.
    """

    at: datetime
    serial: int
    policy: str
    authority: str


class TimestampAuthority:
    """An authority that stamps checkpoints.

    Args:
        name: as it stands in this installation's configuration.
        address: of the service.
        certificate: the authority's certificate, or one that its chain leads to, PEM.
        clock: the server clock, with which the token's time is compared.
        policy: the policy that is asked for, an object identifier; any if left out.
        required: whether a head counts as witnessed only with its token.
        every_s: least time between two questions, seconds.
        timeout_s: how long it may take to answer, seconds.
        nonce: source of nonces.
    """

    kind = "timestamp"

    def __init__(
        self,
        name: str,
        address: str,
        certificate: Path,
        clock: Clock,
        *,
        policy: str | None = None,
        required: bool = False,
        every_s: float = 60.0,
        timeout_s: float = 10.0,
        nonce: Callable[[], int] = lambda: secrets.randbits(63),
    ) -> None:
        if not address.startswith(("https://", "http://")):
            raise Invalid(f"The authority {name} is at {address}, no address.", where="titer.yaml: witnesses")
        self.name = name
        self.required = required
        self.every_s = every_s
        self._address = address
        self._certificate = certificate
        self._clock = clock
        self._policy = policy
        self._timeout_s = timeout_s
        self._nonce = nonce

    @property
    def verifiers(self) -> list[str]:
        """The pinned certificate, as it is entered: `name+sha256+HEX`."""
        from cryptography.hazmat.primitives.hashes import SHA256

        return [f"{self.name}+sha256+{self._trusted().fingerprint(SHA256()).hex()}"]

    def ask(self, note: str, seen: int, prove: Prove, verifiers: Sequence[str] = ()) -> str:
        """Have the head stamped; see `RemoteWitness`."""
        import httpx2 as httpx

        text, nonce = heads.note_text(note).encode(), self._nonce()
        try:
            answer = httpx.post(
                self._address,
                content=query(text, nonce, self._policy),
                headers={"Content-Type": "application/timestamp-query"},
                timeout=self._timeout_s,
                trust_env=False,
            )
        except httpx.HTTPError as error:
            raise Unavailable(
                f"The time-stamp authority {self.name} does not answer.",
                why=str(error) or type(error).__name__,
            ) from error
        if answer.status_code != 200 or len(answer.content) > _MOST_BYTES:
            raise Unavailable(f"The time-stamp authority {self.name} answered {answer.status_code}.")
        token = granted(answer.content)
        stamp = check(token, text, self._trusted(), nonce=nonce, policy=self._policy)
        off = abs(stamp.at - self._clock.now())
        if off > _TOLERANCE:
            raise Refused(
                f"The token of {self.name} bears the time {stamp.at.isoformat()}, {off} from this server's.",
                do="Set the clock of this server by NTP, or ask the authority.",
            )
        return base64.b64encode(token).decode()

    def holds(self, note: str, answer: str, verifiers: Sequence[str]) -> bool:
        """Whether a kept token stamps the head; nonce and time were looked at when it came."""
        trusted = self._trusted()
        if verifiers and self.verifiers[0] not in verifiers:
            return False
        try:
            check(base64.b64decode(answer, validate=True), heads.note_text(note).encode(), trusted)
        except (Refused, ValueError):
            return False
        return True

    def close(self) -> None:
        """There is nothing to close."""

    def _trusted(self) -> Any:
        from cryptography import x509

        try:
            return x509.load_pem_x509_certificate(self._certificate.read_bytes())
        except (OSError, ValueError) as error:
            raise Unavailable(
                f"The certificate of the authority {self.name} cannot be read.",
                why=f"{self._certificate}: {error}",
            ) from error


def query(text: bytes, nonce: int, policy: str | None) -> bytes:
    """A TimeStampReq (RFC 3161, section 2.4.1) over the SHA-256 of a text, that asks for the chain."""
    from asn1crypto import tsp

    fields = {
        "version": 1,
        "message_imprint": {
            "hash_algorithm": {"algorithm": "sha256"},
            "hashed_message": hashlib.sha256(text).digest(),
        },
        "nonce": nonce,
        "cert_req": True,
    }
    if policy is not None:
        fields["req_policy"] = policy
    return bytes(tsp.TimeStampReq(fields).dump())


def granted(response: bytes) -> bytes:
    """The token in a TimeStampResp.

    Raises:
        Unavailable: if the authority granted none, or the answer is none.
    """
    from asn1crypto import core, tsp

    try:
        parts = core.Sequence.load(response, strict=True)
        status = tsp.PKIStatusInfo.load(parts[0].dump())
        word, said = status["status"].native, status["status_string"].native or ""
        if word in ("granted", "granted_with_mods"):
            return bytes(parts[1].dump())
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise Unavailable("The time-stamp authority's answer cannot be read.", why=str(error)) from error
    raise Unavailable(f"The time-stamp authority granted no token: {word}.", why=str(said))


def check(
    token: bytes, text: bytes, trusted: Any, *, nonce: int | None = None, policy: str | None = None
) -> Stamp:
    """Check a token whole.

    Args:
        token: a ContentInfo, DER.
        text: what was stamped.
        trusted: the pinned certificate (cryptography); the signer's own, or one that the chain leads to.
        nonce: that was sent; not looked at if left out.
        policy: that was asked for; any if left out.

    Raises:
        Refused: saying what does not fit.
    """
    try:
        return _check(token, text, trusted, nonce, policy)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise Refused("The time-stamp token cannot be read.", why=str(error)) from error


def _check(token: bytes, text: bytes, trusted: Any, nonce: int | None, policy: str | None) -> Stamp:
    from asn1crypto import cms, tsp

    content = cms.ContentInfo.load(token, strict=True)
    _require(content["content_type"].native == "signed_data", "it is no signed data")
    signed = content["content"]
    inner = signed["encap_content_info"]
    _require(inner["content_type"].native == "tst_info", "it stamps nothing")
    raw = bytes(inner["content"])
    info = tsp.TSTInfo.load(raw, strict=True)
    imprint = info["message_imprint"]
    _require(
        imprint["hash_algorithm"]["algorithm"].native == "sha256"
        and imprint["hashed_message"].native == hashlib.sha256(text).digest(),
        "it stamps another head",
    )
    _require(nonce is None or info["nonce"].native == nonce, "it bears another nonce than was sent")
    found = info["policy"].native if not hasattr(info["policy"], "dotted") else info["policy"].dotted
    _require(policy is None or found == policy, f"it was issued under the policy {found}")
    _require(len(signed["signer_infos"]) == 1, "it has not one signature")
    at = info["gen_time"].native
    signer = signed["signer_infos"][0]
    carried = [_certificate(one.chosen) for one in signed["certificates"] or () if one.name == "certificate"]
    certificate = _signing_certificate(signer, [*carried, trusted])
    _signature(signer, raw, certificate)
    require_purpose(certificate)
    _chain(certificate, carried, trusted, at)
    return Stamp(at, info["serial_number"].native, found, certificate.subject.rfc4514_string())


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Refused(f"The time-stamp token does not hold: {otherwise}.")


def _certificate(found: Any) -> Any:
    from cryptography import x509

    return x509.load_der_x509_certificate(found.dump())


def _signing_certificate(signer: Any, certificates: Sequence[Any]) -> Any:
    """The certificate that the signature names, which the signed attribute binds too (RFC 5035)."""
    sid = signer["sid"]
    for one in certificates:
        if sid.name == "issuer_and_serial_number":
            named = (
                sid.chosen["serial_number"].native == one.serial_number
                and sid.chosen["issuer"].dump() == one.issuer.public_bytes()
            )
        else:
            named = sid.chosen.native == _key_identifier(one)
        if named and _bound(signer, one):
            return one
    raise Refused(
        "The time-stamp token does not hold: it names a certificate that is neither in it nor pinned."
    )


def _key_identifier(certificate: Any) -> bytes | None:
    from cryptography import x509

    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except x509.ExtensionNotFound:
        return None
    return bytes(found.value.digest)


def _bound(signer: Any, certificate: Any) -> bool:
    """Whether the attribute signing-certificate (v1: SHA-1, v2: SHA-256 unless it says so) names it."""
    from cryptography.hazmat.primitives.serialization import Encoding

    der = certificate.public_bytes(Encoding.DER)
    for attribute in signer["signed_attrs"]:
        kind = attribute["type"].native
        if kind not in ("signing_certificate", "signing_certificate_v2"):
            continue
        first = attribute["values"][0]["certs"][0]
        name = "sha1" if kind == "signing_certificate" else first["hash_algorithm"]["algorithm"].native
        return bool(first["cert_hash"].native == hashlib.new(name, der).digest())
    return False


def _signature(signer: Any, raw: bytes, certificate: Any) -> None:
    """The signature over the signed attributes, and through them over the content (RFC 5652, section 5.4)."""
    from cryptography.exceptions import InvalidSignature

    name = signer["digest_algorithm"]["algorithm"].native
    attributes = {one["type"].native: one["values"] for one in signer["signed_attrs"]}
    _require(
        "message_digest" in attributes and "content_type" in attributes, "its signature covers no content"
    )
    _require(attributes["content_type"][0].native == "tst_info", "its signature covers something else")
    _require(
        attributes["message_digest"][0].native == hashlib.new(name, raw).digest(),
        "its content was altered after it was signed",
    )
    # They are signed as the SET OF that they are, not under the tag that they travel with.
    covered = b"\x31" + signer["signed_attrs"].dump()[1:]
    try:
        _verify(certificate.public_key(), signer, name, covered)
    except InvalidSignature:
        raise Refused("The time-stamp token does not hold: its signature is not the certificate's.") from None


def _verify(key: Any, signer: Any, digest: str, covered: bytes) -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    known = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
    _require(digest in known, f"it uses the digest {digest}")
    signature, algorithm = signer["signature"].native, known[digest]
    if isinstance(key, rsa.RSAPublicKey):
        scheme = signer["signature_algorithm"].signature_algo
        _require(scheme in ("rsassa_pkcs1v15", "rsassa_pss"), f"it uses the signature scheme {scheme}")
        if scheme == "rsassa_pss":
            key.verify(signature, covered, padding.PSS(padding.MGF1(algorithm), padding.PSS.AUTO), algorithm)
        else:
            key.verify(signature, covered, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, covered, ec.ECDSA(algorithm))
    elif isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(signature, covered)
    else:
        raise Refused("The time-stamp token does not hold: its key is of a kind that is not known.")


def require_purpose(certificate: Any) -> None:
    """The certificate is for time-stamping, for nothing else, and says so critically (RFC 3161, section 2.3)."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise Refused(
            "The time-stamp token does not hold: its certificate is not for time-stamping."
        ) from None
    _require(
        found.critical and list(found.value) == [ExtendedKeyUsageOID.TIME_STAMPING],
        "its certificate is not for time-stamping alone",
    )


def _chain(certificate: Any, carried: Sequence[Any], trusted: Any, at: datetime) -> None:
    """From the signer's certificate to the pinned one, over those in the token; each valid at the token's time."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature

    here = certificate
    for _ in range(_LONGEST_CHAIN):
        _require(
            here.not_valid_before_utc <= at <= here.not_valid_after_utc,
            f"the certificate of {here.subject.rfc4514_string()} was not valid then",
        )
        if here == trusted:
            return
        for issuer in (trusted, *carried):
            if issuer.subject != here.issuer or issuer == here:
                continue
            try:
                here.verify_directly_issued_by(issuer)
                authority = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
            except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
                continue
            if authority:
                here = issuer
                break
        else:
            break
    raise Refused(
        "The time-stamp token does not hold: its certificates do not lead to the one that is pinned."
    )
