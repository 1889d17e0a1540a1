"""Which certificates are believed: those in a folder, and those issued by an authority that lies there.

What the authority took back is refused: its revocation list lies beside it (`titer.connect.opcua.revocation`).
The folder of a connection holds its server's, the folder of our own server those of its clients' applications.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from titer.base.errors import Invalid, Refused
from titer.base.files import make_folder, write_durably
from titer.connect.core.trusted import DISTRUSTED, FOLDER
from titer.connect.opcua import revocation

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, CertificateRevocationList

MOST_REJECTED = 50
"""Rejected certificates that are kept to be looked at: anybody can send another one."""
LARGEST = 16 * 1024
"""Bytes of a certificate."""
LEAST_KEY_BITS = 2048
"""Of an RSA key, by every policy that is accepted here (OPC 10000-7, Basic256Sha256)."""
UNFIT = frozenset({"expired", "not_yet_valid", "weak_key", "weak_signature"})
"""Faults with which a certificate is refused whoever trusts it."""


def fingerprint(certificate: Certificate) -> str:
    """SHA-256 of the certificate, in hexadecimal."""
    from cryptography.hazmat.primitives.hashes import SHA256

    return certificate.fingerprint(SHA256()).hex()


def read(data: bytes, where: str) -> Certificate:
    """A certificate in DER or PEM, of which everything that is looked at later can be read.

    Raises:
        Invalid: if it is none, or larger than any that an application shows.
    """
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    if len(data) > LARGEST:
        raise Invalid(f"{where} holds {len(data)} bytes; a certificate has at most {LARGEST}.")
    try:
        if data.lstrip().startswith(b"-----BEGIN"):
            found = x509.load_pem_x509_certificate(data)
        else:
            found = x509.load_der_x509_certificate(data)
        facts(found)
        return found
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Invalid(
            f"{where} holds no certificate.", why=str(error), do="Give it as DER or PEM."
        ) from error


def files(folder: Path) -> list[Path]:
    """The files of certificates in a folder (`*.der`, `*.pem`, `*.crt`); none where there is no folder."""
    if not folder.is_dir():
        return []
    return [path for path in sorted(folder.iterdir()) if path.suffix in {".der", ".pem", ".crt"}]


def believed(certificate: Certificate, folder: Path, now: datetime) -> bool:
    """Whether a certificate lies in a folder, or an authority that does issued it, and no list there takes it back.

    Raises:
        Invalid: if a file of the folder holds no certificate, or no revocation list.
    """
    known, listed = _lying(folder), revocation.lists(folder)
    if revoked(certificate, known, listed):
        return False
    return certificate in known or bool(vouching(certificate, known, listed, now))


def keep_rejected(certificate: Certificate, folder: Path) -> Path:
    """Keep a certificate that was refused, so that a person can compare and move it; returns where it would lie."""
    from cryptography.hazmat.primitives.serialization import Encoding

    path = folder / f"{fingerprint(certificate)}.der"
    if len(files(folder)) < MOST_REJECTED:
        make_folder(folder)
        write_durably(path, certificate.public_bytes(Encoding.DER))
    return path


def require_trusted(
    certificate: Certificate, folder: Path, now: datetime, host: str = "", *, list_required: bool = True
) -> None:
    """Check a server's certificate before anything is said to it.

    Args:
        certificate: the server's.
        folder: see `require_vouched`.
        now: the host's clock.
        host: of the endpoint; "" = no name is looked at.
        list_required: whether what an authority vouches for is refused where no revocation list of its holds
            (OPC 10000-4, 6.1.3, Bad_CertificateRevocationUnknown).

    Raises:
        Refused: if it has expired, is not valid yet, its key is weak, nobody vouches for it, its issuer took it back,
            or may have.
    """
    for fault in faults(certificate, now):
        if fault["code"] in UNFIT:
            raise Refused(
                f"The server's certificate {fingerprint(certificate)} cannot be used: {fault['what']}",
                do="Renew it on the server, then trust the new one.",
            )
    require_vouched(certificate, folder, now, host)
    unknown = revocation_unknown(certificate, _lying(folder), revocation.lists(folder), now)
    if list_required and unknown:
        raise Refused(
            f"The server's certificate {fingerprint(certificate)} is refused: {unknown}",
            why="What is not known to be good may have been taken back (Bad_CertificateRevocationUnknown).",
            do=(
                "Bring the authority's newest list: page Links, Certificates."
                if folder.name == FOLDER
                else f"Put the authority's newest list into {folder} as NAME{revocation.ENDING}."
            )
            + f" Where it issues none, set revocation_list of the connection to {revocation.IF_THERE}.",
        )


def require_vouched(certificate: Certificate, folder: Path, now: datetime, host: str = "") -> None:
    """Check that somebody vouches for a server's certificate, whatever the date.

    A certificate that somebody trusted is believed whatever it is called. One that only an authority vouches for
    must bear the name of the endpoint: else each device of that authority could stand in for every other. Neither is
    believed that its issuer took back, where the issuer is known here.

    Args:
        certificate: the server's.
        folder: of those that are trusted, and of their revocation lists; its file `distrusted` names those that
            nobody vouches for any more.
        now: the host's clock.
        host: of the endpoint; "" = no name is looked at.

    Raises:
        Refused: if nobody in the folder does. The certificate is kept in `rejected/` beside the trusted ones then.
    """
    mark = fingerprint(certificate)
    known, listed = _lying(folder), revocation.lists(folder)
    took_back = revoked(certificate, known, listed)
    if took_back:
        raise Refused(
            f"The server's certificate {mark} is refused: {took_back}",
            why="Whoever issued it says that it must not be used any more (Bad_CertificateRevoked).",
            do="Have another one issued, install it on the server, and ask why this one was taken back.",
        )
    if certificate in known:
        return
    issued = mark not in distrusted(folder) and bool(vouching(certificate, known, listed, now))
    if issued and (not host or _bears(certificate, host)):
        return
    kept = keep_rejected(certificate, folder / "rejected")
    if issued:
        raise Refused(
            f"The server's certificate {mark} was issued by an authority that is trusted, and is not for {host}.",
            why=f"It is for {', '.join(names(certificate)) or 'no name'}.",
            do="Have it issued for that name, or trust this certificate itself.",
        )
    raise Refused(
        f"The server's certificate is not trusted: {certificate.subject.rfc4514_string()}, SHA-256 {mark}.",
        do="Compare the fingerprint with the one that the instrument shows; if it is the same, "
        + (
            "trust it with a signature: page Links, Certificates."
            if folder.name == FOLDER
            else f"move {kept.name} from {kept.parent} to {folder}."
        ),
    )


def issuers(certificate: Certificate, known: Iterable[Certificate]) -> list[Certificate]:
    """The authorities among them that issued it, whatever the date; what is no authority issues nothing."""
    from cryptography.exceptions import InvalidSignature

    found = []
    for authority in known:
        if authority == certificate or not _is_authority(authority):
            continue
        try:
            certificate.verify_directly_issued_by(authority)
        except (ValueError, TypeError, InvalidSignature):
            continue
        found.append(authority)
    return found


def revoked(
    certificate: Certificate, known: Iterable[Certificate], listed: Iterable[CertificateRevocationList]
) -> str:
    """Whether an authority that is known here took back what it issued: in a sentence, or ""."""
    given = list(listed)
    for authority in issuers(certificate, known):
        entry = revocation.taken_back(certificate, revocation.newest(authority, given))
        if entry is not None:
            return f"{authority.subject.rfc4514_string()} revoked it {revocation.said(entry)}."
    return ""


def vouching(
    certificate: Certificate,
    known: Iterable[Certificate],
    listed: Iterable[CertificateRevocationList],
    now: datetime,
) -> list[Certificate]:
    """The authorities among them, valid now and not taken back themselves, that issued it."""
    among, given = list(known), list(listed)
    return [
        one
        for one in issuers(certificate, among)
        if one.not_valid_before_utc <= now <= one.not_valid_after_utc and not revoked(one, among, given)
    ]


def revocation_unknown(
    certificate: Certificate,
    known: Iterable[Certificate],
    listed: Iterable[CertificateRevocationList],
    now: datetime,
) -> str:
    """Why it is not known whether it was taken back; "" if it is known, or if somebody trusted it itself."""
    among, given = list(known), list(listed)
    if certificate in among:
        return ""
    found = [(one, revocation.newest(one, given)) for one in vouching(certificate, among, given, now)]
    if not found or any(revocation.holds(newest, now) for _, newest in found):
        return ""
    authority, newest = found[0]
    name = authority.subject.rfc4514_string()
    if newest is None:
        return f"Whether {name} revoked it is not known: no revocation list of that authority is here."
    until = newest.next_update_utc
    ended = f"ended on {until:%Y-%m-%d %H:%M} UTC" if until else "does not say until when it holds"
    return f"Whether {name} revoked it is not known: the revocation list of that authority {ended}."


def distrusted(folder: Path) -> frozenset[str]:
    """Fingerprints of certificates that are believed no longer, whoever issued them."""
    path = folder / DISTRUSTED
    return frozenset(path.read_text("ascii").split()) if path.exists() else frozenset()


def trust_mark(folder: Path) -> tuple[Any, ...]:
    """What differs after a change of what is trusted and taken back; cheap enough to be asked every second."""
    if not folder.is_dir():
        return ()
    changing = [folder / DISTRUSTED, *sorted(folder.glob(f"*{revocation.ENDING}"))]
    marks = tuple((path.name, path.stat().st_mtime_ns) for path in changing if path.exists())
    return (*(path.name for path in files(folder)), marks)


def names(certificate: Certificate) -> list[str]:
    """The host names and addresses that a certificate bears."""
    from cryptography import x509

    found = _alternatives(certificate)
    if found is None:
        return []
    addresses = [str(one) for one in found.get_values_for_type(x509.IPAddress)]
    return [*found.get_values_for_type(x509.DNSName), *addresses]


def application_uris(certificate: Certificate) -> list[str]:
    """The application URIs that a certificate bears."""
    from cryptography import x509

    found = _alternatives(certificate)
    return [] if found is None else list(found.get_values_for_type(x509.UniformResourceIdentifier))


def facts(certificate: Certificate) -> dict[str, Any]:
    """What a person compares: names, times, both fingerprints; `thumbprint` is SHA-1, as makers' tools show it."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA1

    key = certificate.public_key()
    uris = application_uris(certificate)
    return {
        "fingerprint": fingerprint(certificate),
        "thumbprint": certificate.fingerprint(SHA1()).hex(),  # noqa: S303 - shown, and nothing rests on it
        "subject": _shown(certificate.subject.rfc4514_string()),
        "issuer": _shown(certificate.issuer.rfc4514_string()),
        "serial": f"{certificate.serial_number:x}",
        "valid_from": certificate.not_valid_before_utc,
        "valid_until": certificate.not_valid_after_utc,
        "application_uri": _shown(uris[0]) if uris else "",
        "names": [_shown(one) for one in names(certificate)],
        "key": f"RSA {key.key_size}" if isinstance(key, RSAPublicKey) else type(key).__name__,
        "authority": _is_authority(certificate),
    }


