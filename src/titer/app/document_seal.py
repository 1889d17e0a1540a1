"""The installation's seal on its documents: a PAdES signature that a reader checks without Titer (ETSI EN 319 142-1).

It says that the document left this installation as it is, and no byte of it was changed since. It is no person's
signature: those stand in the document, in its manifest (21 CFR 11.50), and are proved by the bundle. The private key
lies sealed among the keys; the certificate is a row of the record, so that a change of it is an entry.

The signature is an incremental update, so the PDF/A-3b that was written stands unchanged in front of it. Level B-B;
B-T where a time-stamp authority (RFC 3161) is configured.
"""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.app.document_certificate import Pair, described, given, make, make_authority
from titer.base.errors import NotFound, Refused, Unavailable
from titer.base.vault import Vault
from titer.record import Record, Unit
from titer.record.model import DocumentCertificate, Installation

if TYPE_CHECKING:
    from pyhanko.sign.timestamps import TimeStamper

VERB = "record.document.certificate"
AUTHORITY = "document-ca.key"
FIELD = "TiterSeal"
OWN, SITE = "own", "site"
_TSA_SECONDS = 15


@dataclass(frozen=True)
class Seal:
    """What a document is sealed with.

    Args:
        pair: certificate and key.
        name: of the installation.
        place: its site.
        time_stamps: the time-stamp authority's address, or None.
    """

    pair: Pair
    name: str
    place: str
    time_stamps: str | None = None

    def put(self, pdf: bytes, *, reason: str, at: datetime) -> bytes:
        """The document with the seal behind it; the bytes that were given stand unchanged in front.

        Args:
            pdf: a PDF without a signature.
            reason: what is said in the signature.
            at: the server clock; a reader takes it for no more than what the installation says.

        Raises:
            Unavailable: if the time-stamp authority does not answer.
        """
        return asyncio.run(_signed(self, pdf, reason, at))


async def _signed(seal: Seal, pdf: bytes, reason: str, at: datetime) -> bytes:
    from asn1crypto import keys, pem, x509
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers
    from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    class SameMetadata(IncrementalPdfFileWriter):  # type: ignore[misc]
        """Leaves title, times and the PDF/A statement as they were written; else it would put in today's date."""

        def _update_meta(self) -> None:
            return

    chain = [x509.Certificate.load(der) for _, _, der in pem.unarmor(seal.pair.chain.encode(), multiple=True)]
    above = SimpleCertificateStore()
    above.register_multiple(chain[1:])
    signer = signers.SimpleSigner(
        signing_cert=chain[0],
        signing_key=keys.PrivateKeyInfo.load(seal.pair.key),
        cert_registry=above,
    )
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=reason,
        location=seal.place,
        name=seal.name,
    )
    stamper = _stamper(seal.time_stamps) if seal.time_stamps else None
    session = signers.PdfSigner(metadata, signer, timestamper=stamper).init_signing_session(
        SameMetadata(io.BytesIO(pdf))
    )
    session.system_time = at
    size = await session.estimate_signature_container_size(None)
    waiting = session.prepare_tbs_document(
        validation_info=None, bytes_reserved=size, appearance_text_params=None
    )
    out = io.BytesIO()
    prepared, _ = waiting.digest_tbs_document(output=out)
    await waiting.perform_signature(prepared.document_digest, PdfCMSSignedAttributes(signing_time=at))
    return out.getvalue()


def _stamper(address: str) -> TimeStamper:
    """Asks a time-stamp authority over HTTP (RFC 3161, section 3.4)."""
    import httpx2 as httpx
    from asn1crypto import tsp
    from pyhanko.sign.timestamps import TimeStamper

    class Asked(TimeStamper):  # type: ignore[misc]
        async def async_request_tsa_response(self, req: Any) -> Any:
            try:
                answer = httpx.post(
                    address,
                    content=req.dump(),
                    headers={"Content-Type": "application/timestamp-query"},
                    timeout=_TSA_SECONDS,
                )
                answer.raise_for_status()
            except httpx.HTTPError as error:
                raise Unavailable(
                    f"The time-stamp authority {address} does not answer, so no document is sealed.",
                    why=str(error),
                    do="Try again later, or take document_tsa out of titer.yaml.",
                ) from error
            return tsp.TimeStampResp.load(answer.content)

    return Asked()


