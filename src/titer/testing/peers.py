"""Devices to test connectors against that differ only in what they answer."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from titer.testing.bench import Peer


class TcpPeer(Peer):
    """A device that listens on TCP; `serve` speaks with one caller.

    Attributes:
        writers: the connections that are open.
        endless: what a flood consists of.
    """

    endless = b"7" * 65536

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self, port: int) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", port, limit=1 << 20)

    async def stop(self) -> None:
        """Break every connection and listen no more."""
        if self._server is not None:
            self._server.close()
            for writer in list(self.writers):
                writer.transport.abort()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2):
                    await self._server.wait_closed()
            self._server = None

    async def flood(self) -> None:
        """Send 64 MB without an end, as long as somebody listens."""
        writer = next(iter(self.writers))
        with contextlib.suppress(OSError):
            for _ in range(1024):
                writer.write(self.endless)
                await writer.drain()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak with one caller until it hangs up."""
        raise NotImplementedError

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.add(writer)
        try:
            with contextlib.suppress(OSError, EOFError):
                await self.serve(reader, writer)
        finally:
            self.writers.discard(writer)
            writer.transport.abort()


class LinePeer(TcpPeer):
    """A device that answers each line of text with one line.

    Attributes:
        end: what a line ends with.
        next_answer: what is answered to the next question, whatever it is.
    """

    end = b"\r\n"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.next_answer: bytes | None = None

    async def garbage(self) -> None:
        """Answer the next question with bytes that are no text."""
        self.next_answer = b"\x00\xff\xfe\x80"

    def answer(self, line: str) -> str | None:
        """The answer to a line; None = silence."""
        raise NotImplementedError

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One line, one answer."""
        while True:
            line = (await reader.readuntil(self.end))[: -len(self.end)].decode("ascii")
            if self.next_answer is not None:
                said, self.next_answer = self.next_answer, None
            else:
                text = self.answer(line)
                if text is None:
                    continue
                said = text.encode("ascii")
            writer.write(said + self.end)
            await writer.drain()
