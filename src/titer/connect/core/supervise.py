"""Keeping a task alive: back off, say a fault once and its recovery once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from titer.base.errors import TiterError

EXPECTED = (TiterError, OSError, TimeoutError, asyncio.IncompleteReadError)


class Backoff:
    """Growing pauses between attempts.

    Args:
        first, most: the shortest and the longest pause, seconds.
        chance: a number of [0, 1) by which a pause is shortened by up to half, so that what ended together is not
            started together again and again; None = pauses are whole.
    """

    def __init__(
        self, first: float = 0.25, most: float = 15.0, chance: Callable[[], float] | None = None
    ) -> None:
        self._first, self._most, self._next = first, most, first
        self._chance = chance

    def reset(self) -> None:
        """It worked: begin again with the shortest pause."""
        self._next = self._first

    async def pause(self) -> None:
        """Wait, longer each time."""
        await asyncio.sleep(self.following())

    def following(self) -> float:
        """The next pause, seconds; the one after it is longer."""
        pause, self._next = self._next, min(self._next * 2, self._most)
        return pause if self._chance is None else pause * (1 - self._chance() / 2)


class Once:
    """Says a fault once and its recovery once."""

    def __init__(self, log: logging.Logger, subject: str) -> None:
        self._log, self._subject, self._fault = log, subject, ""

    def fault(self, error: BaseException) -> None:
        """Log the fault, unless it is the one that was logged last."""
        text = str(error) or type(error).__name__
        if text != self._fault:
            unexpected = not isinstance(error, EXPECTED)
            self._log.error("%s: %s", self._subject, text, exc_info=error if unexpected else None)
            self._fault = text

    def well(self) -> None:
        """Log the recovery, if there was a fault."""
        if self._fault:
            self._log.info("%s: works again", self._subject)
            self._fault = ""


async def repeat(
    step: Callable[[], Awaitable[float]], once: Once, *, most: float = 15.0, wake: asyncio.Event | None = None
) -> None:
    """Run `step` for ever: it returns the seconds until its next turn; a failure backs off and is said once.

    Args:
        wake: ends a pause after success early; `step` clears it.
    """
    backoff = Backoff(most=most)
    while True:
        try:
            pause = await step()
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - supervision: whatever it is, the values must go on
            once.fault(error)
            await backoff.pause()
            continue
        once.well()
        backoff.reset()
        if wake is None:
            await asyncio.sleep(pause)
            continue
        try:
            async with asyncio.timeout(pause):
                await wake.wait()
        except TimeoutError:
            continue