class DocumentSeal:
    """Seals the documents of an installation.

    Args:
        record: which holds the certificates.
        keys: the folder of the installation's keys.
        opened: its vault.
        time_stamps: address of a time-stamp authority; None for none.
    """

    def __init__(self, record: Record, keys: Path, opened: Vault, time_stamps: str | None = None) -> None:
        self.record = record
        self.keys = keys
        self.vault = opened
        self.time_stamps = time_stamps

    def current(self, session: Session) -> DocumentCertificate:
        """The certificate that documents are sealed with now.

        Raises:
            NotFound: if there is none.
        """
        row = session.scalars(
            select(DocumentCertificate).order_by(DocumentCertificate.id.desc()).limit(1)
        ).first()
        if row is None:
            raise NotFound(
                "This installation has no certificate to seal documents with.",
                do="Make one: titer pdf certificate --renew",
            )
        return row

    def renew(self, unit: Unit) -> DocumentCertificate:
        """Make the installation's next own certificate, under the authority that it has (made if it has none)."""
        name = self.record.installation(unit.session).name
        kept = self.keys / AUTHORITY
        earlier = unit.session.scalars(
            select(DocumentCertificate)
            .where(DocumentCertificate.origin == OWN)
            .order_by(DocumentCertificate.id.desc())
            .limit(1)
        ).first()
        if earlier is not None and kept.exists():
            above = earlier.chain[earlier.chain.index("-----BEGIN", 1) :]
            authority = Pair(above, self.vault.read(kept))
        else:
            authority = make_authority(name, unit.now)
            self.vault.write(kept, authority.key)
        return self._keep(unit, make(name, authority, unit.now), OWN)

    def give(self, unit: Unit, chain: str, key: str) -> DocumentCertificate:
        """Seal documents with a certificate of the site's from now on.

        Raises:
            Invalid: see `titer.app.document_certificate.given`.
        """
        return self._keep(unit, given(chain, key, unit.now), SITE)

    def put(self, pdf: bytes, *, at: datetime) -> bytes:
        """Seal a document.

        Raises:
            NotFound: if there is no certificate, or its key is gone.
            Refused: if the certificate has expired.
            Unavailable: if the time-stamp authority does not answer.
        """
        pair, installation = self._holding(at)
        seal = Seal(pair, installation.name, installation.site, self.time_stamps)
        mark = " (demo)" if installation.demo else " (simulated)" if installation.simulated else ""
        return seal.put(
            pdf, reason=f"Sealed by the installation{mark}: as its record held it at this time", at=at
        )

    def sign_animl(self, document: bytes, *, at: datetime) -> bytes:
        """An AnIML document with an XML signature of the installation over all of it.

        Raises:
            NotFound: if there is no certificate, or its key is gone.
            Refused: if the certificate has expired.
        """
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_der_private_key
        from cryptography.x509 import load_pem_x509_certificates

        from titer.connect.animl.signatures import sign

        pair, _ = self._holding(at)
        key = load_der_private_key(pair.key, None)
        if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
            raise Refused(
                "The certificate's key is of a kind that AnIML's signatures are not made with here."
            )
        return sign(document, key, certificate=load_pem_x509_certificates(pair.chain.encode())[0])

    def _holding(self, at: datetime) -> tuple[Pair, Installation]:
        """The certificate in use with its key, if it holds at an instant, and the installation that it is of."""
        with self.record.reading() as session:
            row = self.current(session)
            installation = self.record.installation(session)
        if not row.not_before <= at < row.not_after:
            raise Refused(
                f"The certificate that documents are sealed with holds from {row.not_before:%Y-%m-%d} to "
                f"{row.not_after:%Y-%m-%d}, not now.",
                do="Make the next one, titer pdf certificate --renew, or give one of the site's.",
            )
        return Pair(row.chain, self.vault.read(self.keys / _file(row.fingerprint))), installation

    def _keep(self, unit: Unit, pair: Pair, origin: str) -> DocumentCertificate:
        """The key first: a key without a row is of no use, a row without its key seals nothing."""
        said = described(pair.chain)
        self.vault.write(self.keys / _file(str(said["fingerprint"])), pair.key)
        return unit.add(DocumentCertificate(origin=origin, chain=pair.chain, **said))


def _file(fingerprint: str) -> str:
    return f"document-{fingerprint[:16]}.key"
