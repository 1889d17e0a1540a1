"""A plant's authority: it issues certificates of OPC UA servers, and lists what it took back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from titer.base.certificates import key_usage
from titer.connect.opcua.own import Own


class Authority:
    """See the module; its certificate is DER."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Plant authority")])
        self.begin = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
        builder = self._about(self.name, self.key, 1)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        builder = builder.add_extension(key_usage("key_cert_sign", "crl_sign"), critical=True)
        self.certificate = builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def _about(self, name: x509.Name, key: rsa.RSAPrivateKey, serial: int) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(self.name).serial_number(serial)
        dated = builder.not_valid_before(self.begin).not_valid_after(self.begin + timedelta(days=100))
        return dated.public_key(key.public_key())

    def issue(self, serial: int, uri: str) -> Own:
        """A certificate for an application at 127.0.0.1."""
        key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Guarded reactor")])
        reached = [x509.UniformResourceIdentifier(uri), x509.IPAddress(ip_address("127.0.0.1"))]
        purposes = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment")
        builder = self._about(name, key, serial)
        builder = builder.add_extension(x509.SubjectAlternativeName(reached), critical=False)
        builder = builder.add_extension(key_usage(*purposes), critical=True)
        pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        made = builder.sign(self.key, hashes.SHA256())
        return Own(made.public_bytes(serialization.Encoding.DER), key.private_bytes(*pem))

    def took_back(self, *serials: int, days: int = 30) -> bytes:
        """Its list, good for so many days from the day before now."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.name).last_update(self.begin)
        builder = builder.next_update(self.begin + timedelta(days=days))
        for serial in serials:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(self.begin)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
