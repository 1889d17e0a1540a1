"""The historian: takes frames, seals them, answers questions about time series."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Connection, select

from titer.base.errors import Invalid
from titer.historian import rows as columns
from titer.historian import segment as sealed
from titer.historian import series
from titer.historian.errors import SegmentDamaged, StoreStopped
from titer.historian.last import LastValues, Sample, latest, samples
from titer.historian.model import HistorianLast, HistorianSeal, HistorianSegment
from titer.historian.rows import Rows, Settled
from titer.historian.segment import SegmentRef
from titer.historian.series import Aligned, Decimated
from titer.historian.store import Store, View
from titer.record import ActionSpec, Actor, Record, SignatureMeaning, Subscription, Worker

if TYPE_CHECKING:
    import pyarrow as pa

log = logging.getLogger(__name__)

Observer = Callable[[list[tuple[str, Sample]]], None]
Gaps = Callable[[str, int, int], list[tuple[int, int]]]

ACTIONS = (
    ActionSpec("historian.segment.seal", "Seal time series into segments"),
    ActionSpec("historian.history.import", "Import history from a file", ("automation", "scientist")),
)
_SEALER = Actor.timer("historian.sealer")
_NEAR_US = 86_400_000_000
_NARROW = ("tag", "source_us", "value", "quality", "ordinal")


class Historian:
    """Time series of all channels. One process writes; another one on the same folder reads only.

    Args:
        folder: made where it is missing; the log and the segments lie in it.
        record: holds the manifest, and through it the digests of the segments in the ledger.
        gaps: (tag, start, end) -> [(from, to)] of what is missing for good or not filled yet, for charts.
        seal_rows: seal when so many rows wait.
        seal_age: seal when the oldest waiting value is so old (server clock).

    Raises:
        LogDamaged: if the log lost something that had been acknowledged.
    """

    def __init__(
        self,
        folder: Path,
        record: Record,
        *,
        gaps: Gaps | None = None,
        seal_rows: int = 2_000_000,
        seal_age: timedelta = timedelta(minutes=15),
    ) -> None:
        self.record = record
        self.folder = folder
        self.store = Store(folder)
        self.seal_rows = seal_rows
        self.seal_age = seal_age
        self._gaps = gaps
        self._segments = sealed.Segments(folder)
        self._last = LastValues(self.store.tags)
        self._observers: list[Observer] = []
        self._failing: set[int] = set()
        self._sealing = threading.Lock()
        self.unlisted: list[str] = []
        self._open()
        self._waiting_since = record.clock.now()

    def actions(self) -> tuple[ActionSpec, ...]:
        """Rows of the matrix of rights."""
        return ACTIONS

    def signatures(self) -> tuple[SignatureMeaning, ...]:
        """None."""
        return ()

    def subscriptions(self) -> tuple[Subscription, ...]:
        """None."""
        return ()

    def workers(self) -> tuple[Worker, ...]:
        """The sealer."""
        return (Worker("historian.sealer", self.step),)

    def close(self) -> None:
        """Give the log back; what is not sealed is read again at the next start."""
        self.store.close()

    # --- writing -----------------------------------------------------------------------------------------

    def append(self, frames: list[bytes]) -> dict[tuple[str, int], int]:
        """Store frames; they are durable when this returns, and those that were stored before stay stored once.

        Args:
            frames: encoded, as `titer.connect.core.frame` does; of one or several connections.

        Returns:
            The last sequence number stored, by (connection, epoch) of the frames given.

        Raises:
            IntegrityFault: if bytes are no frames.
            StoreStopped: if the disk is full or did not confirm a write; the whole record stops with it.
        """
        self.record.require_running()
        idle = not self.store.pending()
        try:
            appended = self.store.append(frames)
        except StoreStopped as error:
            self.record.halt(str(error))
            raise
        if idle:
            self._waiting_since = self.record.clock.now()
        for fresh in appended.fresh:
            self._last.update(fresh)
            if self._observers and len(fresh):
                self._tell([(one.tag, one) for one in samples(fresh, latest(fresh), self.store.tags)])
        return appended.acknowledged

    def on_append(self, observer: Observer) -> None:
        """Be told the newest value of each channel of every frame that was stored.

        An observer that raises is logged once, and never breaks the intake.
        """
        self._observers.append(observer)

    def _tell(self, news: list[tuple[str, Sample]]) -> None:
        for number, observer in enumerate(self._observers):
            try:
                observer(news)
            except Exception:
                if number not in self._failing:
                    log.exception("an observer of new values failed; the values are stored")
                self._failing.add(number)
            else:
                if number in self._failing:
                    log.warning("the observer of new values works again")
                    self._failing.discard(number)

    # --- sealing -----------------------------------------------------------------------------------------

    def step(self) -> float:
        """One round of the sealer; returns the seconds until the next."""
        if self.store.pending() and self.store.log.acquire():
            age = self.record.clock.now() - self._waiting_since
            if age >= self.seal_age or self.store.tail_rows() >= self.seal_rows:
                self.seal()
        return 1.0

    def seal(self) -> list[SegmentRef]:
        """Seal everything that waits, now. The manifest's rows, and so the digests in the ledger, are written
        when the files are durable; only then the log is dropped. One seal runs at a time: the sealer's own
        and that of an export may meet."""
        self.record.require_running()
        with self._sealing:
            try:
                return self._seal() if self.store.pending() else []
            except OSError as error:
                stopped = StoreStopped(
                    f"{error.filename or 'A segment'} cannot be written: {error.strerror}."
                )
                self.record.halt(str(stopped))
                raise stopped from error
            except StoreStopped as error:
                self.record.halt(str(error))
                raise

    @contextmanager
    def unsealed(self) -> Iterator[None]:
        """Nothing is sealed inside, so that manifest and log can be copied as they stand together."""
        with self._sealing:
            yield

    def sealed_files(self, connection: Connection) -> list[tuple[Path, str]]:
        """Each segment that the manifest names, as a connection sees it: (its file, its digest)."""
        rows = connection.execute(select(HistorianSegment.path, HistorianSegment.digest))
        return [(self.folder / row.path, row.digest) for row in rows]

    def _seal(self) -> list[SegmentRef]:
        sealing = self.store.begin_seal()
        started = self.record.clock.now()
        made: list[SegmentRef] = []
        if len(sealing.rows):
            ordered = _by_name(columns.distinct(sealing.rows), self.store.tags.names)
            for day, part in sealed.days(ordered):
                table = sealed.to_table(part, self.store.tags, self.store.connections)
                made.append(sealed.write(self.folder, day, table, int(part["received_us"].max())))
        with self.record.action(_SEALER, "historian.segment.seal") as unit:
            previous = unit.session.scalars(
                select(HistorianSeal.number).order_by(HistorianSeal.number.desc()).limit(1)
            ).first()
            number = (previous or 0) + 1
            unit.add(
                HistorianSeal(
                    number=number,
                    log_files=list(sealing.files),
                    marks=sealing.marks,
                    row_count=sum(ref.row_count for ref in made),
                    segment_count=len(made),
                )
            )
            for ref in made:
                self._list(unit, number, ref)
            for sample in samples(sealing.rows, latest(sealing.rows), self.store.tags):
                self._keep_last(unit.session, sample)
        self.store.end_seal(sealing, made)
        self._waiting_since = started
        return made

    def _list(self, unit: Any, number: int, ref: SegmentRef) -> None:
        known = unit.session.scalar(select(HistorianSegment.id).where(HistorianSegment.digest == ref.digest))
        if known is None:
            unit.add(HistorianSegment(seal_number=number, **vars(ref)))

    def _keep_last(self, session: Any, sample: Sample) -> None:
        fields = dict(vars(sample))
        if sample.text is not None:
            fields["text"] = sample.text.replace("\x00", "\N{SYMBOL FOR NULL}")
        row = session.get(HistorianLast, sample.tag)
        if row is None:
            session.add(HistorianLast(**fields))
        elif sample.source_us > row.source_us:
            for name, value in fields.items():
                setattr(row, name, value)

    def _open(self) -> None:
        with self.record.reading() as session:
            listed = session.scalars(
                select(HistorianSegment).order_by(HistorianSegment.seal_number, HistorianSegment.id)
            )
            refs = [
                SegmentRef(**{name: getattr(row, name) for name in SegmentRef.__dataclass_fields__})
                for row in listed
            ]
            seals = session.scalars(
                select(HistorianSeal).order_by(HistorianSeal.number.desc()).limit(100)
            ).all()
            files = {int(file) for seal in seals for file in seal.log_files}
            marks = seals[0].marks if seals else {}
            for row in session.scalars(select(HistorianLast)):
                self._last.put(Sample(**{name: getattr(row, name) for name in Sample.__dataclass_fields__}))
        if self.store.log.acquire():
            self._set_aside({ref.path for ref in refs})
        self.store.open(refs, marks, files)
        for rows in self.store.view().tail:
            self._last.update(rows)

    def _set_aside(self, listed: set[str]) -> None:
        """Move files that no manifest row names out of the readers' way.

        A seal that a crash cut short leaves such files; their values are still in the log. They are kept all
        the same: after a database was restored from an older backup they hold the only copy.
        """
        root = self.folder / "segments"
        for path in sorted(root.glob("day=*/*")):
            if path.suffix == ".new":
                path.unlink()
            elif path.relative_to(self.folder).as_posix() not in listed:
                aside = self.folder / "unlisted"
                aside.mkdir(exist_ok=True)
                path.replace(aside / path.name)
        self.unlisted = sorted(path.name for path in (self.folder / "unlisted").glob("*.parquet"))

    # --- reading -----------------------------------------------------------------------------------------

    def last(self, tags: Iterable[str]) -> dict[str, Sample]:
        """The newest value of each channel that ever had one; from memory."""
        return self._last.get(tags)

    def _settled(
        self,
        tags: list[str],
        start_us: int,
        end_us: int,
        *,
        as_of_us: int | None = None,
        narrow: bool = False,
        of: Sequence[SegmentRef] | None = None,
    ) -> Settled:
        wanted = [column.name for column in sealed.schema()]
        if narrow:
            lag = ("received_lag_us",) if as_of_us is not None else ()
            wanted = [name for name in wanted if name in _NARROW + lag]
        view = self.store.view() if of is None else View(tuple(of), ())
        parts: list[Rows] = []
        for ref in view.segments:
            if ref.end_us < start_us or ref.start_us >= end_us or not tags:
                continue
            table = self._segments.read(ref, tags, start_us, end_us, wanted)
            if table is not None:
                rows = sealed.from_table(table, self.store.tags, self.store.connections)
                parts.append(rows.within(self._codes(tags), start_us, end_us, as_of_us))
        codes = self._codes(tags)
        tail = [rows.within(codes, start_us, end_us, as_of_us) for rows in view.tail] if len(codes) else []
        if tail:
            parts.append(columns.sort(columns.join(tail)))
        return columns.settle(columns.join(parts) if parts else columns.empty())

    def _codes(self, tags: list[str]) -> columns.Array:
        """Numbers of the channels that were met so far: a question must not make a channel known."""
        known = {self.store.tags.known(tag) for tag in tags} - {-1}
        return np.array(sorted(known), dtype="<i4")

    def read(self, tags: list[str], start_us: int, end_us: int, *, as_of_us: int | None = None) -> pa.Table:
        """The effective observations with start <= source time < end.

        Args:
            tags: channels; one that is not known has no rows.
            start_us: microseconds since 1970 (UTC).
            end_us: not included.
            as_of_us: only what had been received by then, so that a decision can be looked at as it was made.

        Returns:
            tag, source_us, received_us, value, text, quality, status, origin; sorted by tag and source time.
            `value` is null where there is no number.

        Raises:
            SegmentDamaged: if a segment is not what the ledger says.
        """
        import pyarrow as pa

        rows = self._settled(tags, start_us, end_us, as_of_us=as_of_us).rows
        return self._present(rows, pa)

    def _present(self, rows: Rows, pa: Any) -> pa.Table:
        table = sealed.to_table(
            _by_name(rows, self.store.tags.names), self.store.tags, self.store.connections
        )
        value = table.column("value").to_numpy()
        received = np.array(table.column("received_lag_us")) + np.array(table.column("source_us"))
        return pa.table(
            {
                "tag": table.column("tag"),
                "source_us": table.column("source_us"),
                "received_us": pa.array(received, type=pa.int64()),
                "value": pa.array(value, mask=np.isnan(value)),
                "text": table.column("text").cast(pa.string()),
                "quality": table.column("quality"),
                "status": table.column("status"),
                "origin": table.column("origin"),
            }
        )

    def conflicts(self, tags: list[str], start_us: int, end_us: int) -> list[tuple[Sample, Sample]]:
        """Instants about which a source said two different things: (effective, the other), both kept."""
        found = self._settled(tags, start_us, end_us)
        others = samples(found.conflicts, np.arange(len(found.conflicts)), self.store.tags)
        return list(zip(samples(found.rows, found.effective, self.store.tags), others, strict=True))

    def aligned(
        self,
        tags: Sequence[str],
        start_us: int,
        end_us: int,
        step_us: int,
        *,
        max_age_us: int,
        as_of_us: int | None = None,
    ) -> Aligned:
        """Channels on common instants: the last value at or before each.

        Args:
            tags: the columns of the answer, in this order.
            start_us: first instant.
            end_us: not included.
            step_us: distance of the instants.
            max_age_us: a value older than this is not the present one: NaN, bad.
            as_of_us: only what had been received by then.

        Raises:
            Invalid: if the step is not positive, or there would be more than 50 million cells.
        """
        window = [(start_us, end_us)]
        return self.aligned_windows(list(tags), window, step_us, max_age_us=max_age_us, as_of_us=as_of_us)[0]

    def aligned_windows(
        self,
        tags: list[str],
        windows: list[tuple[int, int]],
        step_us: int,
        *,
        max_age_us: int,
        as_of_us: int | None = None,
    ) -> list[Aligned]:
        """The same for many windows (batches, for instance) with one pass over the store.

        Args:
            tags: columns of each answer.
            windows: [start, end) of each, in any order.
            step_us: distance of the instants.
            max_age_us: a value older than this is not the present one.
            as_of_us: only what had been received by then.

        Raises:
            Invalid: if the step is not positive, or there would be more than 50 million cells.
        """
        span = sum(max(end - start, 0) for start, end in windows)
        if step_us <= 0 or span / step_us * max(len(tags), 1) > 50_000_000:
            raise Invalid("The step must be above zero, and the table no larger than 50 million cells.")
        answers: dict[int, Aligned] = {}
        for low, high in series.spans([(start - max_age_us, end) for start, end in windows], _NEAR_US):
            rows = self._settled(tags, low, high, as_of_us=as_of_us, narrow=True).rows
            codes = [self.store.tags.known(tag) for tag in tags]
            parts = [
                (rows["source_us"][one], rows["value"][one], rows["quality"][one])
                for one in (_of_tag(rows, code) for code in codes)
            ]
            for number, (start, end) in enumerate(windows):
                if number not in answers and low <= start - max_age_us and end <= high:
                    at = np.arange(start, end, step_us, dtype=np.int64)
                    answers[number] = series.align(parts, at, max_age_us)
        return [answers[number] for number in range(len(windows))]

    def decimate(self, tag: str, start_us: int, end_us: int, buckets: int) -> Decimated:
        """A channel thinned out for a chart; see `titer.historian.series.decimate`."""
        return self.decimate_many([tag], start_us, end_us, buckets)[tag]

    def decimate_many(
        self, tags: list[str], start_us: int, end_us: int, buckets: int, *, as_of_us: int | None = None
    ) -> dict[str, Decimated]:
        """Several channels of one chart, read in one go; with `as_of_us` only what had been received by then."""
        rows = self._settled(tags, start_us, end_us, narrow=True, as_of_us=as_of_us).rows
        answer = {}
        for tag in tags:
            one = _of_tag(rows, self.store.tags.known(tag))
            found = series.decimate(
                rows["source_us"][one], rows["value"][one], rows["quality"][one], start_us, end_us, buckets
            )
            if self._gaps is not None:
                found.gaps.extend(self._gaps(tag, start_us, end_us))
            answer[tag] = found
        return answer

    def effective_and_conflicting(self, tags: list[str], start_us: int, end_us: int) -> tuple[Rows, Rows]:
        """What answers a question about channels, and what stands behind it because it says something else; both
        sorted by channel and source time."""
        found = self._settled(tags, start_us, end_us)
        return found.rows, found.conflicts

    def of_tag(self, rows: Rows, tag: str) -> slice:
        """Where a channel stands in sorted rows."""
        return _of_tag(rows, self.store.tags.known(tag))

    def segments(self, start_us: int, end_us: int, tags: list[str] | None = None) -> list[SegmentRef]:
        """Sealed segments that may hold observations of some channels (all, if None) in a range of time."""
        return [
            ref
            for ref in self.store.view().segments
            if ref.end_us >= start_us
            and ref.start_us < end_us
            and (tags is None or self._segments.holds(ref, tags, start_us, end_us))
        ]

    def sealed_bytes(self, ref: SegmentRef) -> bytes:
        """The very bytes of a sealed segment, for a bundle.

        Raises:
            SegmentDamaged: if the file is missing, or its bytes are not those whose digest the ledger holds.
        """
        data = self._segments.verify(ref).read_bytes()
        found = hashlib.sha256(data).hexdigest()
        if found != ref.digest:
            raise SegmentDamaged(ref.path, f"Its SHA-256 is {found[:16]}..., not {ref.digest[:16]}....")
        return data

    def extract(
        self, tags: list[str], start_us: int, end_us: int, *, of: Sequence[SegmentRef] | None = None
    ) -> bytes:
        """A Parquet file with all columns, for a bundle: the same observations always make the same bytes.

        Conflicting rows stand behind the effective one.

        Args:
            tags: channels; one that is not known has no rows.
            start_us: microseconds since 1970 (UTC).
            end_us: not included.
            of: only what these sealed segments hold, so that they vouch for every row; else everything, the
                unsealed tail included.

        Raises:
            SegmentDamaged: if a segment is not what the ledger says.
        """
        found = self._settled(tags, start_us, end_us, of=of)
        rows = columns.sort(columns.join([found.rows, found.conflicts]))
        rows = _by_name(rows, self.store.tags.names)
        return sealed.parquet(sealed.to_table(rows, self.store.tags, self.store.connections))

    def verify(self) -> list[str]:
        """Read every sealed segment and compare its digest; returns what does not hold."""
        fresh = sealed.Segments(self.folder)
        faults = []
        for ref in self.store.view().segments:
            try:
                fresh.verify(ref)
            except SegmentDamaged as error:
                faults.append(str(error))
        return faults

    def health(self) -> dict[str, Any]:
        """What the health report says about the store."""
        return {
            "segments": len(self.store.view().segments),
            "waiting_rows": self.store.tail_rows(),
            "stopped": self.store.log.stopped,
            "torn_bytes": self.store.log.torn_bytes,
            "unlisted": list(self.unlisted),
        }


def _of_tag(rows: Rows, code: int) -> slice:
    """Where a channel stands in sorted rows."""
    low = int(np.searchsorted(rows["tag"], code, side="left"))
    return slice(low, int(np.searchsorted(rows["tag"], code, side="right")))


def _by_name(rows: Rows, names: list[str]) -> Rows:
    """Sorted by the channel's name instead of its number, so that the answer depends on nothing else."""
    used = np.unique(rows["tag"])
    by_name = sorted(used.tolist(), key=lambda code: names[code])
    if by_name == used.tolist():
        return rows
    rank = np.zeros(len(names), dtype=np.int64)
    rank[by_name] = np.arange(len(by_name))
    return rows.take(np.argsort(rank[rows["tag"]], kind="stable"))