def faults(
    certificate: Certificate,
    now: datetime,
    *,
    host: str = "",
    uri: str = "",
    known: Iterable[Certificate] | None = None,
    listed: Iterable[CertificateRevocationList] = (),
) -> list[dict[str, str]]:
    """What is wrong with a certificate, each with a code and in words; empty if nothing is.

    Args:
        certificate: the server's.
        now: the clock that its validity is compared with.
        host: of the endpoint; "" = not compared.
        uri: what the server calls itself; "" = not compared.
        known: the trusted ones, to tell whether somebody vouches for it; None = not told.
        listed: revocation lists, to tell whether its issuer among them took it back.
    """
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    found: list[tuple[str, str]] = []
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now > end:
        found.append(("expired", f"It expired on {end:%Y-%m-%d %H:%M} UTC."))
    if now < begin:
        found.append(("not_yet_valid", f"It is not valid before {begin:%Y-%m-%d %H:%M} UTC."))
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        found.append(("key", "Its key is not RSA, which every policy that is accepted here needs."))
    elif key.key_size < LEAST_KEY_BITS:
        found.append(("weak_key", f"Its RSA key has {key.key_size} bits; {LEAST_KEY_BITS} is the least."))
    digest = certificate.signature_hash_algorithm
    if digest is not None and digest.name in ("md5", "sha1"):
        found.append(("weak_signature", f"It is signed with {digest.name.upper()}, which can be forged."))
    if host and not _bears(certificate, host):
        found.append(
            ("name", f"It is for {', '.join(names(certificate)) or 'no host'}, and the address is {host}.")
        )
    uris = application_uris(certificate)
    if uri and uri not in uris:
        found.append(
            (
                "application",
                f"The server calls itself {uri}, and the certificate {', '.join(uris) or 'nothing'}.",
            )
        )
    if known is not None:
        among, given = list(known), list(listed)
        took_back = revoked(certificate, among, given)
        unknown = revocation_unknown(certificate, among, given, now)
        if took_back:
            found.append(("revoked", took_back))
        elif unknown:
            found.append(("revocation_unknown", unknown))
        if certificate not in among and not vouching(certificate, among, given, now):
            by_itself = certificate.issuer == certificate.subject
            found.append(
                (
                    "issuer",
                    "It is signed by itself, so nobody else vouches for it."
                    if by_itself
                    else f"Its issuer is not trusted here: {certificate.issuer.rfc4514_string()}.",
                )
            )
    return [{"code": code, "what": what} for code, what in found]


def _shown(text: str) -> str:
    """A text out of a stranger's certificate, as it may stand in a record and on a page."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)[:1000]


def _bears(certificate: Certificate, host: str) -> bool:
    """Whether a certificate is for a host; a name may begin with a star, as in the names of TLS."""
    wanted = host.casefold()
    for name in names(certificate):
        one = name.casefold()
        if one == wanted or (one.startswith("*.") and wanted.partition(".")[2] == one[2:]):
            return True
    return False


def _alternatives(certificate: Certificate) -> Any:
    from cryptography import x509

    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return None


def _is_authority(certificate: Certificate) -> bool:
    from cryptography import x509

    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _lying(folder: Path) -> list[Certificate]:
    return [read(path.read_bytes(), str(path)) for path in files(folder)]
