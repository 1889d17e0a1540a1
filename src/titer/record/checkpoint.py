"""Signed tree heads and their witnesses: C2SP signed-note, tlog-checkpoint and tlog-cosignature (v1).

A checkpoint is text: origin, size, root, extension lines, an empty line, signature lines. A witness adds a
cosignature with its own time, and refuses a head that does not extend the last one it has seen.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from titer.base.clock import Clock, from_iso, iso
from titer.base.errors import IntegrityFault, Unavailable
from titer.base.files import make_folder, sync_folder
from titer.base.vault import Vault
from titer.record import merkle

log = logging.getLogger(__name__)

_ED25519 = b"\x01"
_COSIGNATURE = b"\x04"
WITNESS_KEY = "witness.key"
"""The file of a witness' first key, in its folder."""
_BLOCK = 1 << 16
_TAIL = 16_384
"""More bytes than any note has."""


@dataclass(frozen=True)
class Head:
    """What a checkpoint states."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...]

    def text(self) -> str:
        """The signed part of the note, with its final newline."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions]
        return "\n".join(lines) + "\n"


def key_id(name: str, algorithm: bytes, public: bytes) -> bytes:
    """The four bytes that name a key in a signature line."""
    return hashlib.sha256(name.encode() + b"\n" + algorithm + public).digest()[:4]


def verifier_key(name: str, public: bytes, algorithm: bytes = _ED25519) -> str:
    """The key in the form that people pin: `name+hash+base64`."""
    tag = key_id(name, algorithm, public).hex()
    return f"{name}+{tag}+{base64.b64encode(algorithm + public).decode()}"


class Signer:
    """An Ed25519 key with a name.

    Args:
        name: as it stands in signature lines; no spaces, no plus sign.
        key: the private key.
    """

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        self.name = name
        self._key = key
        self.public = key.public_key().public_bytes_raw()

    @classmethod
    def open(cls, name: str, path: Path, vault: Vault, *, create: bool = False) -> Signer:
        """Open the sealed key file (32 bytes), or make it.

        Raises:
            IntegrityFault: if the file is missing and must not be made, was sealed under another key, or is
                damaged.
        """
        if create and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            vault.write(path, Ed25519PrivateKey.generate().private_bytes_raw())
        if not path.exists():
            raise IntegrityFault(f"The signing key {path.name} is missing.", do="Restore it from the backup.")
        data = vault.read(path)
        if len(data) != 32:
            raise IntegrityFault(f"The signing key {path.name} is damaged.", do="Restore it from the backup.")
        return cls(name, Ed25519PrivateKey.from_private_bytes(data))

    @classmethod
    def make(cls, name: str, folder: Path, stem: str, vault: Vault) -> Signer:
        """A new key, in a file `STEM-HASH.key` that bears the key's hash in its name."""
        key = Ed25519PrivateKey.generate()
        made = cls(name, key)
        vault.write(folder / f"{stem}-{made.tag}.key", key.private_bytes_raw())
        return made

    @property
    def tag(self) -> str:
        """The hash that names the key in signature lines, hexadecimal."""
        return key_id(self.name, _ED25519, self.public).hex()

    @property
    def verifier(self) -> str:
        """The public key in the form that people pin."""
        return verifier_key(self.name, self.public)

    @property
    def cosigner(self) -> str:
        """The public key in the form that people pin, as a witness."""
        return verifier_key(self.name, self.public, _COSIGNATURE)

    def sign(self, head: Head) -> str:
        """The note: the head's text and this key's signature line."""
        return self.sign_text(head.text())

    def sign_text(self, text: str) -> str:
        """The note over any text that ends in a newline."""
        return f"{text}\n{self.line(text)}"

    def line(self, text: str) -> str:
        """The signature line over a note's text."""
        blob = key_id(self.name, _ED25519, self.public) + self._key.sign(text.encode())
        return f"— {self.name} {base64.b64encode(blob).decode()}\n"

    def cosign(self, note: str, seconds: int) -> str:
        """The cosignature line over the note's text at a time (seconds since 1970)."""
        text = note_text(note)
        message = f"cosignature/v1\ntime {seconds}\n{text}".encode()
        tag = key_id(self.name, _COSIGNATURE, self.public)
        blob = tag + struct.pack(">Q", seconds) + self._key.sign(message)
        return f"— {self.name} {base64.b64encode(blob).decode()}\n"


