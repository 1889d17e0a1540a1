"""What somebody may do to a bundle, and which words a verifier then owes the reader. Used by tests and torture."""

from __future__ import annotations

import io
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from tests.integration.app.conftest import START, TIMER, furnished, logged_in, run_batch

from titer.app.closure import close
from titer.app.dossier import gather
from titer.app.export import export_batch
from titer.base.clock import ManualClock
from titer.record import bundle
from titer.record.bundle import write_zip

ANIML = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<AnIML xmlns="urn:org:astm:animl:schema:core:draft:0.90" version="0.90">'
    + (b'<SampleSet><Sample name="S-1" sampleID="1"/></SampleSet>' * 40 + b"</AnIML>\n")
)


@dataclass(frozen=True)
class Harm:
    """One change.

    Args:
        what: said where it was not found.
        data: the bundle after it.
        words: of which the fault must contain one.
    """

    what: str
    data: bytes
    words: tuple[str, ...]


def full_bundle(folder: Path) -> bytes:
    """A batch with signatures, a PDF, series and sealed segments, an instrument's AnIML file and a certificate."""
    clock = ManualClock(START)
    platform = furnished(folder, clock)
    try:
        people = logged_in(platform)
        batch = run_batch(platform, people, clock)
        record = platform.record
        with record.action(TIMER, "equipment.document.import") as unit:
            document_id = platform.equipment.receive_document(
                unit,
                key="test/1",
                connection="br201",
                digest=unit.content.put(ANIML, media_type="application/xml", origin="HPLC-02"),
                file_name="run.animl",
                seen_at=unit.now,
                media_type="application/xml",
                kind="file",
                identity={},
            ).id
        with record.action(TIMER, "material.define") as unit:
            platform.material.define(
                unit, code="MEDIUM", title="Basal medium", kind="raw material", unit_code="kg", needs=[]
            )
        with record.action(TIMER, "material.lot.receive") as unit:
            lot = platform.material.receive_lot(
                unit,
                definition_code="MEDIUM",
                lot_number="RM-1",
                quantity=Decimal("25.00"),
                unit_code="kg",
                expires_on=date(2027, 12, 31),
                supplier="Media Ltd",
            )
            platform.material.attach_certificate(
                unit,
                lot.id,
                b"%PDF-1.7 certificate\n" * 50,
                file_name="coa.pdf",
                media_type="application/pdf",
            )
            lot_id = lot.id
        platform.settle()
        whole = export_batch(platform, batch["id"], actor=TIMER, reason="to be touched")
        with record.reading() as session:
            closures = [
                gather(platform, session, batch["id"]).closure,
                close(session, "equipment_document", document_id),
                close(session, "material_lot", lot_id),
            ]
        files = {name[6:]: data for name, data in members_of(whole).items() if name.startswith("files/")}
        for closure in closures[1:]:
            files.update({f"content/{one}": record.content.read(one) for one in closure.digests})
        return bundle.export(
            record,
            platform.sealer,
            actor=TIMER,
            reason="to be touched",
            subject=("mes_batch", batch["id"], f"Batch {batch['number']}"),
            records=set().union(*(closure.records for closure in closures)),
            files=files,
        )
    finally:
        platform.close()


