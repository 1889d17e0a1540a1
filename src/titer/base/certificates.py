"""X.509 certificates that Titer makes itself: what all of them share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.x509 import KeyUsage


def key_usage(*purposes: str) -> KeyUsage:
    """What the key of a certificate is for, and nothing else (RFC 5280, 4.2.1.3).

    Args:
        purposes: digital_signature, content_commitment, key_encipherment, data_encipherment, key_agreement,
            key_cert_sign, crl_sign.

    Raises:
        TypeError: for a purpose that there is none.
    """
    from cryptography.x509 import KeyUsage

    none = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return KeyUsage(**{**none, **dict.fromkeys(purposes, True)})
