"""Values on their way from the socket to the journal: columns without connection, epoch and sequence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from titer.connect.core.acquired import Acquired
from titer.connect.core.frame import Frame, Origin, Quality
from titer.connect.core.values import NO_NUMBER


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Values as columns of equal length; the meaning of each is that of the same column of `Frame`.

    `channel` indexes the connection's channel list, not the few channels of one frame. `unstamped` names
    rows that came without a time and say only how the channel stands: the time of receipt stands in, and no gap
    is reckoned from it.
    """

    channel: NDArray[np.int64]
    source_us: NDArray[np.int64]
    server_us: NDArray[np.int64]
    received_us: NDArray[np.int64]
    value: NDArray[np.float64]
    status: NDArray[np.uint32]
    quality: NDArray[np.uint8]
    origin: NDArray[np.uint8]
    text: Mapping[int, str] = field(default_factory=dict)
    unstamped: frozenset[int] = frozenset()
    arrays: Mapping[int, Acquired] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.value)

    @classmethod
    def empty(cls) -> Columns:
        """No values."""
        return cls.of([], [], [], [])

    @classmethod
    def of(
        cls,
        channel: Sequence[int] | NDArray[np.int64],
        source_us: Sequence[int] | NDArray[np.int64],
        value: Sequence[float] | NDArray[np.float64],
        status: Sequence[int] | NDArray[np.uint32],
        *,
        server_us: Sequence[int] | NDArray[np.int64] | None = None,
        received_us: int = 0,
        origin: Origin = Origin.LIVE,
        text: Mapping[int, str] | None = None,
        arrays: Mapping[int, Acquired] | None = None,
    ) -> Columns:
        """Columns out of what a protocol delivers; quality is taken from the status' severity bits.

        A source time of 0 means that there was none. NaN and infinities are kept as they came, and are bad (see
        `values.NO_NUMBER`), unless a text or a spectrum is what the row says.
        """
        codes = np.asarray(status, dtype=np.uint32)
        numbers = np.asarray(value, dtype=np.float64)
        none = ~np.isfinite(numbers)
        if none.any():
            none[[row for held in (text, arrays) for row in held or () if np.isnan(numbers[row])]] = False
            good = none & (codes >> np.uint32(30) == 0)
            codes = np.where(good, NO_NUMBER | codes & np.uint32(0xFFFF), codes).astype(np.uint32)
        rows = len(codes)
        source = np.asarray(source_us, dtype=np.int64)
        missing = frozenset(np.flatnonzero(source == 0).tolist())
        return cls(
            channel=np.asarray(channel, dtype=np.int64),
            source_us=np.where(source == 0, received_us, source),
            server_us=np.zeros(rows, np.int64)
            if server_us is None
            else np.asarray(server_us, dtype=np.int64),
            received_us=np.full(rows, received_us, np.int64),
            value=numbers,
            status=codes,
            quality=np.where(none, Quality.BAD, quality_of(codes)).astype(np.uint8),
            origin=np.full(rows, origin, np.uint8),
            text=dict(text or {}),
            unstamped=missing,
            arrays=dict(arrays or {}),
        )

    def take(self, keep: NDArray[np.bool_]) -> Columns:
        """The rows where `keep` is true, in their order."""
        if keep.all():
            return self
        where = np.flatnonzero(keep)
        some = self.text or self.unstamped or self.arrays
        moved = {int(old): new for new, old in enumerate(where)} if some else {}
        return Columns(
            self.channel[where],
            self.source_us[where],
            self.server_us[where],
            self.received_us[where],
            self.value[where],
            self.status[where],
            self.quality[where],
            self.origin[where],
            {moved[row]: text for row, text in self.text.items() if row in moved},
            frozenset(moved[row] for row in self.unstamped if row in moved),
            {moved[row]: one for row, one in self.arrays.items() if row in moved},
        )

    def named(self, names: Mapping[int, Mapping[float, str]]) -> Columns:
        """The same values, those of an enumeration with the name of each beside its number.

        Args:
            names: channel -> number -> name.
        """
        text = dict(self.text)
        for channel, of_number in names.items():
            for row in np.flatnonzero(self.channel == channel).tolist():
                name = of_number.get(float(self.value[row]))
                if name is not None:
                    text.setdefault(row, name)
        return replace(self, text=text) if len(text) > len(self.text) else self

    def relabelled(self, origin: Origin) -> Columns:
        """The same values with another origin."""
        return replace(self, origin=np.full(len(self), origin, np.uint8))

    def newest(self) -> NDArray[np.int64]:
        """The row of the last value of each channel that occurs, live and replayed ones only."""
        rows = np.flatnonzero(self.origin != Origin.BACKFILLED)
        if self.unstamped:
            rows = np.setdiff1d(rows, list(self.unstamped))
        if not len(rows):
            return rows
        _, first_from_end = np.unique(self.channel[rows][::-1], return_index=True)
        return rows[len(rows) - 1 - first_from_end]

    def frame(
        self,
        connection: str,
        epoch: int,
        first: int,
        tags: Sequence[str],
        events: Sequence[dict[str, object]],
    ) -> Frame:
        """The frame that bears these values; it names only the channels that occur."""
        used, index = np.unique(self.channel, return_inverse=True)
        return Frame(
            connection=connection,
            epoch=epoch,
            first=first,
            last=first + max(len(self), 1) - 1,
            channels=tuple(tags[int(position)] for position in used),
            channel=index.astype(np.uint16),
            source_us=self.source_us,
            server_us=self.server_us,
            received_us=self.received_us,
            value=self.value,
            status=self.status,
            quality=self.quality,
            origin=self.origin,
            text=self.text,
            events=tuple(events),
            arrays=self.arrays,
        )


def joined(parts: Sequence[Columns]) -> Columns:
    """Several columns behind each other."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return Columns.empty()
    text: dict[int, str] = {}
    unstamped: set[int] = set()
    arrays: dict[int, Acquired] = {}
    offset = 0
    for part in parts:
        text.update({row + offset: words for row, words in part.text.items()})
        unstamped.update(row + offset for row in part.unstamped)
        arrays.update({row + offset: one for row, one in part.arrays.items()})
        offset += len(part)
    return Columns(
        np.concatenate([part.channel for part in parts]),
        np.concatenate([part.source_us for part in parts]),
        np.concatenate([part.server_us for part in parts]),
        np.concatenate([part.received_us for part in parts]),
        np.concatenate([part.value for part in parts]),
        np.concatenate([part.status for part in parts]),
        np.concatenate([part.quality for part in parts]),
        np.concatenate([part.origin for part in parts]),
        text,
        frozenset(unstamped),
        arrays,
    )


def quality_of(status: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Good, uncertain or bad out of the severity bits of OPC UA status codes (Part 4, 7.39.1).

    The reserved severity 0b11 counts as bad: what is not known is not good.
    """
    severity: NDArray[np.uint8] = np.minimum(status >> np.uint32(30), 2).astype(np.uint8)
    return severity