def members_of(data: bytes) -> dict[str, bytes]:
    """The members of an archive that was not touched."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


class Bytes:
    """Flips bytes of a bundle, and knows what it hit.

    Args:
        whole: the bundle.
    """

    def __init__(self, whole: bytes) -> None:
        self.whole = whole
        self.spans: list[tuple[int, int, str, str]] = []
        with zipfile.ZipFile(io.BytesIO(whole)) as archive:
            for info in archive.infolist():
                begin = info.header_offset + 30 + len(info.filename.encode())
                self.spans.append((info.header_offset, begin, "header", info.filename))
                self.spans.append((begin, begin + info.file_size, "bytes", info.filename))
            start = archive.start_dir
        for info in archive.infolist():
            length = 46 + len(info.filename.encode())
            self.spans.append((start, start + length, "directory", info.filename))
            start += length
        self.spans.append((start, len(whole), "end", ""))

    def flip(self, rng: random.Random) -> Harm:
        """One byte, half of the time anywhere, else in a part that is chosen first: small parts count too."""
        if rng.random() < 0.5:
            position = rng.randrange(len(self.whole))
        else:
            begin, end, _, _ = rng.choice([span for span in self.spans if span[1] > span[0]])
            position = rng.randrange(begin, end)
        return self.at(position, rng.randrange(1, 256))

    def at(self, position: int, mask: int) -> Harm:
        """The byte at a position."""
        number, (begin, end, kind, name) = next(
            (number, span) for number, span in enumerate(self.spans) if span[0] <= position < span[1]
        )
        data = bytearray(self.whole)
        data[position] ^= mask
        words: tuple[str, ...] = (name,)
        if kind == "header":
            before = self.spans[number - 1][3] if number else "no bundle"
            # A header whose length of the name was touched calls its member by a part of the name.
            (length,) = struct.unpack_from("<H", data, begin + 26)
            now = bytes(data[begin + 30 : min(end, begin + 30 + length)]).decode("utf-8", "replace")
            words = (name, now, f"behind {before}", "no bundle")
        elif kind == "end":
            words = ("last record",)
        elif kind == "directory":
            words = (f"directory, or in the header of {name} ", "beginning of its directory")
        elif name == "ledger/entries.jsonl":
            line = self.whole.count(b"\n", begin, position) + 1
            words = (f"entries.jsonl line {line} ", "entries.jsonl: the last line")
        elif name == "ledger/leaves.txt":
            words = (
                f"leaves.txt line {self.whole.count(bytes([10]), begin, position) + 1} ",
                "ledger/leaves.txt",
            )
        return Harm(f"byte {position} ^ {mask} ({kind} of {name})", bytes(data), words)


def structural(whole: bytes, rng: random.Random) -> Iterator[Harm]:
    """Archives put together anew, so that every checksum is right again: removed, added, exchanged, re-ordered."""
    files = members_of(whole)
    names = sorted(files)

    def made(what: str, changes: dict[str, bytes | None], *words: str) -> Harm:
        kept = {name: data for name, data in {**files, **changes}.items() if data is not None}
        return Harm(what, write_zip(kept), words)

    for name in names:
        yield made(f"{name} removed", {name: None}, f"{name} is missing", name)
        yield made(f"{name} cut", {name: files[name][:-1]}, name, "ledger/")
        yield made(f"{name} longer", {name: files[name] + b"\n"}, name)
        yield made(f"{name} twice", {name + "2": files[name]}, name + "2")
    for folder in ("files/content/", "files/segments/"):
        inside = [name for name in names if name.startswith(folder)]
        if len(inside) > 1:
            one, other = rng.sample(inside, 2)
            yield made(
                f"{one} and {other} exchanged", {one: files[other], other: files[one]}, min(one, other)
            )
        name = rng.choice(inside)
        fake = name.replace(Path(name).stem, sha256(b"fake").hexdigest())
        yield made(f"{fake} added", {fake: b"fake"}, f"{fake}: no entry of the ledger knows this")
    yield from _entries(files, made, rng)
    yield from _checkpoints(files, made, rng)
    yield from _archive(whole, names, files)


def _entries(files: dict[str, bytes], made: Callable[..., Harm], rng: random.Random) -> Iterator[Harm]:
    bodies = files["ledger/entries.jsonl"].splitlines()
    leaves = files["ledger/leaves.txt"].splitlines()

    def lines(what: str, entries: list[bytes], places: list[bytes], *words: str) -> Harm:
        text = {"ledger/entries.jsonl": entries, "ledger/leaves.txt": places}
        return made(
            what, {name: b"".join(line + b"\n" for line in rows) for name, rows in text.items()}, *words
        )

    for _ in range(6):
        at = rng.randrange(1, len(bodies) - 1)
        here = f"entries.jsonl line {at + 1} "
        entry = json.loads(bodies[at])
        altered = bodies[at].replace(b'"reason":', b'"reason" :', 1)
        yield lines("an entry put in", [*bodies[:at], bodies[0], *bodies[at:]], leaves, here)
        yield lines("an entry removed", bodies[:at] + bodies[at + 1 :], leaves, here)
        swapped = [*bodies[: at - 1], bodies[at], bodies[at - 1], *bodies[at + 1 :]]
        yield lines("two entries swapped", swapped, leaves, f"entries.jsonl line {at} ")
        yield lines("an entry respelled", [*bodies[:at], altered, *bodies[at + 1 :]], leaves, here)
        yield lines(
            "a place moved", bodies, [*leaves[:at], b"0" + leaves[at], *leaves[at + 1 :]], "leaves.txt"
        )
        # Whoever changes an entry and its hash together is still caught by the root that was signed.
        entry["time"] = "2020-01-01T00:00:00.000000Z"
        forged = json.dumps(entry, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
        place = leaves[at].split()[0] + b" " + sha256(b"\x00" + forged).hexdigest().encode()
        yield lines(
            "an entry back-dated, with its hash",
            [*bodies[:at], forged, *bodies[at + 1 :]],
            [*leaves[:at], place, *leaves[at + 1 :]],
            "not the root that was signed",
        )
        yield lines(
            "an entry left out, with its hash",
            bodies[:at] + bodies[at + 1 :],
            leaves[:at] + leaves[at + 1 :],
            "not follow",
            "not the root that was signed",
            "proof",
        )
    yield lines("the tail cut off", bodies[:-3], leaves, "3 entries were removed at the end")
    gone = f"entries.jsonl line {len(bodies) - 2} is missing"
    yield lines("the tail cut off, with its hashes", bodies[:-3], leaves[:-3], gone)


def _checkpoints(files: dict[str, bytes], made: Callable[..., Harm], rng: random.Random) -> Iterator[Harm]:
    """A checkpoint left out, or a signature taken off one, with its hash put right or not."""
    name = "ledger/checkpoints.json"
    told = json.loads(files[name])
    listed = told["checkpoints"]

    def with_these(what: str, checkpoints: list[dict[str, str]], *words: str) -> Harm:
        text = json.dumps(
            {**told, "checkpoints": checkpoints}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        return made(what, {name: text.encode()}, *words)

    for at in rng.sample(range(len(listed)), min(len(listed), 6)):
        note = listed[at]["note"]
        bare = note[: note.rstrip("\n").rindex("\n") + 1]
        hashed = sha256(b"\0" + bare.encode()).hexdigest()
        before, behind = listed[:at], listed[at + 1 :]
        yield with_these("a checkpoint left out", [*before, *behind], "a checkpoint was removed that covered")
        off = [*before, {**listed[at], "note": bare}, *behind]
        yield with_these("a signature taken off", off, f"place {at + 1} ")
        off = [*before, {"leaf": hashed, "note": bare}, *behind]
        yield with_these("a signature taken off, with its hash", off, name)


def _archive(whole: bytes, names: list[str], files: dict[str, bytes]) -> Iterator[Harm]:
    """The archive's own form: what readers of ZIP skip over."""
    yield Harm("a byte behind the end", whole + b"\x00", ("behind its end",))
    yield Harm("a byte before the beginning", b"\x00" + whole, ("no bundle",))
    for cut in (1, 22, 60, len(whole) // 2, len(whole) - 10):
        words = ("cut off", "last record", "directory", "behind", "no bundle")
        yield Harm(f"{cut} bytes cut off the end", whole[:-cut], words)
    yield Harm("nothing left", b"", ("no bundle",))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in reversed(names):
            archive.writestr(_info(name), files[name])
    yield Harm("members in another order", buffer.getvalue(), ("not in order",))
    for what, word in (("extra", "header of " + names[0]), ("comment", "last record"), ("time", names[0])):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name in names:
                info = _info(name)
                if what == "extra" and name == names[0]:
                    info.extra = struct.pack("<HH4s", 0x7000, 4, b"note")
                if what == "time" and name == names[0]:
                    info.date_time = (2026, 3, 2, 8, 0, 0)
                archive.writestr(info, files[name])
            if what == "comment":
                archive.comment = b"released"
        yield Harm(f"ZIP {what}", buffer.getvalue(), (word,))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, files[name])
    yield Harm("compressed", buffer.getvalue(), (names[0],))
    body = whole.index(files["manifest.json"])
    forged = bytearray(whole)
    forged[body + 2] ^= 1
    struct.pack_into(
        "<I",
        forged,
        body - 16 - len("manifest.json"),
        zlib.crc32(bytes(forged[body : body + len(files["manifest.json"])])),
    )
    yield Harm(
        "a byte and its checksum in the header, not in the directory", bytes(forged), ("manifest.json",)
    )


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.create_system = 3
    info.external_attr = 0o644 << 16
    return info
