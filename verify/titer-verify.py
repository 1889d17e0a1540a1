#!/usr/bin/env python3
"""Check a bundle that Titer exported, on a machine that has never seen Titer.

    python3 titer-verify.py BUNDLE.zip [--key NAME+HASH+KEY] [--witness NAME+HASH+KEY] [--json]

One file, Python 3.9 or newer, standard library only; it imports nothing of Titer and reaches no network.
What it shows, in this order:

 1. The archive is, byte for byte, the canonical archive of its members.
 2. Ledger and witness have signed the tree head (Ed25519, RFC 8032; C2SP signed-note and tlog-cosignature).
 3. Every entry in the bundle is a leaf of that tree (RFC 9162), and is in canonical form (RFC 8785).
 4. The entries of each record follow one from another, complete from its first version to the exported one.
 5. The export entry, itself a leaf, lists just these records and files; each file has the digest it states.
 6. The digest of each signed content is the one that the signature bears.

Without --key and --witness the keys in the bundle itself are used, and the verdict says that the signer is
not pinned: whoever made a forged bundle would have put his own keys in.
Exit status: 0 it holds, 1 it does not, 2 it could not be read.
"""

import argparse
import base64
import hashlib
import io
import json
import struct
import sys
import zipfile

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
LIMIT = 4 * 1024**3


class Fault(Exception):
    """The first thing that does not hold."""


# --- Ed25519 (RFC 8032, section 5.1), verification only -----------------------------------------------------


def _recover_x(y, sign):
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_M1 % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def _add(one, other):
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _multiply(scalar, point):
    total = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = _add(total, point)
        point = _add(point, point)
        scalar >>= 1
    return total


def _point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = _recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


_BASE_Y = 4 * pow(5, P - 2, P) % P
_BASE_X = _recover_x(_BASE_Y, 0)
BASE = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % P)


def ed25519_verify(public, message, signature):
    """Whether the signature (64 bytes) over the message is the public key's (32 bytes)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = _point(public), _point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = _multiply(s, BASE), _add(r, _multiply(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (
        left[1] * right[2] - right[1] * left[2]
    ) % P == 0


# --- The tree (RFC 9162, section 2.1) -------------------------------------------------------------------------


def leaf_hash(data):
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from(size, indices, leaves, proof):
    """The root of a tree of `size` leaves, from some leaves and the subtree hashes of all the others."""
    hashes = iter(proof)

    def walk(low, high, begin, end):
        if begin == end:
            found = next(hashes, None)
            if found is None:
                raise Fault("ledger/proof.bin: the proof is too short")
            return found
        if high - low == 1:
            return leaves[begin]
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        cut = begin
        low_cut, high_cut = begin, end
        while low_cut < high_cut:
            cut = (low_cut + high_cut) // 2
            if indices[cut] < middle:
                low_cut = cut + 1
            else:
                high_cut = cut
        cut = low_cut
        left = walk(low, middle, begin, cut)
        return node_hash(left, walk(middle, high, cut, end))

    result = walk(0, size, 0, len(indices))
    if next(hashes, None) is not None:
        raise Fault("ledger/proof.bin: the proof is too long")
    return result


# --- Signed notes -----------------------------------------------------------------------------------------------


def key_parts(key):
    try:
        name, tag, encoded = key.split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise Fault("a key is not in the form NAME+HASH+KEY: %r" % key[:80]) from None
    algorithm, public = raw[:1], raw[1:]
    if hashlib.sha256(name.encode() + b"\n" + algorithm + public).digest()[:4].hex() != tag:
        raise Fault("the key %s does not have the hash that it states" % name)
    return name, bytes.fromhex(tag), algorithm, public


def note_holds(note, key):
    """Whether a signature line of the note is the key's; cosignatures state a time of their own."""
    name, tag, algorithm, public = key_parts(key)
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    for line in signatures.splitlines():
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "\u2014" or parts[1] != name:
            continue
        try:
            blob = base64.b64decode(parts[2], validate=True)
        except ValueError:
            continue
        if base64.b64encode(blob).decode() != parts[2] or blob[:4] != tag:
            continue
        message, signature = text.encode(), blob[4:]
        if algorithm == b"\x04" and len(blob) == 76:
            seconds = struct.unpack(">Q", blob[4:12])[0]
            message, signature = ("cosignature/v1\ntime %d\n%s" % (seconds, text)).encode(), blob[12:]
        if ed25519_verify(public, message, signature):
            return True
    return False


