"""Bytes that travel as text."""

from __future__ import annotations

import base64

from titer.base.errors import Invalid

LARGEST = 50_000_000
"""Bytes of a document that travels inside JSON."""


def decoded(data: str, where: str = "data_base64") -> bytes:
    """The bytes of a base64 field (RFC 4648, section 4).

    Args:
        data: as it was sent.
        where: the field, for the message.

    Raises:
        Invalid: if it is not base64, or larger than 50 MB.
    """
    if len(data) > LARGEST * 4 // 3:
        raise Invalid("The file is larger than 50 MB.", where=where)
    try:
        return base64.b64decode(data, validate=True)
    except ValueError as error:  # binascii.Error is one; so is text that is not ASCII
        raise Invalid("The file is not base64.", where=where) from error
