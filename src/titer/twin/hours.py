"""Which hours of a batch can be read by now, and which read otherwise than before; how far the reading is behind."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from titer.twin.inputs import HOUR_US, HourOfInputs, read_hours
from titer.twin.model import TwinHour
from titer.twin.ports import History
from titer.twin.settings import Settings

PATIENCE_US = 2 * HOUR_US
MOST_HOURS = 24


@dataclass(frozen=True)
class Read:
    """An hour as it was read.

    Attributes:
        hour: its number, from 0.
        revision: 1, or more where it reads otherwise than before.
        data: what was read.
    """

    hour: int
    revision: int
    data: HourOfInputs


@dataclass
class Hours:
    """Reads hours that are over, with one question to the historian for all of them.

    Args:
        historian: time series.
    """

    historian: History
    _until: dict[str, int] = field(default_factory=dict)
    _recheck: dict[str, int] = field(default_factory=dict)

    def read(
        self,
        instance_id: str,
        settings: Settings,
        start_us: int,
        known: Mapping[int, TwinHour],
        *,
        until_us: int,
        final: bool,
    ) -> list[Read]:
        """Hours that are over and not known, and known ones that changed since a gap was filled.

        Args:
            instance_id: whose hours.
            settings: its channels.
            start_us: inoculation.
            known: hours that were read before, newest revisions.
            until_us: plant time until which hours may be read.
            final: the culture is over; nothing is waited for any more.
        """
        found = self._changed(instance_id, settings, start_us, known)
        number, before = len(known), known[max(known)].inputs if known else None
        newest, count = self._newest(settings), 0
        while count < MOST_HOURS * (20 if final else 1):
            end = start_us + (number + count + 1) * HOUR_US
            if end > until_us or (not final and newest < end and until_us < end + PATIENCE_US):
                break
            count += 1
        if count:
            begin = start_us + number * HOUR_US
            fresh = read_hours(self.historian, settings, begin, count, before)
            found += [Read(number + k, 1, one) for k, one in enumerate(fresh)]
        self._until[instance_id] = start_us + (number + count) * HOUR_US
        return found

    def read_again(self, instance_id: str, hour: int) -> None:
        """Have the hours from this one on read again in the next round."""
        self._recheck[instance_id] = min(self._recheck.get(instance_id, hour), hour)

    def lag_us(self, now_us: int) -> int:
        """Plant time since the end of the last hour that was read, of the batch furthest behind; 0 without one."""
        return max((now_us - until for until in list(self._until.values())), default=0)

    def only(self, instance_ids: Collection[str]) -> None:
        """Forget the batches that are followed no more."""
        for gone in set(self._until) - set(instance_ids):
            del self._until[gone]

    def _newest(self, settings: Settings) -> int:
        """The instant through which the required channels are known (the slowest of them)."""
        wanted = [s.tag for s in settings.inputs.values() if s.required and s.tag]
        last = self.historian.last(wanted)
        return (
            min((sample.source_us for sample in last.values()), default=0) if len(last) == len(wanted) else 0
        )

    def _changed(
        self, instance_id: str, settings: Settings, start_us: int, known: Mapping[int, TwinHour]
    ) -> list[Read]:
        """Hours that read otherwise now, e.g. because a gap was backfilled."""
        begin = self._recheck.pop(instance_id, None)
        if begin is None or begin >= len(known):
            return []
        before = known[begin - 1].inputs if begin else None
        count = len(known) - begin
        again = read_hours(self.historian, settings, start_us + begin * HOUR_US, count, before)
        found = []
        for hour, now in enumerate(again, start=begin):
            was = known[hour]
            if (now.inputs, now.measured, now.quality) != (was.inputs, was.measured, was.quality):
                found.append(Read(hour, was.revision + 1, now))
        return found
