"""A device that speaks in lines of text over TCP: one question, one answer, and never more memory than a line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from titer.base.errors import Invalid, Unavailable


class Line:
    """An open connection; `open` makes it.

    After an answer that did not come in time the connection is given up: the answer would be taken for that of
    the next question.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        end: bytes,
        encoding: str,
        timeout_s: float,
    ) -> None:
        self._reader, self._writer = reader, writer
        self._end, self._encoding, self._timeout_s = end, encoding, timeout_s
        self._turn = asyncio.Lock()

    @classmethod
    async def open(
        cls,
        host: str,
        port: int,
        *,
        timeout_s: float = 5.0,
        end: bytes = b"\r\n",
        longest: int = 4096,
        encoding: str = "ascii",
    ) -> Line:
        """Connect.

        Args:
            host, port: where it listens.
            timeout_s: for connecting, and for each answer.
            end: what a line ends with, both ways.
            longest: bytes of a line; a device that sends more without an end is cut off.
            encoding: of the text.

        Raises:
            OSError: if nobody listens there.
            TimeoutError: if nobody answers.
        """
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_connection(host, port, limit=longest)
        return cls(reader, writer, end=end, encoding=encoding, timeout_s=timeout_s)

    async def say(self, text: str) -> None:
        """Send a line."""
        self._writer.write(text.encode(self._encoding) + self._end)
        async with asyncio.timeout(self._timeout_s):
            await self._writer.drain()

    async def hear(self, timeout_s: float | None = None) -> str:
        """The next line, without its end.

        Args:
            timeout_s: how long it may take, if not the connection's.

        Raises:
            Invalid: if it is too long, or no text of the encoding.
            TimeoutError, asyncio.IncompleteReadError: if none comes, or the device hung up.
        """
        try:
            async with asyncio.timeout(self._timeout_s if timeout_s is None else timeout_s):
                raw = await self._reader.readuntil(self._end)
        except asyncio.LimitOverrunError as error:
            self.close()
            raise Invalid("The device sent a line without end; the connection was cut.") from error
        try:
            return raw[: -len(self._end)].decode(self._encoding)
        except UnicodeDecodeError as error:
            raise Invalid(f"The device sent what is no {self._encoding} text: {raw[:40]!r}.") from error

    async def ask(
        self,
        question: str,
        *,
        aside: Callable[[str], bool] | None = None,
        timeout_s: float | None = None,
    ) -> str:
        """One question and its answer; questions wait for each other.

        Args:
            question: a line.
            aside: whether a line is said unasked, and no answer; the next one is heard then.
            timeout_s: how long the answer may take, if not the connection's.

        Raises:
            Unavailable: if the connection was given up before.
        """
        async with self._turn:
            if self._writer.is_closing():
                raise Unavailable("The connection was given up.")
            try:
                await self.say(question)
                answer = await self.hear(timeout_s)
                while aside is not None and aside(answer):
                    answer = await self.hear(timeout_s)
                return answer
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """Hang up at once."""
        self._writer.transport.abort()