def note_text(note: str) -> str:
    """The signed part of a note."""
    text, separator, _ = note.rpartition("\n\n")
    if not separator:
        raise IntegrityFault("A checkpoint has no signature.")
    return text + "\n"


def parse(note: str) -> Head:
    """Read a checkpoint's statement; signatures are checked by `verify`.

    Raises:
        IntegrityFault: if it is not in the form of a checkpoint.
    """
    lines = note_text(note).removesuffix("\n").split("\n")
    try:
        size, head_root = int(lines[1]), base64.b64decode(lines[2], validate=True)
        if str(size) != lines[1] or size < 0:
            raise ValueError(f"{lines[1][:40]!r} is no size")
    except (IndexError, ValueError) as error:
        raise IntegrityFault("A checkpoint is malformed.", why=str(error)) from error
    return Head(lines[0], size, head_root, tuple(lines[3:]))


def parse_key(verifier: str) -> tuple[str, bytes, bytes, bytes]:
    """Name, hash, algorithm and public key out of `name+hash+base64`.

    Raises:
        IntegrityFault: if it is no key, or does not have the hash that it states.
    """
    name, _, rest = verifier.partition("+")
    tag, _, encoded = rest.partition("+")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except ValueError:
        raw = b""
    algorithm, public = raw[:1], raw[1:]
    known = algorithm in (_ED25519, _COSIGNATURE) and len(public) == 32
    named = bool(name) and not any(letter.isspace() for letter in name)
    if not named or not known or verifier_key(name, public, algorithm) != verifier:
        raise IntegrityFault(
            f"This is no key of a ledger or witness: {verifier[:80]!r}.", do="It has the form NAME+HASH+KEY."
        )
    return name, bytes.fromhex(tag), algorithm, public


def verify(note: str, verifier: str) -> bool:
    """Whether the note bears a valid signature or cosignature of the key (`name+hash+base64`)."""
    return _signed_at(note, verifier) is not None


def cosigned_at(note: str, verifier: str) -> int | None:
    """When a witness cosigned (seconds since 1970, by its own clock); None if the note bears no line of this key."""
    return _signed_at(note, verifier)


def _signed_at(note: str, verifier: str) -> int | None:
    """The time that a valid line of the key states, 0 for one that states none."""
    name, tag, algorithm, public = parse_key(verifier)
    text = note_text(note)
    for line in note.rpartition("\n\n")[2].split("\n"):
        dash, _, rest = line.partition(" ")
        signer, _, blob64 = rest.partition(" ")
        if dash != "—" or signer != name:
            continue
        try:
            blob = base64.b64decode(blob64, validate=True)
        except ValueError:
            continue
        # Base64 has spare bits at its end: only the one canonical spelling counts.
        if blob[:4] != tag or base64.b64encode(blob).decode() != blob64 or len(blob) < 12:
            continue
        message, signature, seconds = text.encode(), blob[4:], 0
        if algorithm == _COSIGNATURE:
            seconds = struct.unpack(">Q", blob[4:12])[0]
            message, signature = f"cosignature/v1\ntime {seconds}\n{text}".encode(), blob[12:]
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        except InvalidSignature:
            continue
        return seconds
    return None


def sealing_time(head: Head) -> datetime | None:
    """The server's time at sealing, as a head states it."""
    for line in head.extensions:
        word, _, text = line.partition(" ")
        if word == "time":
            return from_iso(text)
    return None


def clock_extension(now: datetime) -> str:
    """The line that states the server's time at sealing."""
    return f"time {iso(now)}"


def _notes(file: IO[bytes], left: int) -> Iterator[str]:
    """The notes in the first so many bytes of a file; what follows no form, last."""
    kept, begun = b"", list[str]()
    while left:
        block = file.read(min(left, _BLOCK))
        left = left - len(block) if block else 0
        *parts, kept = (kept + block).split(b"\n\n")
        for part in parts:
            begun.append(part.decode())
            if len(begun) == 2:
                yield f"{begun[0]}\n\n{begun[1]}\n"
                begun = []
    if begun:
        yield f"{begun[0]}\n\n{kept.decode()}\n"
    elif kept:
        yield kept.decode()