# --- The checks -------------------------------------------------------------------------------------------------


def canonical(value):
    """RFC 8785 for values without floats."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode("utf-8")


def no_float(text):
    raise Fault("a number with a fraction or exponent stands where only integers may: %s" % text[:40])


def read_json(data, name):
    try:
        return json.loads(data.decode("utf-8"), parse_float=no_float, parse_constant=no_float)
    except (ValueError, RecursionError) as error:
        raise Fault("%s cannot be read: %s" % (name, error)) from None


def read_archive(data):
    """The members, after the archive was rebuilt from them and compared byte for byte."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            if sum(info.file_size for info in infos) > LIMIT or any(
                info.compress_type != zipfile.ZIP_STORED for info in infos
            ):
                raise Fault("the archive is larger than a bundle may be, or compressed")
            members = {info.filename: archive.read(info) for info in infos}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError, RuntimeError) as error:
        raise Fault("the archive is damaged: %s" % error) from None
    except (KeyError, struct.error, OverflowError, UnicodeDecodeError) as error:
        raise Fault("the archive is damaged: %r" % error) from None
    buffer = io.BytesIO()
    try:
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            for name in sorted(members):
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.create_system = 3
                info.external_attr = 0o644 << 16
                archive.writestr(info, members[name])
    except ValueError as error:
        raise Fault("the archive is damaged: %s" % error) from None
    if buffer.getvalue() != data:
        at = next(
            (i for i, (x, y) in enumerate(zip(buffer.getvalue(), data)) if x != y),
            min(len(data), buffer.tell()),
        )
        raise Fault("the archive is not in canonical form: byte %d was touched" % at)
    return members


def take(members, name):
    if name not in members:
        raise Fault("%s is missing" % name)
    return members[name]


def verify(data, key=None, witnesses=()):
    """Check a bundle's bytes.

    Returns:
        A dictionary of what was checked.

    Raises:
        Fault: naming the first thing that does not hold.
    """
    members = read_archive(data)
    note = take(members, "ledger/checkpoint.txt").decode("utf-8", "replace")
    signed, _, signature_lines = note.rpartition("\n\n")
    rebuilt = signed + "\n\n" + "".join(line + "\n" for line in signature_lines.split("\n")[:-1])
    if rebuilt.encode() != members["ledger/checkpoint.txt"]:
        raise Fault("ledger/checkpoint.txt: stray bytes")
    own_key, own_witnesses = bundle_keys(take(members, "ledger/keys.txt"))
    for what, keys in (("ledger", [key or own_key]), ("witness", list(witnesses) or own_witnesses)):
        if not keys:
            raise Fault("ledger/keys.txt: no %s key" % what)
        for one in keys:
            if not note_holds(note, one):
                raise Fault(
                    "ledger/checkpoint.txt: no valid signature of the %s %s" % (what, one.partition("+")[0])
                )
    if key and key != own_key:
        raise Fault("ledger/keys.txt: the ledger's key is not the one that you pinned")
    for line in note.rpartition("\n\n")[2].splitlines():
        name = line.split(" ")[1] if line.count(" ") == 2 else ""
        if name not in {k.partition("+")[0] for k in [own_key, *own_witnesses, *witnesses]}:
            raise Fault("ledger/checkpoint.txt: a signature line of somebody unknown")
    if len(note.rpartition("\n\n")[2].splitlines()) != 1 + len(own_witnesses):
        raise Fault("ledger/checkpoint.txt: the signature lines are not those of the keys")
    lines = note.split("\n")
    size, root = int(lines[1]), base64.b64decode(lines[2])
    entries = read_entries(members, size, root)
    latest = follow(entries)
    manifest = check_export(members, latest)
    return {
        "entries": len(entries),
        "records": len(latest),
        "files": len(manifest["files"]),
        "signatures": sum(1 for (kind, _) in latest if kind == "record_signature"),
        "tree_size": size,
        "root": root.hex(),
        "sealed": next((line[5:] for line in lines if line.startswith("time ")), ""),
        "subject": manifest["subject"],
        "simulated": manifest["simulated"],
        "demo": manifest["demo"],
        "pinned": bool(key) and bool(witnesses),
    }


