"""Filling a gap from the server's history: page by page to the journal, and how far it came beside the rows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from types import MappingProxyType

from asyncua import Client, ua

from titer.base.clock import Clock, us
from titer.base.errors import Unavailable
from titer.connect.core.acquired import Acquired
from titer.connect.core.columns import Columns, joined
from titer.connect.core.contract import Batch, Filled, Gap
from titer.connect.core.frame import Origin
from titer.connect.core.gaps import settled
from titer.connect.opcua.arrays import MOST_POINTS, AxisDefinition, acquired
from titer.connect.opcua.history import Page, Row, read_stretch
from titer.connect.opcua.session import FAULTS
from titer.connect.opcua.settings import OpcUaSettings

NO_AXES: Mapping[int, AxisDefinition] = MappingProxyType({})
BACKFILL_ROWS = 20_000
"""Rows that wait before they are handed over; with the page that made them so many, all that is held of a gap."""


async def fill(
    client: Client,
    settings: OpcUaSettings,
    gap: Gap,
    places: Mapping[str, int],
    nodes: Mapping[str, ua.NodeId],
    clock: Clock,
    axes: Mapping[int, AxisDefinition] = NO_AXES,
) -> AsyncIterator[Batch]:
    """Each channel's part of the gap out of the server's history, from where an earlier attempt came to.

    Args:
        client: connected.
        settings: of the connection.
        gap: to be filled.
        places: tag -> place of the channel in the connection's list.
        nodes: tag -> where the server keeps it.
        clock: the host's clock.
        axes: place of a channel -> what the server says about the axis of its arrays.

    Raises:
        Unavailable: when the connection breaks.
    """
    pool = Pool(gap, clock)
    for tag, (after, before) in sorted(gap.windows.items()):
        index = places.get(tag)
        if index is None:
            pool.fills.append(Filled(tag, False, "the channel is no longer part of the connection"))
            continue
        pages = read_stretch(client, settings, nodes[tag], after, before, gap.reached.get(tag, 0))
        try:
            async with aclosing(pages):  # type: ignore[type-var]
                async for page in pages:
                    pool.take(tag, index, page, axes.get(index))
                    if pool.rows >= BACKFILL_ROWS or pool.points >= MOST_POINTS:
                        yield pool.batch()
        except FAULTS as error:
            raise Unavailable(f"The history of {tag} broke off: {error or type(error).__name__}.") from error
    if pool.fills:
        yield pool.batch()


class Pool:
    """Rows of a gap on their way to the journal, of one channel or of many that have few.

    Args:
        gap: that is being filled.
        clock: the host's clock.

    Attributes:
        fills: what became of channels since the last batch.
        rows: how many wait.
        points: how many numbers of spectra.
    """

    def __init__(self, gap: Gap, clock: Clock) -> None:
        self._gap, self._clock = gap, clock
        self._parts: list[Columns] = []
        self._reached: dict[str, int] = {}
        self._before = 0
        self.fills: list[Filled] = []
        self.rows = self.points = 0

    def take(self, tag: str, index: int, page: Page, axis: AxisDefinition | None = None) -> None:
        """Add a page of a channel, and what became of the channel if it is the last."""
        if page.rows:
            arrays = {at: acquired(points, axis) for at, points in page.points.items()}
            self._parts.append(_columns(index, page.rows, us(self._clock.now()), arrays))
            self.points += sum(len(one.values) for one in arrays.values())
            self.rows += len(page.rows)
            # Another value of the very last instant may stand on the next page.
            self._reached[tag] = max(row[0] for row in page.rows) - 1
        if page.verdict is not None:
            self.fills.append(Filled(tag, page.verdict.complete, page.verdict.reason))

    def batch(self) -> Batch:
        """All of it; what follows is pooled anew."""
        made = settled(
            self._gap,
            self.fills,
            self._clock,
            joined(self._parts),
            reached=self._reached,
            rows_before=self._before,
        )
        self._before = 0 if self.fills else self._before + self.rows
        self._parts, self._reached, self.fills, self.rows, self.points = [], {}, [], 0, 0
        return made


def _columns(index: int, rows: Sequence[Row], received: int, arrays: Mapping[int, Acquired]) -> Columns:
    return Columns.of(
        [index] * len(rows),
        [row[0] for row in rows],
        [row[2] for row in rows],
        [row[4] for row in rows],
        server_us=[row[1] for row in rows],
        received_us=received,
        origin=Origin.BACKFILLED,
        text={at: row[3] for at, row in enumerate(rows) if row[3] is not None},
        arrays=arrays,
    )
