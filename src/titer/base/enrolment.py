"""How an edge and its hub know each other at first: by a code that somebody carried from one to the other.

The code itself is never sent. Both sides show that they have it (HMAC-SHA-256, RFC 2104), the edge over its request
for a certificate, the hub over its answer: nobody between them can put another key, or another authority, in place.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

from titer.base.errors import Invalid

SECRET_BYTES = 20
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_GROUP = 8


def check_name(name: str) -> None:
    """Refuse what cannot name an edge: it stands in a certificate's subject, in addresses and in folders.

    Raises:
        Invalid: if it is not 1 to 63 letters, digits, dashes or underscores, beginning with a letter or digit.
    """
    if not _NAME.fullmatch(name):
        raise Invalid(
            f"{name!r} cannot name an edge.",
            where="name",
            do="Use up to 63 letters, digits, dashes and underscores, e.g. edge-lab2.",
        )


def code_of(name: str, secret: bytes) -> str:
    """The code as people carry it: the edge's name, and the secret in groups of eight letters.

    >>> code_of("edge-lab2", bytes(20))
    'edge-lab2.AAAAAAAA-AAAAAAAA-AAAAAAAA-AAAAAAAA'
    """
    text = base64.b32encode(secret).decode()
    groups = [text[at : at + _GROUP] for at in range(0, len(text), _GROUP)]
    return f"{name}.{'-'.join(groups)}"


def read_code(code: str) -> tuple[str, bytes]:
    """The name and the secret of a code; spaces and small letters do not matter in the secret.

    Raises:
        Invalid: if it is none.
    """
    name, _, text = code.strip().partition(".")
    try:
        secret = base64.b32decode(text.replace("-", "").replace(" ", "").upper())
    except ValueError:
        secret = b""
    if len(secret) != SECRET_BYTES:
        raise Invalid(
            "That is no enrolment code.",
            why="A code is the edge's name, a dot, and four groups of eight letters and digits.",
            do="Copy it whole from `titer edge invite`.",
        )
    check_name(name)
    return name, secret


def request_proof(secret: bytes, name: str, request: str) -> str:
    """What shows the hub that a request for a certificate comes from whoever has the code."""
    return _proof(secret, "titer-edge-request/1", name, request)


def answer_proof(
    secret: bytes, name: str, request: str, certificate: str, authority: str, address: str
) -> str:
    """What shows the edge that the answer comes from the hub that gave the code out."""
    return _proof(secret, "titer-edge-answer/1", name, request, certificate, authority, address)


def _proof(secret: bytes, *parts: str) -> str:
    said = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return hmac.new(secret, said, hashlib.sha256).hexdigest()
