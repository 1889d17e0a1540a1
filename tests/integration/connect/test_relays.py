"""What the process of a connection may ask of its host at once is bounded, whatever it asks; neighbours go on."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from titer.connect.core import children
from titer.connect.core.children import BYTES_AT_ONCE, RELAYED_AT_ONCE, Child
from titer.testing.connectors import patience

ASKED = 300
_SAYS = """
import json, os, struct, sys
def asked(number, data):
    text = json.dumps({"ask": "content", "id": number, "body": ""}).encode()
    return struct.pack(">II", len(text), len(data)) + text + data
def say(whole):
    while whole:
        whole = whole[os.write(1, whole):]
"""
ASKS = (
    _SAYS
    + """
data = b"x" * int(sys.argv[2])
say(b"".join(asked(number, data) for number in range(int(sys.argv[1]))))
"""
)
"""What fits into a pipe is said by one call."""
READS = (
    ASKS
    + """
found = 0
while found < int(sys.argv[1]):
    size = struct.unpack(">II", sys.stdin.buffer.read(8))[0]
    found += "value" in json.loads(sys.stdin.buffer.read(size))
"""
)
NEVER_READS = (
    _SAYS
    + """
while True:
    say(asked(0, b"x"))
"""
)


class SlowHub:
    """A hub that answers when it is told to, and knows how much it was asked at once."""

    def __init__(self) -> None:
        self.waiting = self.most = self.answered = self.bytes = self.most_bytes = 0
        self.may = asyncio.Event()

    async def content(self, data: bytes, media_type: str = "") -> str:
        self.waiting += 1
        self.bytes += len(data)
        self.most, self.most_bytes = max(self.most, self.waiting), max(self.most_bytes, self.bytes)
        await self.may.wait()
        self.waiting -= 1
        self.bytes -= len(data)
        self.answered += 1
        return "a" * 64

    async def intake(self, connection: str, frames: Sequence[bytes]) -> tuple[int, int]:
        raise AssertionError

    async def document(self, body: dict[str, Any]) -> None:
        raise AssertionError

    receipt = status = document


async def child(hub: SlowHub, script: str, *arguments: int) -> Child:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-c", script, *(str(one) for one in arguments),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True, limit=1024 * 1024,
    )  # fmt: skip
    return Child("greedy", process, hub)


async def until(condition: Callable[[], bool], what: str) -> None:
    try:
        async with asyncio.timeout(60 * patience()):
            while not condition():
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"{what}: never") from None


@pytest.mark.parametrize(("size", "at_once"), [(10, RELAYED_AT_ONCE), (BYTES_AT_ONCE, 1)])
def test_a_process_that_asks_for_everything_at_once_has_a_few_things_carried_and_waits_for_the_rest(
    size: int, at_once: int
) -> None:
    count = ASKED if size == 10 else 6

    async def main() -> None:
        hub = SlowHub()
        asking = await child(hub, READS, count, size)
        try:
            ending = asyncio.create_task(asking.ended(2**40, 60 * patience(), lambda pid: 0))
            await until(lambda: hub.waiting == at_once, "all that is carried at once")
            for _ in range(200):
                await asyncio.sleep(0)
            assert hub.waiting == at_once
            hub.may.set()
            ended = await ending
            assert str(ended) == "Ended by itself with status 0", "it had all its replies"
            assert (hub.answered, hub.most, hub.most_bytes) == (count, at_once, at_once * size)
        finally:
            await asking.leave()

    asyncio.run(main())


def test_a_process_that_waits_for_a_slow_hub_has_not_stood_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "LOOKED_AT_EVERY_S", 0.05)

    async def main() -> None:
        hub = SlowHub()
        asking = await child(hub, READS, ASKED, 10)
        looks = 0

        def resident(pid: int) -> int:
            nonlocal looks
            looks += hub.waiting == RELAYED_AT_ONCE
            return 0

        try:
            ending = asyncio.create_task(asking.ended(2**40, 0.2, resident))
            await until(lambda: looks > 20 or ending.done(), "twenty looks")
            assert not ending.done()
            ending.cancel()
            await asyncio.gather(ending, return_exceptions=True)
        finally:
            await asking.leave()

    asyncio.run(main())


def test_a_process_that_asks_without_end_and_reads_no_reply_is_ended() -> None:
    async def main() -> None:
        hub = SlowHub()
        hub.may.set()
        asking = await child(hub, NEVER_READS)
        try:
            async with asyncio.timeout(60 * patience()):
                ended = await asking.ended(2**40, 1.0, lambda pid: 0)
            assert str(ended) == "Ended because it stood still for 1 s"
            assert hub.most <= RELAYED_AT_ONCE
            assert hub.answered < 100_000, "what nobody reads is not piled up"
        finally:
            await asking.leave()

    asyncio.run(main())