def bundle_keys(data):
    ledger, witnesses = None, []
    text = data.decode("utf-8", "replace")
    for line in text.splitlines():
        kind, _, value = line.partition(" ")
        if kind == "ledger" and ledger is None:
            ledger = value
        elif kind == "witness":
            witnesses.append(value)
        else:
            raise Fault("ledger/keys.txt: a line that is no key")
    if ledger is None or not text.endswith("\n") or text.count("\n") != 1 + len(witnesses):
        raise Fault("ledger/keys.txt: no key of the ledger, or stray bytes")
    return ledger, witnesses


def read_entries(members, size, root):
    """The entries, after each was shown to be a canonical leaf of the tree."""
    text = take(members, "ledger/entries.jsonl")
    index_text = take(members, "ledger/leaves.txt")
    proof = take(members, "ledger/proof.bin")
    bodies = text.split(b"\n")
    if bodies.pop() != b"":
        raise Fault("ledger/entries.jsonl: the last line is cut off")
    try:
        indices = [int(line) for line in index_text.split()]
    except ValueError:
        raise Fault("ledger/leaves.txt: a line that is no number") from None
    canonical_indices = "".join("%d\n" % index for index in indices).encode()
    ascending = all(a < b for a, b in zip(indices, indices[1:]))
    if canonical_indices != index_text or not ascending or len(indices) != len(bodies):
        raise Fault("ledger/leaves.txt: not one ascending leaf index for each entry")
    if not indices or indices[0] < 0 or indices[-1] >= size or len(proof) % 32:
        raise Fault("ledger/proof.bin or ledger/leaves.txt does not fit the tree")
    entries, leaves = [], []
    for number, body in enumerate(bodies, start=1):
        leaves.append(leaf_hash(body))
        try:
            entry = read_json(body, "entry")
            known = canonical(entry) == body and isinstance(entry["record_type"], str)
        except (Fault, KeyError, TypeError, ValueError):
            entry, known = None, False
        if not known:
            raise Fault("ledger/entries.jsonl line %d: the entry was altered (it is not canonical)" % number)
        entries.append(entry)
    steps = [proof[i : i + 32] for i in range(0, len(proof), 32)]
    if root_from(size, indices, leaves, steps) != root:
        raise Fault(first_altered(entries, "an entry, its place or the proof was altered: the root differs"))
    return entries


def first_altered(entries, otherwise):
    """Name the entry that breaks a record's chain, if one does; else say what is known."""
    try:
        follow(entries)
    except Fault as fault:
        return "the root differs; %s" % fault
    return otherwise


def follow(entries):
    """Each record's entries follow one from another, from its first version on."""
    latest = {}
    for entry in entries:
        name = (entry["record_type"], entry["record_id"])
        before = latest.get(name)
        version, image = (before["version"], before["after"]) if before else (0, None)
        if entry["version"] != version + 1 or entry["before"] != image:
            raise Fault(
                "%s %s version %s does not follow from the version before it" % (*name, entry["version"])
            )
        entry["count"] = (before["count"] if before else 0) + 1
        latest[name] = entry
        image = entry["after"]
        if name[0] == "record_signature" and image is not None:
            content = image["content"]
            if hashlib.sha256(content.encode("utf-8")).hexdigest() != image["digest"]:
                raise Fault("record_signature %s: the digest is not that of the content" % name[1])
    return latest


