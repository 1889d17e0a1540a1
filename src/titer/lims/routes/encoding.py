"""Bytes in JSON."""

from __future__ import annotations

import base64
import binascii

from titer.base.errors import Invalid

_LARGEST = 50_000_000


def decoded(data: str) -> bytes:
    """The bytes of a base64 field.

    Raises:
        Invalid: if it is not base64, or larger than 50 MB.
    """
    if len(data) > _LARGEST * 4 // 3:
        raise Invalid("The file is larger than 50 MB.", where="data_base64")
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise Invalid("The file is not base64.", where="data_base64") from error
