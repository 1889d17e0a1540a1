"""What insight needs of the layers below, as protocols: the real ones and the tests' stand-ins fit alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session


class AlignedRows(Protocol):
    """Channels on a grid: the last value at or before each instant."""

    @property
    def times_us(self) -> NDArray[np.int64]: ...

    @property
    def values(self) -> NDArray[np.float64]: ...

    @property
    def quality(self) -> NDArray[np.uint8]: ...

    @property
    def source_us(self) -> NDArray[np.int64]: ...


class LastSample(Protocol):
    """The newest sample of a channel."""

    @property
    def source_us(self) -> int: ...


class History(Protocol):
    """The historian, as far as insight reads it."""

    def last(self, tags: list[str]) -> Mapping[str, LastSample]: ...

    def aligned(
        self, tags: list[str], start_us: int, end_us: int, step_us: int, *, max_age_us: int
    ) -> AlignedRows: ...


class Plant(Protocol):
    """Equipment, as far as insight asks: which channels there are, and where data are still awaited."""

    def channel_facts(self, session: Session, tags: Sequence[str]) -> Mapping[str, ChannelFacts]: ...

    def awaited_from(
        self, session: Session, tags: Sequence[str], start_us: int, end_us: int
    ) -> int | None: ...


class ChannelFacts(Protocol):
    """A channel's unit and alarm limits (None = it has none)."""

    @property
    def unit(self) -> str: ...

    @property
    def alarm_low(self) -> float | None: ...

    @property
    def alarm_high(self) -> float | None: ...
