"""What can go wrong with stored time series."""

from __future__ import annotations

from titer.base.errors import IntegrityFault, Stopped


class LogDamaged(IntegrityFault):
    """A record of the log that was acknowledged as durable cannot be read any more.

    Args:
        file: name of the log file.
        offset: byte at which reading failed.
        readable: how many records of the file can still be read.
    """

    title = "The historian's log is damaged"

    def __init__(self, file: str, offset: int, why: str, readable: int) -> None:
        super().__init__(
            f"The log {file} is damaged at byte {offset}.",
            why=f"{why} Values at this place had been acknowledged, so this is no write that was interrupted.",
            do=f"Stop, copy the file aside and restore it from the backup; {readable} records of it can be read.",
        )
        self.file = file
        self.offset = offset
        self.readable = readable


class LogForged(IntegrityFault):
    """A record of the log is whole, and was not written by this installation.

    Args:
        file: name of the log file.
        offset: byte at which the record begins.
    """

    title = "The historian's log was written by somebody else"

    def __init__(self, file: str, offset: int) -> None:
        super().__init__(
            f"The log {file} holds a record at byte {offset} that this installation did not write.",
            why="Its checksums are right, but not the digest under the installation's own key: somebody changed "
            "it, or the keys are those of another installation.",
            do="Nothing of it was taken in or sealed. Keep the file as evidence, find out who can write to it, and "
            "restore it from the backup; the connectors' journals may still hold the values.",
        )
        self.file = file
        self.offset = offset


class SegmentDamaged(IntegrityFault):
    """A sealed segment is missing, or its bytes are not the ones whose digest the ledger holds.

    Args:
        path: the segment's path inside the historian's folder.
        why: what was found.
    """

    title = "A sealed segment does not hold"

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            f"The segment {path} cannot be used.",
            why=why,
            do="Restore the file from the backup, then verify the installation; nothing was read from it.",
        )
        self.path = path


class StoreStopped(Stopped):
    """The disk did not confirm a write; the store takes nothing more until it is started again."""

    title = "The historian has stopped"

    def __init__(self, why: str) -> None:
        super().__init__(
            "The historian stopped taking values.",
            why=why,
            do="Check the disk, then start the hub again; the connectors keep their values until then.",
        )
