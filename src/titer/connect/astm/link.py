"""The link of ASTM E1381 (LIS1-A): establishment, transfer and termination, as receiver and as sender.

A frame is acknowledged when it was read; the one that ends a message when the message is on disk. An analyser whose
last frame is not acknowledged sends the message again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from titer.base.errors import Invalid, Unavailable
from titer.connect.astm.frames import (
    ACK,
    CR,
    ENQ,
    EOT,
    LF,
    LONGEST_TEXT,
    NAK,
    STX,
    Assembly,
    frames,
    read_frame,
)

Take = Callable[[bytes, bool], Awaitable[None]]
MOST_REFUSALS = 6
"""How often a frame is sent, or refused, before the transfer is given up (E1381, 6.5.1.2)."""


async def receive(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    take: Take,
    timeout_s: float,
) -> None:
    """One transfer, from the ENQ that was just read to its EOT.

    Args:
        reader, writer: of the connection.
        take: called with a message and whether it was whole; it returns when that is on disk.
        timeout_s: until the next frame must have come.

    Raises:
        Invalid: after six frames that were none.
        TimeoutError: if the analyser stops in the middle.
        asyncio.IncompleteReadError: if it hangs up.
    """
    writer.write(ACK)
    assembly = Assembly()
    try:
        await _frames(reader, writer, assembly, take, timeout_s)
    except (OSError, EOFError, TimeoutError, Invalid):
        await _broken_off(assembly, take)
        raise
    await _broken_off(assembly, take)


async def _broken_off(assembly: Assembly, take: Take) -> None:
    """What came of a transfer that broke off is kept as it is; it was never acknowledged as a whole."""
    if assembly.message:
        await take(assembly.message, False)


async def _frames(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    assembly: Assembly,
    take: Take,
    timeout_s: float,
) -> None:
    refused = 0
    while True:
        async with asyncio.timeout(timeout_s):
            first = await reader.readexactly(1)
            raw = STX + await _rest(reader) if first == STX else b""
        if first == EOT:
            return
        if first == ENQ:
            writer.write(ACK)
        if first != STX:
            continue
        try:
            new = assembly.take(read_frame(raw))
        except Invalid:
            refused += 1
            if refused >= MOST_REFUSALS:
                raise
            writer.write(NAK)
            continue
        if new and _ends(assembly.message):
            whole, assembly.message = assembly.message, b""
            await take(whole, True)
        writer.write(ACK)
        await writer.drain()


async def _rest(reader: asyncio.StreamReader) -> bytes:
    try:
        raw = await reader.readuntil(LF)
    except asyncio.LimitOverrunError as error:
        raise Invalid("The analyser sent a frame without end; the connection was cut.") from error
    if len(raw) > LONGEST_TEXT:
        raise Invalid(f"The analyser sent a frame of {len(raw)} bytes.")
    return raw


def _ends(message: bytes) -> bool:
    """Whether the last record of the message is the one that ends it."""
    return message.endswith(CR) and message[:-1].rpartition(CR)[2].lstrip(LF)[:1].upper() == b"L"


async def send(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, message: bytes, timeout_s: float
) -> None:
    """Send a message: ENQ, its frames, each acknowledged, and EOT.

    Raises:
        Unavailable: if the analyser is not ready, or refuses a frame six times.
        TimeoutError: if it says nothing.
    """
    try:
        await _acknowledged(reader, writer, ENQ, timeout_s)
        for one in frames(message):
            await _acknowledged(reader, writer, one, timeout_s)
    finally:
        writer.write(EOT)


async def _acknowledged(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes, timeout_s: float
) -> None:
    for _ in range(MOST_REFUSALS):
        writer.write(data)
        async with asyncio.timeout(timeout_s):
            answer = await reader.readexactly(1)
        if answer in (ACK, EOT):  # EOT: received, and the analyser asks for the line; it gets it after this
            return
        if data == ENQ and answer == ENQ:
            break  # both want to speak: the analyser goes first (E1381, 6.2.6.2)
    raise Unavailable("The analyser does not take what it asked for.")
