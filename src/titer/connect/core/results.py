"""Results of analysers on channels: by the code of the test, with the specimen beside them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from titer.base.errors import Invalid
from titer.connect.core.acquired import Acquired
from titer.connect.core.contract import ChannelSpec
from titer.connect.core.live import Reading
from titer.connect.core.values import WRONG_UNIT

SPECIMEN = "@specimen"


def number_of(text: str) -> Decimal | None:
    """A result as a number; None for a text or one that is only a bound, such as `>500`."""
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


class Mapped:
    """Which channel takes which test.

    Args:
        channels: each with a test's code as its node; one may have `@specimen`.

    Raises:
        Invalid: if two channels have the same code.
    """

    def __init__(self, channels: Sequence[ChannelSpec]) -> None:
        self._of: dict[str, tuple[int, str]] = {}
        for index, channel in enumerate(channels):
            if channel.node in self._of:
                raise Invalid(f"Two channels have the code {channel.node}.", where="channels.node")
            self._of[channel.node] = (index, channel.unit)

    def readings(
        self,
        test: str,
        value: float | str | Acquired | None,
        unit: str,
        specimen: str,
        source_us: int,
        status: int,
    ) -> list[Reading]:
        """A result as readings: its value, and its specimen; none where no channel has the test.

        A value in another unit than the channel's is bad, and never converted.
        """
        found = self._of.get(test)
        if found is None or test == SPECIMEN:
            return []
        index, wanted = found
        if unit and wanted and unit != wanted:
            made = [Reading(index, None, WRONG_UNIT, source_us)]
        else:
            made = [Reading(index, value if status >> 30 != 2 else None, status, source_us)]
        beside = self._of.get(SPECIMEN)
        if beside is not None and specimen:
            made.append(Reading(beside[0], specimen, status if status >> 30 != 2 else 0, source_us))
        return made
