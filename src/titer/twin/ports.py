"""What the twin needs of the layers below, as protocols. None of them writes a set-point."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
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


class LastSample(Protocol):
    """The newest sample of a channel."""

    @property
    def source_us(self) -> int: ...


class History(Protocol):
    """The historian, as far as the twin reads it."""

    def last(self, tags: Sequence[str]) -> Mapping[str, LastSample]: ...

    def aligned(
        self, tags: Sequence[str], start_us: int, end_us: int, step_us: int, *, max_age_us: int
    ) -> AlignedRows: ...


class RecipeAdjustable(Protocol):
    """A set-point that the running batch's recipe allows to be adjusted, with its proven range."""

    @property
    def tag(self) -> str: ...

    @property
    def unit(self) -> str: ...

    @property
    def low(self) -> Decimal: ...

    @property
    def high(self) -> Decimal: ...

    @property
    def value(self) -> Decimal | None: ...


class Batches(Protocol):
    """MES queries that the twin uses; commands are not among them."""

    def adjustable(self, session: Session, batch_id: str) -> Sequence[RecipeAdjustable]: ...


class AlertLinks(Protocol):
    """Monitoring, as far as its alerts can be linked to what the twin knows of them."""

    def link_alerts(self, of: Callable[[Session, str], list[dict[str, str]]]) -> None: ...