class FileWitness:
    """A witness with a key of its own in a folder of its own, best on another volume.

    It remembers the last head it has cosigned and refuses one that is not consistent with it: that is what
    catches a database that was rolled back to an older backup and written again.

    Args:
        name: as it stands in cosignature lines.
        folder: holds the keys (sealed), the last head and all cosigned notes.
        clock: the witness' own clock.
        vault: opens the keys.
        create: make folder and key where there are none; else the witness is *away* until they are there.
        required: whether a head counts as witnessed only with its cosignature.
        mends: take away what a power cut left of a note; only for who holds the lock, since a note that is being
            written looks the same.
    """

    kind = "file"

    def __init__(
        self,
        name: str,
        folder: Path,
        clock: Clock,
        vault: Vault,
        *,
        create: bool = True,
        required: bool = True,
        mends: bool = True,
    ) -> None:
        self.name = name
        self.required = required
        self._mends = mends
        self._folder = folder
        self._clock = clock
        self._vault = vault
        self._signers: dict[str, Signer] = {}
        self._last: tuple[int, bytes] = (0, merkle.EMPTY_ROOT)
        self._there = False
        if create:
            make_folder(folder)
            Signer.open(name, folder / WITNESS_KEY, vault, create=True)
            self._open()
        elif (folder / WITNESS_KEY).exists():
            self._open()

    @property
    def folder(self) -> Path:
        """Where it keeps what it knows."""
        return self._folder

    @property
    def signer(self) -> Signer:
        """Its first key.

        Raises:
            Unavailable: if the witness is away.
        """
        self._require()
        return next(iter(self._signers.values()))

    @property
    def verifiers(self) -> list[str]:
        """Its keys in the form that people pin, oldest first; none while it is away."""
        return list(self._signers)

    def new_key(self) -> str:
        """Make another key; it cosigns once the ledger knows it.

        Returns:
            The key in the form that people pin.
        """
        self._require()
        signer = Signer.make(self.name, self._folder, "witness", self._vault)
        self._signers[signer.cosigner] = signer
        return signer.cosigner

    @property
    def last(self) -> tuple[int, bytes]:
        """Size and root of the last head that was cosigned."""
        return self._last

    def notes(self) -> list[str]:
        """All notes that were cosigned, oldest first, as they stand in the file; what follows no form, last.

        Raises:
            OSError: if the file cannot be read.
            UnicodeDecodeError: if it is no text any more.
        """
        with self.opened_notes() as found:
            return list(found)

    @contextmanager
    def opened_notes(self) -> Iterator[Iterator[str]]:
        """The notes that are there now, read as they are asked for, though more may be written meanwhile.

        Raises:
            OSError: if the file cannot be read.
        """
        if not (self._folder / WITNESS_KEY).exists():
            raise FileNotFoundError(f"the witness {self.name} is away: {self._folder} does not hold its key")
        path = self._folder / "notes.txt"
        if not path.exists():
            yield iter(())
            return
        with path.open("rb") as file:
            yield _notes(file, os.fstat(file.fileno()).st_size)

    def last_note(self) -> str | None:
        """The last whole note that was written down; a seal that was cut short left it ahead of the ledger."""
        path = self._folder / "notes.txt"
        if not path.exists():
            return None
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL))
            text = file.read().decode(errors="replace")
        parts = text.split("\n\n")
        if len(parts) < 3 or parts[-1]:
            return None
        return f"{parts[-3]}\n\n{parts[-2]}\n"

    def remember(self, head: Head) -> None:
        """Write down again that this is the last head that was cosigned; it stands in the notes already."""
        self._write_last(head)
        self._last = (head.size, head.root)

    def cosign(self, note: str, proof: list[bytes], verifiers: Sequence[str] = ()) -> str:
        """Check that the head extends the last one, write it down durably, and cosign.

        Args:
            note: the checkpoint.
            proof: consistency from `last` to it (empty from size 0).
            verifiers: the keys to cosign with; the first one if left out.

        Raises:
            IntegrityFault: if the head does not extend the last one seen, or a key's file is missing.
            Unavailable: if the witness is away.
            OSError: if it could not be written down durably; then nothing is cosigned.
        """
        self._require()
        head = parse(note)
        size, seen = self._last
        ok = size == 0 or merkle.verify_consistency(size, head.size, seen, head.root, proof)
        if not ok:
            raise IntegrityFault(
                f"The witness {self.name} saw a ledger of {size:,} entries that this one "
                f"of {head.size:,} does not extend.",
                why="The database was rolled back to an older state, or its history was rewritten.",
                do="Stop, keep both copies, and compare them with `titer verify`.",
            )
        missing = [one for one in verifiers if one not in self._signers]
        if missing:
            raise IntegrityFault(
                f"The witness {self.name} lacks the file of its key {missing[0].split('+')[1]}.",
                do="Restore it from the backup.",
            )
        seconds = int(self._clock.now().timestamp())
        signers = [self._signers[one] for one in verifiers] or [self.signer]
        cosignature = "".join(signer.cosign(note, seconds) for signer in signers)
        self._write(head, note + cosignature)
        self._last = (head.size, head.root)
        return cosignature

    def present(self) -> bool:
        """Whether its folder is there; one that came back is read again."""
        try:
            self._require()
        except Unavailable:
            return False
        return True

    def _require(self) -> None:
        try:
            there = (self._folder / WITNESS_KEY).exists()
            if there and not self._there:
                self._open()
        except OSError as error:
            self._there = False
            raise Unavailable(f"The witness {self.name} cannot be read.", why=str(error)) from error
        self._there = there
        if not there:
            raise Unavailable(
                f"The witness {self.name} is away: {self._folder} does not hold its key.",
                do="Bring its volume back; until then nothing that waits for it goes out.",
            )

    def _open(self) -> None:
        paths = [self._folder / WITNESS_KEY, *sorted(self._folder.glob("witness-*.key"))]
        signers = [Signer.open(self.name, path, self._vault) for path in paths]
        self._signers = {signer.cosigner: signer for signer in signers}
        self._last = self._read_last()
        if self._mends:
            self._end_cleanly()
        self._there = True

    def _read_last(self) -> tuple[int, bytes]:
        path = self._folder / "last.json"
        if not path.exists():
            return 0, merkle.EMPTY_ROOT
        try:
            data = json.loads(path.read_text())
            return int(data["size"]), bytes.fromhex(data["root"])
        except (ValueError, KeyError, TypeError) as error:
            raise IntegrityFault(
                f"What the witness remembers cannot be read: {path}.",
                why=str(error),
                do="Restore the file from the backup; notes.txt beside it tells the last head that it saw.",
            ) from error

    def _end_cleanly(self) -> None:
        """Take what a power cut left of a note away from the end, so that the next one begins where it should.

        `cosign` answers when a note is whole and last.json says so. What stands behind that note and is none was
        therefore never answered for; it is kept in torn.txt. Whatever else may be wrong is left for verification.
        """
        path = self._folder / "notes.txt"
        if not path.exists():
            return
        data = path.read_bytes()
        end = self._confirmed(data)
        if end is None or end == len(data) or self._is_note(data[end:]):
            return
        with (self._folder / "torn.txt").open("ab") as aside:
            aside.write(data[end:] + b"\n")
            aside.flush()
            os.fsync(aside.fileno())
        with path.open("r+b") as notes:
            notes.truncate(end)
            os.fsync(notes.fileno())
        sync_folder(self._folder)
        log.warning("the witness %s had a note that was cut short; it is in torn.txt", self.name)

    def _confirmed(self, data: bytes) -> int | None:
        """The byte behind the note that last.json names; None where there is no such note."""
        size, root = self._last
        if not size:
            return None if b"\n\n" in data else 0
        stated = b"\n%d\n%s\n" % (size, base64.b64encode(root))
        place = data.rfind(stated)
        if place < 0:
            return None
        begin = data.rfind(b"\n\n", 0, place)
        begin = begin + 2 if begin >= 0 else 0
        end = data.find(b"\n\n", data.find(b"\n\n", begin) + 2) + 2
        return end if end > 1 and self._is_note(data[begin:end]) else None

    def _is_note(self, data: bytes) -> bool:
        """Whether the bytes are one whole note that this witness cosigned."""
        try:
            text = data.decode()
            parse(text[:-1])
            return text.endswith("\n\n") and any(verify(text[:-1], one) for one in self._signers)
        except (ValueError, IntegrityFault):
            return False

    def _write(self, head: Head, note: str) -> None:
        with (self._folder / "notes.txt").open("a", encoding="utf-8") as notes:
            notes.write(note + "\n")
            notes.flush()
            os.fsync(notes.fileno())
        self._write_last(head)

    def _write_last(self, head: Head) -> None:
        temporary = self._folder / "last.json.new"
        with temporary.open("w") as file:
            json.dump({"size": head.size, "root": head.root.hex()}, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._folder / "last.json")
        sync_folder(self._folder)
