"""Goes along the leaves of the tree, and looks at each head when the tree has its size."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from titer.record import checkpoint as heads
from titer.record import merkle, timekeeping
from titer.record.keys import LEDGER, WITNESS, Keys
from titer.record.sealer import Sealer
from titer.record.timekeeping import TimeState
from titer.record.verify.chained import Chain, Checkpoint, checkpoints
from titer.record.verify.leaves import TILE, Stretch
from titer.record.verify.witnessed import MALFORMED, Witnessed, parting


class Walk:
    """Goes along the leaves, and looks at each head when the tree has its size; heads are read as they come."""

    def __init__(
        self,
        session: Session,
        sealer: Sealer,
        keys: Keys,
        nodes: dict[tuple[int, int], bytes],
        witnesses: Sequence[Witnessed],
    ) -> None:
        self.frontier = merkle.Frontier()
        self.keys = keys
        self.failed = False
        self.remarks: list[str] = []
        self._session = session
        self._witnesses = witnesses
        self._sealer = sealer
        self._nodes = nodes
        self._coming = checkpoints(session)
        self._row = next(self._coming, None)
        self._chain = Chain(session)
        self._last_seen = {
            one.last[0]: [w for w in witnesses if w.last[0] == one.last[0]] for one in witnesses
        }
        self._seen = sorted(set(self._last_seen) - {0}, reverse=True)
        self._largest = 0
        self._clock: TimeState | None = None

    @property
    def position(self) -> int:
        """How many leaves were looked at."""
        return self.frontier.size

    def on(self, leaves: Sequence[bytes], marked: Sequence[tuple[int, bytes]]) -> Iterator[str]:
        """Take more leaves.

        Args:
            leaves: their hashes.
            marked: leaf's index and body of the entries among them that may be about a key.
        """
        start, begin = self.position, 0
        while begin < len(leaves):
            end = len(leaves)
            stop = self._next_stop()
            if stop is not None and stop - start <= end:
                end = max(stop - start, begin)
            yield from self._kept(self.frontier.extend(leaves[begin:end]))
            if self.failed:
                return
            for place, body in marked:
                if begin <= place - start < end:
                    yield from self._key(json.loads(body), place)
            begin = end
            yield from self._stopped()
            if self.failed:
                return

    def over(self, stretch: Stretch, leaves_of: Callable[[int], Sequence[bytes]]) -> Iterator[str]:
        """Take a stretch of leaves whose whole tiles are computed already.

        Args:
            stretch: begins where this stands.
            leaves_of: reads the leaves of the tile that begins at an index; for those in which a head or a key lies.
        """
        number = 0
        places = [place for place, _ in stretch.marked]
        while number < len(stretch.tiles):
            until = self._quiet(stretch, places)
            if until > number:
                yield from self._kept(self.frontier.extend_tiles(stretch.tiles[number:until]))
                yield from () if self.failed else self._stopped()
            else:
                until = number + 1
                yield from self.on(leaves_of(self.position), stretch.marked)
            if self.failed:
                return
            number = until
        yield from self.on(stretch.rest, stretch.marked)

    def _quiet(self, stretch: Stretch, places: Sequence[int]) -> int:
        """The stretch's tiles before this number have no head within them, from here on, and no key."""
        found = len(stretch.tiles)
        stop = self._next_stop()
        if stop is not None:
            found = min(found, (stop - stretch.first) // TILE)
        mark = bisect_left(places, self.position)
        if mark < len(places):
            found = min(found, (places[mark] - stretch.first) // TILE)
        return found

    def _next_stop(self) -> int | None:
        """The size of the tree at which something is looked at next."""
        sizes = [self._row.tree_size] if self._row is not None else []
        return min([*sizes, *self._seen[-1:]], default=None)

    def _kept(self, made: Sequence[merkle.Node]) -> Iterator[str]:
        """The subtrees that leaves completed must be those that are stored."""
        for level, place, node in made:
            if self._nodes.pop((level, place), None) != node:
                self.failed = True
                yield f"ledger_node {level}/{place} is not what its leaves give, or is gone."
                return

    def _stopped(self) -> Iterator[str]:
        fault = self._stop()
        if fault is not None:
            self.failed = True
            yield fault

    def _key(self, entry: dict[str, Any], place: int) -> Iterator[str]:
        """A key that counts from here on must be one that this installation, or its witness, has."""
        if not self.keys.fold(entry) or entry["before"] is not None:
            return
        image = entry["after"]
        own = {
            LEDGER: lambda: self._sealer.has_key(image["verifier"], first=self._first(image["verifier"])),
            WITNESS: lambda: self._sealer.knows_witness_key(image["name"], image["verifier"]),
        }
        if not own[image["role"]]():
            self.failed = True
            yield (
                f"The key {image['verifier'].split('+')[1]} of {image['name']} was entered at ledger_leaf {place}, "
                "and is none that this installation has."
            )

    def _first(self, verifier: str) -> bool:
        every = [*self.keys.active.values(), *self.keys.retired.values()]
        return [key.verifier for key in every if key.role == LEDGER] == [verifier]

    def _stop(self) -> str | None:
        """What is wrong with the head, or with what a witness saw, at this size."""
        size, root = self.position, self.frontier.root()
        if self._row is not None and self._row.tree_size <= size:
            row, self._row = self._row, next(self._coming, None)
            fault = head_fault(row, size, root, self.keys, self._sealer) or self._chained(row)
            if fault is not None:
                return fault
        if self._seen and self._seen[-1] <= size:
            for witness in self._last_seen[self._seen.pop()]:
                if witness.last[1] != root:
                    where = parting(self._session, witness, size)
                    return f"The witness {witness.name} saw another ledger of {size:,} entries: {where}."
        return None

    def _chained(self, row: Checkpoint) -> str | None:
        """The checkpoint against those before it, and against the clock of the one before."""
        told = heads.parse(row.note)
        fault, nodes = self._chain.on(row.tree_size, row.number, row.note, told)
        if fault is not None:
            return fault
        self._largest = row.tree_size
        clock = timekeeping.read(told.extensions)
        moved = timekeeping.step_us(self._clock, clock)
        if moved:
            self.remarks.append(
                f"The wall clock was set by {moved / 1e6:+.1f} s before the checkpoint over "
                f"{row.tree_size:,} entries."
            )
        self._clock = clock or self._clock
        return next(self._kept(nodes), None)

    def end(self, total: int, witnessed: int) -> Iterator[str]:
        """What is left over when there are no more entries.

        Args:
            total: how many leaves there are.
            witnessed: size of the largest head that a witness saw.
        """
        position = self.position
        said = None
        if position < total:
            said = f"Entries were removed: the tree has {total:,} leaves, the ledger {position:,} entries."
        elif self._row is not None:
            largest = max([self._row.tree_size, *(row.tree_size for row in self._coming)])
            said = f"Entries were cut off: a checkpoint covers {largest:,}, there are {position:,}."
        elif self._largest < position:
            said = (
                f"A checkpoint was removed: ledger_leaf goes to {position:,}, and the last of "
                f"ledger_checkpoint covers {self._largest:,}."
            )
        elif self._nodes:
            level, place = min(self._nodes)
            said = f"ledger_node {level}/{place} belongs to no leaves of the tree."
        elif witnessed > position:
            ahead = (one for one in self._witnesses if one.last[0] > position)
            where = next(filter(None, (parting(self._session, one, position) for one in ahead)), "")
            said = f"Entries were cut off: a witness saw {witnessed:,}, there are {position:,}"
            said += f", and {where}." if where else "."
        if said is not None:
            self.failed = True
            yield said


def head_fault(row: Checkpoint, size: int, root: bytes, keys: Keys, sealer: Sealer) -> str | None:
    """What is wrong with one checkpoint over entries that are right."""
    name = f"The checkpoint over {size:,} entries"
    cosigners = keys.witnesses((heads.FileWitness.kind,))
    if not keys.logged:
        cosigners = {one.name: one.verifiers[:1] for one in sealer.witnesses}
    try:
        told = heads.parse(row.note)
        if told.size != size or told.root != root:
            return f"{name} states another root than the entries have."
        if not keys.ledger():
            return f"{name} could be signed by nobody: an entry retires the last key of the ledger."
        if not all(heads.verify(row.note, one) for one in keys.ledger()):
            return f"{name} bears no valid signature of the ledger."
        here = {one for one, known in cosigners.items() if all(heads.verify(row.note, key) for key in known)}
        missing = sorted(set(cosigners) - here)
        if row.witnessed and missing:
            return f"{name} lacks its witness {missing[0]}."
        lines = row.note.rpartition("\n\n")[2].split("\n")
    except MALFORMED as error:
        return f"{name} cannot be read: {error}."
    signatures = len(keys.ledger()) + sum(len(cosigners[one]) for one in here)
    if len(lines) != signatures + 1 or lines[-1]:
        return f"{name} bears lines that belong to no signature, or more than the {signatures} it should."
    if bool(cosigners) and not missing and not row.witnessed:
        return f"{name} is called unwitnessed, though it bears the signatures of its witnesses."
    if heads.clock_extension(row.sealed_at) not in told.extensions:
        return f"{name} was sealed at another time than its row says."
    return None