def check_export(members, latest):
    """Manifest, records and files are what the sealed export entry states."""
    manifest = read_json(take(members, "manifest.json"), "manifest.json")
    if not isinstance(manifest, dict) or canonical(manifest) != members["manifest.json"]:
        raise Fault("manifest.json is not in canonical form")
    entry = latest.get(("record_export", manifest.get("export")))
    if entry is None:
        raise Fault("manifest.json: the export entry is not in the bundle")
    row = entry["after"]
    installation = latest.get(("record_installation", manifest.get("installation")))
    if installation is None:
        raise Fault("manifest.json: the installation is not in the bundle")
    expected = {
        "format": "titer-bundle/1",
        "export": row["id"],
        "installation": installation["after"]["id"],
        "simulated": installation["after"]["simulated"],
        "demo": installation["after"]["demo"],
        "subject": {
            "record_type": row["subject_type"],
            "record_id": row["subject_id"],
            "title": row["title"],
        },
        "records": json.loads(row["records"]),
        "files": json.loads(row["files"]),
    }
    if manifest != expected:
        changed = sorted(k for k in set(expected) | set(manifest) if expected.get(k) != manifest.get(k))
        raise Fault("manifest.json: %s is not what the export entry states" % ", ".join(changed))
    listed = {(item["type"], item["id"]) for item in expected["records"]}
    for item in expected["records"]:
        found = latest.get((item["type"], item["id"]))
        if found is None or found["version"] != item["version"] or found["count"] != item["entries"]:
            raise Fault("%s %s: entries were left out or added" % (item["type"], item["id"]))
    extra = set(latest) - listed - {("record_export", row["id"])}
    extra = {name for name in extra if name[0] != "record_installation"}
    if extra:
        raise Fault("%s %s is not in the export entry's list" % sorted(extra)[0])
    names = {name[6:] for name in members if name.startswith("files/")}
    for name in sorted(names ^ set(expected["files"])):
        raise Fault("files/%s is missing, or is not in the export entry's list" % name)
    for name, stated in sorted(expected["files"].items()):
        if hashlib.sha256(members["files/" + name]).hexdigest() != stated:
            raise Fault("files/%s was altered: it has another digest than the export entry states" % name)
    strange = [name for name in members if not name.startswith("files/") and name not in MEMBERS]
    if strange:
        raise Fault("%s does not belong into a bundle" % strange[0])
    return manifest


MEMBERS = {
    "manifest.json",
    "ledger/entries.jsonl",
    "ledger/leaves.txt",
    "ledger/proof.bin",
    "ledger/checkpoint.txt",
    "ledger/keys.txt",
}


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Check a bundle that Titer exported.")
    parser.add_argument("bundle")
    parser.add_argument("--key", help="the ledger's public key, as you got it on another way")
    parser.add_argument("--witness", action="append", default=[], help="a witness' public key")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    try:
        with open(options.bundle, "rb") as file:
            data = file.read(LIMIT + 1)
    except OSError as error:
        print("The bundle cannot be read: %s" % error, file=sys.stderr)
        return 2
    try:
        if len(data) > LIMIT:
            raise Fault("the bundle is larger than %d bytes" % LIMIT)
        found = verify(data, options.key, options.witness)
    except Fault as fault:
        if options.json:
            print(json.dumps({"holds": False, "first_fault": str(fault)}))
        else:
            print("DOES NOT HOLD: %s." % fault)
        return 1
    if options.json:
        print(json.dumps({"holds": True, **found}, sort_keys=True))
        return 0
    signer = "signer and witness as you pinned them" if found["pinned"] else "consistent; signer not pinned"
    mark = " [DEMO]" if found["demo"] else " [SIMULATED]" if found["simulated"] else ""
    print(
        "HOLDS%s: %s - %d entries of %d records, %d signatures, %d files; tree of %d, root %s, sealed %s; %s."
        % (
            mark,
            found["subject"]["title"],
            found["entries"],
            found["records"],
            found["signatures"],
            found["files"],
            found["tree_size"],
            found["root"][:16],
            found["sealed"],
            signer,
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
