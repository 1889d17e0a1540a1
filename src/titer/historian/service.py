"""The historian: takes frames, seals them, answers questions about time series."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from titer.base.clock import us
from titer.base.files import LARGEST_HISTORY
from titer.historian import rollups, spectra
from titer.historian import rows as columns
from titer.historian import segment as sealed
from titer.historian.errors import SegmentDamaged, StoreStopped
from titer.historian.floors import Floors, Remembered
from titer.historian.last import Sample, latest, samples
from titer.historian.log import key_of
from titer.historian.model import (
    HistorianKept,
    HistorianLast,
    HistorianRetired,
    HistorianSeal,
    HistorianSegment,
)
from titer.historian.objects import Objects, Storing
from titer.historian.queries import Answers, Gaps, Retired, by_name
from titer.historian.rollups import DAY_US
from titer.historian.rows import Rows
from titer.historian.segment import SegmentRef
from titer.historian.stamps import only_credible
from titer.historian.store import Store, View
from titer.record import ActionSpec, Actor, Record, SignatureMeaning, Subscription, Worker

log = logging.getLogger(__name__)

Observer = Callable[[list[tuple[str, Sample]]], None]

Held = Callable[[Session, Sequence[str], int, int], list[str]]

ACTIONS = (
    ActionSpec("historian.segment.seal", "Seal time series into segments"),
    ActionSpec("historian.retention.set", "Say how long series are kept", ("quality",)),
    ActionSpec("historian.segment.retire", "Retire segments of series that are due", ("quality",)),
    ActionSpec("historian.history.import", "Import history from a file", ("automation", "scientist")),
)
_ROLL_UP_EVERY_S, _ROLL_UP_SOON_S = 60.0, 0.2
_POINTS_A_ROW = 8
_SEALER = Actor.timer("historian.sealer")


class Historian(Answers):
    """Time series of all channels. One process writes; another one on the same folder reads only.

    Args:
        folder: made where it is missing; the log and the segments lie in it.
        record: holds the manifest, and through it the digests of the segments in the ledger.
        gaps: (tag, start, end) -> [(from, to)] of what is missing for good or not filled yet, for charts.
        floors: (tags, known at) -> when values are uncertain at best; see `titer.historian.floors`.
        seal_rows: seal when so many rows wait.
        seal_age: seal when the oldest waiting value is so old (server clock).
        largest_history: bytes that files of history may have together until they are imported.

    Raises:
        LogDamaged: if the log lost something that had been acknowledged.
        LogForged: if somebody else wrote something into it.
    """

    def __init__(
        self,
        folder: Path,
        record: Record,
        *,
        gaps: Gaps | None = None,
        floors: Floors | None = None,
        seal_rows: int = 2_000_000,
        seal_age: timedelta = timedelta(minutes=15),
        largest_history: int = LARGEST_HISTORY,
    ) -> None:
        super().__init__(
            Store(folder, key_of(record.key), record.ids.new),
            sealed.Segments(folder),
            gaps,
            None if floors is None else Remembered(floors, lambda: record.commits),
            same_clock=record.process_clock is record.clock,
        )
        self.record = record
        self.folder = folder
        self.seal_rows = seal_rows
        self.seal_age = seal_age
        self.largest_history = largest_history
        self._observers: list[Observer] = []
        self._failing: set[int] = set()
        self._sealing = threading.Lock()
        self.unlisted: list[str] = []
        self.held: Held | None = None
        self.storing: Storing | None = None
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
        """The sealer, and whoever rolls days up."""
        workers = (Worker("historian.sealer", self.step), Worker("historian.rollups", self.roll_up))
        return workers if self.storing is None else (*workers, Worker("historian.objects", self.storing.step))

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
        for fresh in map(self._credible, appended.fresh):
            self._last.update(fresh)
            if self._observers and len(fresh):
                news = self._judged(samples(fresh, latest(fresh), self.store.tags))
                self._tell([(one.tag, one) for one in news])
        return appended.acknowledged

    def on_append(self, observer: Observer) -> None:
        """Be told the newest value of each channel of every frame that was stored.

        An observer that raises is logged once, and never breaks the intake.
        """
        self._observers.append(observer)

    def _credible(self, rows: Rows) -> Rows:
        """What can be a last value; where the plant is simulated, its clock is not that of the receipt."""
        return only_credible(rows) if self.same_clock else rows

    def _judged(self, news: list[Sample]) -> list[Sample]:
        """New values with the quality that they can have."""
        floor = self._floor([one.tag for one in news])
        return [floor.sample(one) for one in news]

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
            if age >= self.seal_age or self._waiting() >= self.seal_rows:
                self.seal()
        return 1.0

    def _waiting(self) -> int:
        """How much waits, in rows; what spectra hold counts by its bytes."""
        return self.store.tail_rows() + self.store.tail_points() // _POINTS_A_ROW

    def roll_up(self) -> float:
        """Roll one day up that is over and has no current roll-up; returns the seconds until the next round."""
        if not self.store.log.acquire():
            return _ROLL_UP_EVERY_S
        view = self.store.view()
        stale = self.rollups.stale(view.segments, us(self.record.process_clock.now()))
        if not stale:
            return _ROLL_UP_EVERY_S
        day = stale[0]
        low, high = day * DAY_US, (day + 1) * DAY_US
        dated = [ref for ref in view.segments if ref.kind == "series"]
        refs = [ref for ref in dated if ref.end_us >= low and ref.start_us < high]
        tags = sorted({tag for ref in refs for tag in self._segments.tags(ref)})

        def effective(some: list[str], start_us: int, end_us: int, of: Sequence[SegmentRef]) -> Rows:
            return self._settled(some, start_us, end_us, narrow=True, view=View(tuple(of), ())).rows

        self.rollups.build(view.segments, day, tags, effective)
        return _ROLL_UP_SOON_S if len(stale) > 1 else _ROLL_UP_EVERY_S

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
        retired = select(HistorianRetired.digest)
        rows = connection.execute(
            select(HistorianSegment.path, HistorianSegment.digest).where(
                HistorianSegment.digest.not_in(retired)
            )
        )
        found = [(self.folder / row.path, row.digest) for row in rows]
        elsewhere = self._segments.elsewhere
        for ref in self.store.view().segments if elsewhere is not None else ():
            if not (self.folder / ref.path).exists():
                self._segments.verify(ref)  # a backup is whole without the bucket
        return found

    def _seal(self) -> list[SegmentRef]:
        sealing = self.store.begin_seal()
        started = self.record.clock.now()
        made: list[SegmentRef] = []
        if len(sealing.rows):
            ordered = by_name(columns.distinct(sealing.rows), self.store.tags.names)
            for of_class in self._by_class(ordered):
                for day, part in sealed.days(of_class):
                    table = sealed.to_table(part, self.store.tags, self.store.connections)
                    made.append(sealed.write(self.folder, day, table, int(part["received_us"].max())))
        for day, some in spectra.days(spectra.kept(sealing.spectra)):
            table = spectra.to_table(some)
            made.append(
                sealed.write(
                    self.folder,
                    day,
                    table,
                    max(one.received_us for one in some),
                    data=spectra.parquet(table),
                    below=spectra.FOLDER,
                    kind=spectra.KIND,
                )
            )
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
            newest = self._credible(sealing.rows)
            for sample in samples(newest, latest(newest), self.store.tags):
                self._keep_last(unit.session, sample)
        self.store.end_seal(sealing, made)
        self._waiting_since = started
        return made

    def _by_class(self, rows: Rows) -> Iterator[Rows]:
        """Rows by the retention class of their channel, so that what is due goes without what is not."""
        with self.record.reading() as session:
            of_tag = {row.tag: row.retention for row in session.scalars(select(HistorianKept))}
        names = self.store.tags.names
        used = np.unique(rows["tag"]).tolist()
        classes = sorted({of_tag.get(names[code], "") for code in used})
        if len(classes) < 2:
            yield rows
            return
        for name in classes:
            codes = [code for code in used if of_tag.get(names[code], "") == name]
            yield rows.take(np.isin(rows["tag"], codes))

    # --- retiring ----------------------------------------------------------------------------------------

    def tags_of(self, ref: SegmentRef) -> list[str]:
        """The channels that a segment holds, sorted."""
        return self._segments.tags(ref)

    def rolled_up(self, ref: SegmentRef) -> dict[int, bytes]:
        """What is kept of a segment of series that is retired: width -> the bytes of a roll-up of its own."""
        if ref.kind != "series":
            return {}
        tags = self.tags_of(ref)
        view = View((ref,), ())
        rows = self._settled(tags, ref.start_us, ref.end_us + 1, narrow=True, view=view).rows
        return {width: rollups.encoded(rows, self.store.tags.names, width) for width in rollups.WIDTHS_US}

    def store_in(self, objects: Objects, local_days: float | None = None) -> Storing:
        """Store sealed segments in a bucket too, and fetch from it what is no longer here."""
        self._segments.elsewhere = objects
        self.storing = Storing(self, objects, local_days)
        return self.storing

    def segment_path(self, ref: SegmentRef) -> Path:
        """Where a segment lies, verified; it is fetched if it is not here.

        Raises:
            SegmentDamaged: if it is nowhere, or has other bytes.
        """
        return self._segments.verify(ref)

    def evict(self, ref: SegmentRef) -> None:
        """Let the local copy of a segment go that lies on object storage."""
        self._segments.remove(ref)

    def forget(self, digests: Sequence[str]) -> None:
        """Drop retired segments from every answer, then their files; call it after the action was committed."""
        gone = [ref for ref in self.store.view().segments if ref.digest in set(digests)]
        self.store.drop(digests)
        with self.record.reading() as session:
            self._load_retired(session)
        for ref in gone:
            self._segments.remove(ref)

    def retired_in_words(self, session: Session) -> list[str]:
        """What was retired, under which class and rule: a sentence for each class."""
        rows = session.execute(
            select(
                HistorianRetired.retention, HistorianRetired.years, HistorianRetired.basis, HistorianSegment
            )
            .join(HistorianSegment, HistorianSegment.digest == HistorianRetired.digest)
            .order_by(HistorianSegment.start_us)
        ).all()
        told: dict[tuple[str, int, str], list[HistorianSegment]] = {}
        for name, years, basis, segment in rows:
            told.setdefault((name, years, basis), []).append(segment)
        return [
            f"{len(segments)} segments of series, {segments[0].day} to {segments[-1].day}, were retired under "
            f"{name} ({years} years, {basis}): their digests and proofs stand, their minutes and hours are kept, "
            "their values are gone."
            for (name, years, basis), segments in sorted(told.items())
        ]

    def _load_retired(self, session: Session) -> set[str]:
        rows = session.execute(
            select(HistorianRetired, HistorianSegment).join(
                HistorianSegment, HistorianSegment.digest == HistorianRetired.digest
            )
        ).all()
        self.retired = [
            Retired(
                row.digest,
                segment.start_us,
                segment.end_us,
                {int(width): self.record.content.path(str(one)) for width, one in row.rollups.items()},
                segment.kind,
            )
            for row, segment in rows
        ]
        return {row.digest for row, _ in rows}

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
            retired = self._load_retired(session)
            seals = session.scalars(
                select(HistorianSeal).order_by(HistorianSeal.number.desc()).limit(100)
            ).all()
            files = {int(file) for seal in seals for file in seal.log_files}
            marks = seals[0].marks if seals else {}
            for row in session.scalars(select(HistorianLast)):
                self._last.put(Sample(**{name: getattr(row, name) for name in Sample.__dataclass_fields__}))
        if self.store.log.acquire():
            for ref in (one for one in refs if one.digest in retired):
                self._segments.remove(ref)  # what a crash left between the entry and the file
            self._set_aside({ref.path for ref in refs})
        refs = [ref for ref in refs if ref.digest not in retired]
        self.store.open(refs, marks, files)
        for rows in self.store.view().tail:
            self._last.update(self._credible(rows))

    def _set_aside(self, listed: set[str]) -> None:
        """Move files that no manifest row names out of the readers' way.

        A seal that a crash cut short leaves such files; their values are still in the log. They are kept all
        the same: after a database was restored from an older backup they hold the only copy.
        """
        root = self.folder / "segments"
        for path in sorted(one for one in root.rglob("*") if one.is_file()):
            if path.suffix == ".new":
                path.unlink()
            elif path.relative_to(self.folder).as_posix() not in listed:
                aside = self.folder / "unlisted"
                aside.mkdir(exist_ok=True)
                path.replace(aside / path.name)
        self.unlisted = sorted(path.name for path in (self.folder / "unlisted").glob("*.parquet"))

    def verify(self) -> list[str]:
        """Read every sealed segment and what waits in the log, and compare digests; returns what does not hold."""
        fresh, elsewhere = sealed.Segments(self.folder), self._segments.elsewhere
        faults = self.store.log_faults()
        for ref in self.store.view().segments:
            try:
                if elsewhere is not None and not (self.folder / ref.path).exists():
                    elsewhere.check(ref)
                else:
                    fresh.verify(ref)
            except SegmentDamaged as error:
                faults.append(str(error))
            except OSError as error:
                faults.append(f"The segment {ref.path} is not here, and cannot be read where it is: {error}")
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
