"""From publish messages to batches: which values are new, and where some are missing.

A gap is found in three ways: the first value after a loss has another source time than the newest value that
is known; the server says that its queue overflowed; or its queue came full to the brim, which some servers do
not say (asyncua's among them).

A value without a source time bears its server's time, else the time of receipt, and its status says so. A *bad* one
without a source time (BadWaitingForInitialData is what a new subscription often begins with) says how the channel
stands: a loss is not judged by it, but by the next value that comes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.base.clock import Clock, us
from titer.connect.core.columns import Columns, joined
from titer.connect.core.contract import Batch, ChannelSpec, Gap, Known, event
from titer.connect.core.frame import Origin, Quality
from titer.connect.core.values import STAMPED_BY_SERVER, STAMPED_ON_RECEIPT
from titer.connect.opcua import decode
from titer.connect.opcua.arrays import AxisDefinition, acquired
from titer.connect.opcua.session import Link


class Batcher:
    """See the module.

    Args:
        name: of the connection.
        channels: of the connection.
        link: the subscription that the messages belong to, with the depths of its queues.
        clock: the host's clock; it stamps `received_us`.

    Attributes:
        last: channel index -> newest value that was handed over.
        suspect: channel index -> why values may be missing before its next one.
        undurable: batches handed over and not yet acknowledged by the journal.
        axes: channel index -> what the server says about the axis of its arrays.
    """

    def __init__(self, name: str, channels: Sequence[ChannelSpec], link: Link, clock: Clock) -> None:
        self._name = name
        self._channels = tuple(channels)
        self._link = link
        self._clock = clock
        self.last: dict[int, Known] = {}
        self.suspect: dict[int, str] = {}
        self.next_gap = 1
        self.undurable = 0
        self.axes: dict[int, AxisDefinition] = {}

    def resume(self, last: Mapping[int, Known], next_gap: int) -> None:
        """Start again from what the journal holds.

        A batch that the journal refused is given up: the subscription is forgotten, and the newest values in
        the journal tell what is missing.
        """
        self.last, self.next_gap = dict(last), next_gap
        if self.undurable:
            self._link.subscription, self.undurable = 0, 0

    def doubt_all(self, reason: str) -> None:
        """Values of every known channel may be missing from here on."""
        self.suspect = dict.fromkeys(self.last, reason)

    def batch(self, messages: Sequence[decode.Publish], origin: Origin) -> Batch:
        """The batch of some messages of one subscription, in their order."""
        received = us(self._clock.now())
        self.undurable += 1
        parts, events = [], []
        windows: dict[str, dict[str, tuple[int, int]]] = {}
        back: dict[str, tuple[int, int]] = {}
        for message in messages:
            columns = self._columns(message.data, received, origin)
            if self.suspect:
                columns = self._ends_of_gaps(columns, windows, back)
            overflow = self._overflow(columns, windows)
            if overflow:
                events.append(
                    event(
                        "overflow", received, "The server's queue overflowed: the oldest were lost.", overflow
                    )
                )
            self._advance(columns)
            parts.append(columns)
        gaps = []
        for reason, spans in windows.items():
            gap = Gap(f"{self._name}-{self.next_gap}", spans, reason)
            self.next_gap += 1
            events.append(gap.event("gap_opened", list(spans), received, reason))
            gaps.append(gap)
        if back:
            events += self._clock_went_back(back, received)
        return Batch(
            joined(parts),
            events=tuple(events),
            gaps=tuple(gaps),
            cursor=(self._link.subscription, messages[-1].sequence),
        )

    def _columns(self, data: decode.Decoded, received: int, origin: Origin) -> Columns:
        source, status = stamped(data, received)
        columns = Columns.of(
            np.asarray(data.handle, dtype=np.int64) - 1,
            source,
            data.value,
            status,
            server_us=data.server_us,
            received_us=received,
            origin=origin,
            text=data.text,
            arrays={
                row: acquired(points, self.axes.get(data.handle[row] - 1))
                for row, points in data.points.items()
            },
        )
        if 0 in data.source_us:
            without = (np.asarray(data.source_us) == 0) & (columns.quality == Quality.BAD)
            columns = replace(columns, unstamped=frozenset(np.flatnonzero(without).tolist()))
        return columns.take((columns.channel >= 0) & (columns.channel < len(self._channels)))

    def _ends_of_gaps(
        self,
        columns: Columns,
        windows: dict[str, dict[str, tuple[int, int]]],
        back: dict[str, tuple[int, int]],
    ) -> Columns:
        """The first value of a channel after a loss: the same as the last one, or the far end of a gap."""
        keep = np.ones(len(columns), np.bool_)
        judged = np.setdiff1d(np.arange(len(columns)), list(columns.unstamped))
        channels, first = np.unique(columns.channel[judged], return_index=True)
        for index, row in zip(channels.tolist(), judged[first].tolist(), strict=True):
            reason = self.suspect.pop(index, None)
            known = self.last.get(index)
            if reason is None or known is None:
                continue
            source = int(columns.source_us[row])
            if source == known.source_us and _same(known, columns, row):
                keep[row] = False
            elif source > known.source_us:
                windows.setdefault(reason, {})[self._channels[index].tag] = (known.source_us, source)
            elif source < known.source_us:
                back[self._channels[index].tag] = (source, known.source_us)
        return columns.take(keep)

    def _overflow(self, columns: Columns, windows: dict[str, dict[str, tuple[int, int]]]) -> list[str]:
        """Rows before which the server discarded values: it says so, or its queue was full to the brim."""
        if not len(columns):
            return []
        flagged = np.flatnonzero(
            (columns.status & 0x0C00 == decode.OVERFLOW_INFO) & (columns.status & decode.OVERFLOW != 0)
        ).tolist()
        told = {int(columns.channel[row]) for row in flagged}
        counts = Counter(
            dict(
                zip(*(part.tolist() for part in np.unique(columns.channel, return_counts=True)), strict=True)
            )
        )
        for index, count in counts.items():
            depth = self._link.queues.get(index + 1, 0)
            if depth > 1 and count >= depth and index not in told:
                flagged.append(int(np.argmax(columns.channel == index)))
        tags = []
        for row in flagged:
            index = int(columns.channel[row])
            tag = self._channels[index].tag
            earlier = np.flatnonzero(columns.channel[:row] == index)
            known = self.last.get(index)
            before = (
                int(columns.source_us[earlier[-1]]) if len(earlier) else known.source_us if known else None
            )
            tags.append(tag)
            if before is not None and int(columns.source_us[row]) > before:
                reason = "The server's queue overflowed."
                spans = windows.setdefault(reason, {})
                spans[tag] = (
                    min(before, spans[tag][0]) if tag in spans else before,
                    int(columns.source_us[row]),
                )
        return sorted(set(tags))

    def _clock_went_back(self, back: dict[str, tuple[int, int]], received: int) -> list[dict[str, Any]]:
        reason = "The source's time went back while nobody listened; what lay between cannot be told apart."
        gap = Gap(f"{self._name}-back-{received}", back, reason)
        low, high = min(start for start, _ in back.values()), max(end for _, end in back.values())
        return [
            event("clock_step", received, reason, list(back), low, high),
            gap.event("gap_opened", list(back), received, reason),
            gap.event("gap_unrecoverable", list(back), received, reason),
        ]

    def _advance(self, columns: Columns) -> None:
        for row in columns.newest().tolist():
            self.last[int(columns.channel[row])] = Known(
                int(columns.source_us[row]),
                float(columns.value[row]),
                columns.text.get(row),
                int(columns.status[row]),
            )


def stamped(data: decode.Decoded, received: int) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Source times (us) and status codes, with a time for every value.

    Where the source gave no time the server's stands in, else that of receipt. A plain good status then becomes
    `STAMPED_BY_SERVER` or `STAMPED_ON_RECEIPT`, its info bits (the overflow's among them) kept; any other status
    stays what it is, since it says more.
    """
    source = np.asarray(data.source_us, dtype=np.int64)
    status = np.asarray(data.status, dtype=np.uint32)
    without = source == 0
    if not without.any():
        return source, status
    server = np.asarray(data.server_us, dtype=np.int64)
    by_server = without & (server != 0)
    source = np.where(by_server, server, np.where(without, received, source))
    says = np.where(by_server, np.uint32(STAMPED_BY_SERVER), np.uint32(STAMPED_ON_RECEIPT))
    plain = without & (status >> np.uint32(16) == 0)
    return source, np.where(plain, status | says, status).astype(np.uint32)


def _same(known: Known, columns: Columns, row: int) -> bool:
    number = float(columns.value[row])
    same = number == known.value or (math.isnan(number) and math.isnan(known.value))
    return same and columns.text.get(row) == known.text and int(columns.status[row]) == known.status
