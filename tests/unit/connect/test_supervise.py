"""A task that is kept alive ends when it is told to."""

from __future__ import annotations

import asyncio
import logging

import pytest

from titer.connect.core.supervise import Backoff, Once, repeat


@pytest.mark.parametrize("turns", range(6))
def test_a_cancel_that_comes_with_the_wake_ends_the_task(turns: int) -> None:
    async def main() -> bool:
        wake, began = asyncio.Event(), asyncio.Event()

        async def step() -> float:
            began.set()
            wake.clear()
            return 60.0

        task = asyncio.create_task(repeat(step, Once(logging.getLogger("test"), "c"), wake=wake))
        await began.wait()
        await asyncio.sleep(0)
        wake.set()
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task], timeout=5)
        ended = task.cancelled()
        task.cancel()
        return ended

    assert asyncio.run(main())


def test_pauses_grow_to_their_limit_and_chance_shortens_them_by_up_to_half() -> None:
    chances = iter([0.0, 0.5, 1.0, 0.0])
    backoff = Backoff(1.0, 3.0, lambda: next(chances))
    assert [backoff.following() for _ in range(4)] == [1.0, 1.5, 1.5, 3.0]
    backoff = Backoff(1.0, 3.0)
    assert [backoff.following() for _ in range(3)] == [1.0, 2.0, 3.0]
