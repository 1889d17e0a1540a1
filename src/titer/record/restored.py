"""What a ledger that was restored from a backup says to a witness that saw more of it, and how the witness answers.

A witness refuses a head that does not extend the last one it saw, and a restored ledger's never does. It goes on
only upon a *restore statement*: a note, signed by the ledger's key, that names the last head the witness saw and the
earlier one to which the ledger went back. The witness takes it for exactly that head of its own, and once; it must
have cosigned the earlier head itself; what it saw beyond is kept beside its notes for ever, with the statement above
it. The statement bears the digest of that. A person with the right to it gives it, and it stands in the ledger as the
first entry after the backup's, so a verification asks for what was abandoned, too (docs/decisions/0020; Annex 11
s. 7.2).
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from titer.base.clock import from_iso, iso
from titer.base.errors import IntegrityFault, Refused
from titer.record import checkpoint as heads

FORMAT = "titer-restore/1"
_FIELDS = ["witness", "backup", "seen", "kept", "abandoned", "time", "by", "reason"]
_LONGEST_REASON = 500


@dataclass(frozen=True)
class Statement:
    """What is stated.

    Args:
        origin: the ledger's name in checkpoints.
        witness: name of the witness that it is for.
        backup: digest of the manifest of the backup.
        seen: size and root of the last head that the witness saw.
        kept: size and root of the head to which the ledger went back; the witness cosigned it.
        abandoned: how many notes the witness has beyond that head, and their digest (`digest_of`).
        at: when.
        by: who accepts it: user name and full name.
        reason: why, in one line.
    """

    origin: str
    witness: str
    backup: str
    seen: tuple[int, bytes]
    kept: tuple[int, bytes]
    abandoned: tuple[int, bytes]
    at: datetime
    by: str
    reason: str

    def text(self) -> str:
        """The signed part, with its final newline."""
        return "\n".join(
            (
                FORMAT,
                self.origin,
                f"witness {self.witness}",
                f"backup {self.backup}",
                f"seen {_head(self.seen)}",
                f"kept {_head(self.kept)}",
                f"abandoned {_head(self.abandoned)}",
                f"time {iso(self.at)}",
                f"by {_line(self.by)}",
                f"reason {_line(self.reason)}",
                "",
            )
        )


def parse(note: str) -> Statement:
    """Read a statement; its signature is checked by `titer.record.checkpoint.verify`.

    Raises:
        IntegrityFault: if it is none.
    """
    try:
        form, origin, *lines = heads.note_text(note).splitlines()
        told = dict(line.split(" ", 1) for line in lines)
        if form != FORMAT or list(told) != _FIELDS:
            raise ValueError("it is not in the form of a restore statement")
        return Statement(
            origin,
            told["witness"],
            told["backup"],
            _read_head(told["seen"]),
            _read_head(told["kept"]),
            _read_head(told["abandoned"]),
            from_iso(told["time"]),
            told["by"],
            told["reason"],
        )
    except ValueError as error:
        raise IntegrityFault("A restore statement is malformed.", why=str(error)) from error


def common_head(notes: list[str], root_at: Callable[[int], bytes | None]) -> tuple[int, bytes] | None:
    """The largest head that a witness cosigned and that the restored ledger has, too.

    Args:
        notes: the witness's, oldest first.
        root_at: the restored ledger's root at a size; None beyond its end.
    """
    for note in reversed(notes):
        head = heads.parse(note)
        if root_at(head.size) == head.root:
            return head.size, head.root
    return None


def beyond(witness: heads.FileWitness, kept: tuple[int, bytes]) -> tuple[list[str], list[str]]:
    """A witness' notes up to a head, and those beyond it.

    Raises:
        Refused: if it never cosigned that head.
    """
    notes = witness.notes()
    places = [at for at, one in enumerate(notes) if _is(one, kept)]
    if not places:
        raise Refused(
            f"{witness.signer.name} never cosigned the head of {kept[0]:,} entries that the ledger went back to.",
            do="Keep both copies, and compare them with `titer verify`.",
        )
    return notes[: places[-1] + 1], notes[places[-1] + 1 :]


def digest_of(notes: Sequence[str]) -> tuple[int, bytes]:
    """How many notes there are, and the SHA-256 of them as they stand in a file."""
    return len(notes), sha256(_lines(notes).encode()).digest()


def accept(witness: heads.FileWitness, note: str, verifier: str) -> None:
    """Have a witness go back with a restored ledger.

    What it saw beyond is moved, with the statement, into `abandoned-SIZE.txt` beside its notes. A power cut in
    between leaves the witness where it was, and the same statement is taken again.

    Args:
        witness: opened.
        note: the statement, signed.
        verifier: the ledger's key in the form that people pin.

    Raises:
        Refused: if the statement is not for this witness as it stands now, or its signature is not the ledger's.
        IntegrityFault: if it is none.
    """
    told = parse(note)
    if not heads.verify(note, verifier):
        raise Refused("The restore statement bears no valid signature of the ledger's key.")
    if told.witness != witness.name:
        raise Refused(f"The restore statement is for the witness {told.witness}, not for {witness.name}.")
    if told.seen != witness.last:
        raise Refused(
            f"The restore statement is for a witness that saw {told.seen[0]:,} entries; "
            f"{witness.signer.name} saw {witness.last[0]:,}.",
            why="A statement serves once, for one head.",
            do="Accept the restored installation anew, so that a statement is made for what the witness saw.",
        )
    kept, abandoned = beyond(witness, told.kept)
    if told.abandoned != digest_of(abandoned):
        raise Refused(
            f"The restore statement does not vouch for the notes that {witness.signer.name} has beyond "
            f"{told.kept[0]:,} entries.",
            do="Accept the restored installation anew, so that a statement is made for what the witness saw.",
        )
    folder = witness.folder
    aside = _aside(folder, told)
    before = aside.read_text(encoding="utf-8") if aside.exists() else ""
    _replace(aside, before + _lines([note, *abandoned]))
    _replace(folder / "notes.txt", _lines(kept))
    size, root = told.kept
    _replace(folder / "last.json", json.dumps({"size": size, "root": root.hex()}))


def statements(text: str) -> list[Statement]:
    """Those that a `record_restore` holds, one for each witness that saw more.

    Raises:
        IntegrityFault: if one is none.
    """
    return [parse(note) for note in _read(text)]


def keeps(folder: Path, told: Statement) -> bool:
    """Whether a witness still has, word for word, what was abandoned.

    An acceptance that was interrupted and made again has left two statements, over the same notes.
    """
    aside = _aside(folder, told)
    found: list[list[str]] = []
    if aside.exists():
        for note in _read(aside.read_text(encoding="utf-8", errors="replace")):
            if note.startswith(FORMAT + "\n"):
                found.append([])
            elif found:
                found[-1].append(note)
    return any(digest_of(notes) == told.abandoned for notes in found)


def _aside(folder: Path, told: Statement) -> Path:
    return folder / f"abandoned-{told.seen[0]}.txt"


def _lines(notes: Sequence[str]) -> str:
    return "".join(f"{note}\n" for note in notes)


def _read(text: str) -> Iterator[str]:
    """Notes that stand one behind another, an empty line between them."""
    parts = text.rstrip("\n").split("\n\n")
    for signed, lines in zip(parts[::2], parts[1::2], strict=False):
        yield f"{signed}\n\n{lines}\n"


def _is(note: str, head: tuple[int, bytes]) -> bool:
    try:
        told = heads.parse(note)
    except IntegrityFault:
        return False
    return (told.size, told.root) == head


def _head(head: tuple[int, bytes]) -> str:
    return f"{head[0]} {base64.b64encode(head[1]).decode()}"


def _read_head(text: str) -> tuple[int, bytes]:
    size, encoded = text.split(" ")
    return int(size), base64.b64decode(encoded, validate=True)


def _line(text: str) -> str:
    """Free text in one line of a note."""
    return " ".join(text.split())[:_LONGEST_REASON]


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(path.name + ".new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
