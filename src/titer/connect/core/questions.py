"""What the hub asks its host beside commands: who answers at an address, and what there is to record.

The host is always the client: it fetches questions as it fetches commands. A question changes nothing at the device
and nothing in the record; its answer is what a person chooses from. A connector type answers by the `explore` of
its manifest, in a process of its own: whatever a device does to who looks through it, it does to that process.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from titer.base.errors import TiterError
from titer.connect.core import trusted
from titer.connect.core.hub import Hub
from titer.connect.core.places import Explorer, Question

log = logging.getLogger("titer.connect")
AT_ONCE = 4
PATIENCE_S = 55.0


class Questions:
    """Answers the hub's questions, a few at a time, beside everything else.

    Args:
        hub: the hub.
        explorer: where they are answered.
        folder: of the host.
    """

    def __init__(self, hub: Hub, explorer: Explorer, folder: Path) -> None:
        self._hub = hub
        self._explorer = explorer
        self._folder = folder
        self._free = asyncio.Semaphore(AT_ONCE)
        self._running: dict[str, asyncio.Task[None]] = {}

    async def step(self) -> float:
        """Fetch what is asked now, and begin to answer it; the hub holds the request until there is something."""
        for raw in await self._hub.questions():
            key = str(raw["id"])
            if key not in self._running:
                task = asyncio.create_task(self._answer(key, raw), name=f"question {key}")
                self._running[key] = task
                task.add_done_callback(lambda _, key=key: self._running.pop(key, None))  # type: ignore[misc]
        return 0.05

    async def close(self) -> None:
        """Leave the rest unanswered; the hub says so when their time is over."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, key: str, raw: Mapping[str, Any]) -> None:
        async with self._free:
            body: dict[str, Any] = {"id": key, "answer": None, "problem": None}
            try:
                async with asyncio.timeout(PATIENCE_S):
                    body["answer"] = await self._explore(raw)
            except TimeoutError:
                body["problem"] = {
                    "what": f"There was no answer within {PATIENCE_S:g} s.",
                    "why": "The device does not answer, or answers without end; who looked through it was ended.",
                    "do": "Look whether the address is the device's; ask for a part of what it has.",
                }
            except TiterError as error:
                body["problem"] = {"what": error.what, "why": error.why, "do": error.do}
            except Exception as error:
                log.error("a question to %s failed", raw.get("type"), exc_info=error)
                body["problem"] = {
                    "what": "The device's answer could not be understood.",
                    "why": f"{type(error).__name__}: {error}"[:500],
                    "do": "",
                }
            try:
                await self._hub.answer(body)
            except TiterError as error:
                log.warning("the answer to a question was not taken: %s", error)

    async def _explore(self, raw: Mapping[str, Any]) -> Mapping[str, Any]:
        if raw.get("trust") is not None:
            trusted.keep(self._folder, raw["trust"])
        question = Question(str(raw["type"]), str(raw["kind"]), dict(raw["about"]), dict(raw["settings"]))
        return await self._explorer.explore(question, self._folder)
