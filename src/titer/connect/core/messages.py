"""Messages over a pipe between the host and the process of a connection: a JSON object, and bytes that go with it.

Eight bytes say how long both are (big-endian, 32 bits each). A message that claims to be longer than the largest
file that a hub takes is no message: nobody makes the host keep more than that.
"""

from __future__ import annotations

import asyncio
import json
import os
import struct
from collections.abc import Mapping
from typing import Any

from titer.base import errors
from titer.base.errors import Invalid, TiterError
from titer.base.files import LARGEST_FILE

_LENGTHS = struct.Struct(">II")
MOST_BODY = 16 * 1024 * 1024
MOST_BYTES = LARGEST_FILE + 1024 * 1024


def packed(body: Mapping[str, Any], data: bytes = b"") -> bytes:
    """A message as it goes over the pipe.

    Raises:
        Invalid: if it is too long for one.
    """
    text = json.dumps(body, separators=(",", ":")).encode("utf-8")
    if len(text) > MOST_BODY or len(data) > MOST_BYTES:
        raise Invalid(f"A message of {len(text) + len(data):,} bytes is too long for the host.")
    return _LENGTHS.pack(len(text), len(data)) + text + data


async def read(reader: asyncio.StreamReader) -> tuple[dict[str, Any], bytes] | None:
    """The next message; None once the other side has closed the pipe, or died in the middle of one.

    Raises:
        Invalid: if what came is none.
    """
    try:
        body, data = _lengths(await reader.readexactly(_LENGTHS.size))
        return _body(await reader.readexactly(body)), await reader.readexactly(data) if data else b""
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def read_now(descriptor: int) -> tuple[dict[str, Any], bytes]:
    """The next message, waited for; no byte behind it is taken.

    Raises:
        Invalid: if there is none, or what came is none.
    """
    body, data = _lengths(_exactly(descriptor, _LENGTHS.size))
    return _body(_exactly(descriptor, body)), _exactly(descriptor, data)


def told(error: BaseException) -> list[str]:
    """A fault, as it goes over the pipe."""
    if isinstance(error, TiterError):
        return [type(error).__name__, error.what, error.why, error.do]
    return [TiterError.__name__, str(error) or type(error).__name__, "", ""]


def fault(raw: Any) -> TiterError:
    """The fault that the other side told; of a kind that is not known here, it is one all the same."""
    kind, what, why, do = (str(one) for one in raw)
    known = getattr(errors, kind, TiterError)
    if not (isinstance(known, type) and issubclass(known, TiterError)) or known is errors.ProofIncomplete:
        known = TiterError
    return known(what, why=why, do=do)


def _lengths(head: bytes) -> tuple[int, int]:
    body, data = _LENGTHS.unpack(head)
    if body > MOST_BODY or data > MOST_BYTES:
        raise Invalid("What came over the pipe is no message.", why=f"It claims {body + data:,} bytes.")
    return int(body), int(data)


def _body(text: bytes) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid("What came over the pipe is no message.", why=str(error)) from error
    if not isinstance(body, dict):
        raise Invalid("What came over the pipe is no message.", why="It is no object.")
    return body


def _exactly(descriptor: int, count: int) -> bytes:
    found = b""
    while len(found) < count:
        more = os.read(descriptor, count - len(found))
        if not more:
            raise Invalid("The pipe ended before a message did.")
        found += more
    return found
