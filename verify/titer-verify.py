#!/usr/bin/env python3
"""Check a bundle that Titer exported, on a machine that has never seen Titer.

    python3 titer-verify.py BUNDLE.zip [--key NAME+HASH+KEY] [--witness NAME+HASH+KEY] [--json]

One file, Python 3.9 or newer, standard library only; it imports nothing of Titer and reaches no network.
What it shows, in this order:

 1. The archive is, byte for byte, the canonical archive of its members.
 2. Ledger and witness have signed the tree head (Ed25519, RFC 8032; C2SP signed-note and tlog-cosignature).
 3. Every entry in the bundle is a leaf of that tree (RFC 9162), and is in canonical form (RFC 8785).
 4. The entries of each record follow one from another, complete from its first version to the exported one.
 5. The bytes of each sealed segment of time series, and of each stored file (raw data, documents), have the
    SHA-256 that stands in an entry of their own, written when they were sealed or kept.
 6. The export entry, itself a leaf, lists just these records and files; each file has the digest it states.
 7. Each signature's digest is that of the content that was shown; the content names the record, the version and the
    meaning that the signature does, and the entry was written by the person whom the signature names.
 8. The keys that signed the head are those that entries of the ledger name. A key that followed on another was
    entered under it: a checkpoint that both have signed holds its entry, and its tree is the beginning of the head's.
 9. Times do not go back along the tree, except behind an entry that says that the clock was set.
10. The checkpoint that covered each entry first is there, as it was sealed, with its signatures: the head names all
    checkpoints before it.
11. A time-stamp token (RFC 3161) stamps this head: its imprint, and the digest of its content that was signed.
12. The seal of each PDF covers the whole file. That it holds (CMS, certificate) a PDF reader checks, e.g. pdfsig.

Where a pinned witness has not signed the head, the last checkpoint in the bundle that it signed says behind how many
entries what it has not seen, or has seen otherwise, begins. A ledger that was sealed anew from its first checkpoint
on has none: then only the witness' own notes can say where it leaves the one that the witness saw.

Where values of the subject's series were retired, since the time for which they are kept was over, the verdict says
so by the entries: which, how many, under which rule and when.

What it cannot show: that files/derived/ and the PDF were made from the rest without a mistake. The export
entry vouches for their bytes; Parquet cannot be read with the standard library, so an extract is not computed
again here. The values that the ledger vouches for are those in files/segments/.

Of a time-stamp token it does not check the authority's signature and certificates; `openssl ts -verify` does.

Without --key and --witness the keys in the bundle itself are used, and the verdict says that the signer is
not pinned: whoever made a forged bundle would have put his own keys in.
Exit status: 0 it holds, 1 it does not, 2 it could not be read.
"""

import argparse
import base64
import datetime
import functools
import gc
import hashlib
import json
import operator
import re
import struct
import sys
import zlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
LIMIT = 2 * 1024**3 - 1  # what an archive without the Zip64 extension can address


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


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(level):
    """The root over leaves of which none is missing, level by level; the odd one out goes up as it is."""
    sha256 = hashlib.sha256
    while len(level) > 1:
        odd = [level[-1]] if len(level) % 2 else []
        level = [sha256(b"\x01" + a + b).digest() for a, b in zip(level[0::2], level[1::2])] + odd
    return level[0]


def root_from(size, indices, leaves, proof):
    """The root of a tree of `size` leaves, from some leaves and the subtree hashes of all the others."""
    hashes = iter(proof)

    def walk(low, high, begin, end):
        if begin == end:
            found = next(hashes, None)
            if found is None:
                raise Fault("ledger/proof.bin: the proof is too short")
            return found
        if high - low == end - begin:
            return root_of(leaves[begin:end])
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


def no_float(text):
    raise Fault("a number with a fraction or exponent stands where only integers may: %s" % text[:40])


ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
DECODER = json.JSONDecoder(parse_float=no_float, parse_constant=no_float)


def canonical(value):
    """RFC 8785 for values without floats."""
    return ENCODER.encode(value).encode("utf-8")


def read_json(data, name):
    try:
        return DECODER.decode(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Fault("%s cannot be read: %s" % (name, error)) from None


LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s4B4H3I5H2I")
END = struct.Struct("<4s4H2IH")


def flags_of(raw):
    return 0 if raw.isascii() else 0x800


def read_archive(data):
    """The members of the archive, each header and the directory compared with the only form they may have.

    Returns:
        The members by name, and the names of those whose bytes do not have the checksum that the archive
        states: what stands in them says better what was touched, so that is looked at first.
    """
    members, damaged, directory = {}, [], []
    view, at, last = memoryview(data), 0, None
    while data[at : at + 4] == b"PK\x03\x04" and at + LOCAL.size <= len(data):
        _, _, _, _, _, _, crc, size, _, length, _ = LOCAL.unpack_from(data, at)
        begin = at + LOCAL.size + length
        raw = data[at + LOCAL.size : begin]
        name = raw.decode("utf-8", "replace")
        header = LOCAL.pack(b"PK\x03\x04", 20, flags_of(raw), 0, 0, 33, crc, size, size, length, 0)
        same(data, at, header, "the archive was touched in the header of %s" % name)
        if begin + size > len(data):
            raise Fault("the archive is cut off in %s, or its header was touched" % name)
        if last is not None and raw <= last:
            raise Fault("the archive's members are not in order: %s stands behind %s" % (name, last.decode()))
        if name.encode("utf-8") != raw:
            raise Fault("the archive was touched in the name of %s" % name)
        body = bytes(view[begin : begin + size])
        if zlib.crc32(body) != crc:
            damaged.append(name)
        members[name] = body
        parts = (b"PK\x01\x02", 20, 3, 20, 0, flags_of(raw), 0, 0, 33, crc, size, size, length)
        directory.append((name, CENTRAL.pack(*parts, 0, 0, 0, 0, 0o644 << 16, at) + raw))
        at, last = begin + size, raw
    if not members:
        raise Fault("this is no bundle: it does not begin with a member of an archive")
    start = at
    for name, expected in directory:
        if start == at and data[at : at + 4] != b"PK\x01\x02":
            where = (
                "the archive was touched behind %s, in the next header or at the beginning of its directory"
            )
            same(data, at, expected, where % last.decode("utf-8"))
        same(data, at, expected, "the archive was touched in its directory, or in the header of %s" % name)
        at += len(expected)
    end = END.pack(b"PK\x05\x06", 0, 0, len(directory), len(directory), at - start, start, 0)
    same(data, at, end, "the archive was touched in its last record, behind the directory")
    if len(data) != at + len(end):
        raise Fault("the archive goes on behind its end: bytes were added")
    return members, damaged


def same(data, at, expected, otherwise):
    found = data[at : at + len(expected)]
    if found != expected:
        pairs = enumerate(zip(found, expected))
        offset = next((i for i, (one, other) in pairs if one != other), len(found))
        cut = ": it is cut off" if offset == len(found) else ""
        raise Fault("%s (byte %d)%s" % (otherwise, at + offset, cut))


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
    collects = gc.isenabled()
    gc.disable()  # nothing here refers to itself, and looking for it takes a third of the time
    try:
        return verify_bytes(data, key, witnesses)
    finally:
        if collects:
            gc.enable()


def verify_bytes(data, key, witnesses):
    members, damaged = read_archive(data)
    try:
        found = check(members, key, witnesses)
    except Fault as fault:
        said = str(fault)
        if damaged and not said.startswith(damaged[0]):
            raise Fault("%s was altered; %s" % (damaged[0], said)) from None
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        where = "%s was altered; " % damaged[0] if damaged else ""
        raise Fault("%sthe bundle does not have the form of one: %r" % (where, error)) from None
    if damaged:
        raise Fault("%s was altered, or its checksum in the archive" % damaged[0])
    return found


def check(members, key, witnesses):
    """Head, entries, segments, files: everything but the archive's own form."""
    note = take(members, "ledger/checkpoint.txt").decode("utf-8", "replace")
    signed, _, signature_lines = note.rpartition("\n\n")
    rebuilt = signed + "\n\n" + "".join(line + "\n" for line in signature_lines.split("\n")[:-1])
    if rebuilt.encode() != members["ledger/checkpoint.txt"]:
        raise Fault("ledger/checkpoint.txt: stray bytes")
    own = bundle_keys(take(members, "ledger/keys.txt"))
    for what, keys in zip(("ledger", "witness"), own):
        if not keys:
            said = "ledger/keys.txt: no %s key" % what
            if what == "witness" and witnesses:
                name = witnesses[0].partition("+")[0]
                said += ", so no signature of the witness %s" % name + seen_by(members, witnesses[0], note)
            raise Fault(said)
        for one in keys:
            if not note_holds(note, one):
                said = "ledger/checkpoint.txt: no valid signature of the %s %s" % (what, one.partition("+")[0])
                raise Fault(said + (seen_by(members, one, note) if what == "witness" else ""))
    signers = [line.split(" ")[1] if line.count(" ") == 2 else "" for line in signature_lines.splitlines()]
    if sorted(signers) != sorted(one.partition("+")[0] for keys in own for one in keys):
        raise Fault("ledger/checkpoint.txt: the signature lines are not those of the keys")
    lines = note.split("\n")
    size, root = int(lines[1]), base64.b64decode(lines[2])
    entries, indices = read_entries(members, size, root)
    check_checkpoints(members, lines, entries, indices)
    check_times(entries)
    named = logged_keys(entries, indices)
    check_keys(members, named, (note, size, root), own, (key, list(witnesses)))
    stamps = check_stamps(members, signed + "\n")
    latest = follow(entries)
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in members.items()}
    kept = check_kept(members, latest, digests)
    manifest = check_export(members, entries, latest, digests)
    sealed = check_seals(members)
    retired = check_retired(latest)
    return {
        "entries": len(entries),
        "records": len(latest),
        "files": len(manifest["files"]),
        "segments": kept["files/segments/"],
        "contents": kept["files/content/"],
        "signatures": sum(1 for (kind, _) in latest if kind == "record_signature"),
        "sealed_documents": sealed,
        "tree_size": size,
        "root": root.hex(),
        "sealed": next((line[5:] for line in lines if line.startswith("time ")), ""),
        "subject": manifest["subject"],
        "simulated": manifest["simulated"],
        "demo": manifest["demo"],
        "pinned": bool(key) and bool(witnesses),
        "witnesses": [one.partition("+")[0] for one in own[1]],
        "stamped": stamps,
        "retired": retired,
    }


def bundle_keys(data):
    found = {"ledger": [], "witness": []}
    text = data.decode("utf-8", "replace")
    for line in text.splitlines():
        kind, _, value = line.partition(" ")
        if kind not in found or value in found[kind]:
            raise Fault("ledger/keys.txt: a line that is no key")
        found[kind].append(value)
    if not found["ledger"] or not text.endswith("\n") or text.count("\n") != sum(map(len, found.values())):
        raise Fault("ledger/keys.txt: no key of the ledger, or stray bytes")
    return found["ledger"], found["witness"]


def logged_keys(entries, indices):
    """Every key that an entry names: where, whose, and that entry's leaf; and those in force at the head."""
    logged, active = {}, {}
    for entry, leaf in zip(entries, indices):
        if entry.kind != "record_ledger_key":
            continue
        image = entry["after"] or entry["before"]
        if image["verifier"] not in logged:
            leaf_hash = hashlib.sha256(b"\0" + entry.line.encode("utf-8")).digest()
            logged[image["verifier"]] = (leaf, image["role"], image["name"], leaf_hash)
        if entry["after"] is None or image["until_size"] is not None:
            active.pop(image["verifier"], None)
        else:
            active[image["verifier"]] = image["role"]
    return logged, active


def check_keys(members, named, head, own, pinned):
    """Those who signed the head are in force there by the ledger's own entries, and follow on the pinned keys."""
    (logged, active), (note, size, root), (key, witnesses) = named, head, pinned
    ledger = [one for one, role in active.items() if role == "ledger"]
    for one in own[0] + own[1] if logged else []:
        if one not in active:
            raise Fault(
                "ledger/keys.txt: the key %s of %s signed the head, and no entry of the ledger names it as one"
                " in force"
                % (one.split("+")[1], one.partition("+")[0])
            )
    for one in ledger:
        if one not in own[0]:
            raise Fault("ledger/checkpoint.txt: no signature of the key %s" % one.split("+")[1])
    if key and key not in (logged or own[0]):
        raise Fault("ledger/keys.txt: the ledger's key is not the one that you pinned, nor follows on it")
    first = [one for one, found in logged.items() if found[1] == "ledger"][:1] or own[0]
    trusted = {key or first[0], *witnesses}
    follow_rotations(members, logged, trusted, size, root)
    if not trusted.intersection(own[0]):
        raise Fault("ledger/rotations.json: the key that signed the head does not follow on the one that you pinned")
    for one in witnesses:
        name = one.partition("+")[0]
        after = [k for k in own[1] if k in trusted and k.partition("+")[0] == name]
        if not any(note_holds(note, k) for k in [one] + after):
            said = "ledger/checkpoint.txt: no valid signature of the witness %s" % name
            raise Fault(said + seen_by(members, one, note))


def seen_by(members, witness, head):
    """Up to which entry a witness that has not signed the head has seen its ledger, as far as the bundle says."""
    name, lines = "ledger/seen.json", head.split("\n")
    size, root = int(lines[1]), base64.b64decode(lines[2])
    listed = read_json(members[name], name) if name in members else []
    if name in members and canonical(listed) != members[name]:
        raise Fault("%s is not in canonical form" % name)
    signed = next((item for item in listed if note_holds(item["checkpoint"], witness)), None)
    if signed is None:
        return (
            ", and the bundle holds no checkpoint that it signed: from which entry on this is another ledger than the"
            " witness saw, only its own notes can say, beside which `titer verify` names it"
        )
    lines = signed["checkpoint"].split("\n")
    seen, proof = int(lines[1]), [bytes.fromhex(step) for step in signed["consistency"]]
    if not consistent(seen, size, base64.b64decode(lines[2]), root, proof):
        return ". It signed another ledger: the first entry that differs is among the first %d" % seen
    indices = read_leaves(take(members, "ledger/leaves.txt"))[0]
    line = next((place for place, index in enumerate(indices) if index >= seen), None)
    first = ""
    if line is not None:
        body = members.get("ledger/entries.jsonl", b"").split(b"\n")[line : line + 1]
        named = (line + 1, called_in(b"".join(body)))
        first = "; here the first of them is ledger/entries.jsonl line %d (%s)" % named
    return (
        ". It signed the checkpoint over %d entries, with which this ledger begins: what it has not seen, or has"
        " seen otherwise, is among the entries behind%s" % (seen, first)
    )


def follow_rotations(members, logged, trusted, size, root):
    """From a trusted key to each that was entered under it."""
    name = "ledger/rotations.json"
    if name not in members:
        return
    listed = read_json(members[name], name)
    if not isinstance(listed, list) or canonical(listed) != members[name] or not listed:
        raise Fault("%s is not in canonical form" % name)
    for item in listed:
        if set(item) != {"verifier", "leaf", "checkpoint", "inclusion", "consistency"}:
            raise Fault("%s: an item has other fields" % name)
        key, leaf, note = item["verifier"], item["leaf"], item["checkpoint"]
        if key not in logged or logged[key][0] != leaf:
            raise Fault("%s: no entry at this place of the ledger names the key %s" % (name, key[:80]))
        before = [one for one in logged if one != key and logged[one][1:3] == logged[key][1:3]]
        if not note_holds(note, key) or not any(note_holds(note, one) for one in before):
            raise Fault("%s: the checkpoint is not signed by the key %s and one before it" % (name, key[:80]))
        lines = note.split("\n")
        old_size, old_root = int(lines[1]), base64.b64decode(lines[2])
        inclusion, consistency = ([bytes.fromhex(step) for step in item[k]] for k in ("inclusion", "consistency"))
        if not consistent(old_size, size, old_root, root, consistency):
            raise Fault("%s: the checkpoint over %d entries is of another ledger than the head" % (name, old_size))
        if not included(logged[key][3], leaf, old_size, inclusion, old_root):
            raise Fault("%s: the checkpoint over %d entries does not hold the key's entry" % (name, old_size))
        if any(one in trusted and note_holds(note, one) for one in before):
            trusted.add(key)


def included(leaf, index, size, path, root):
    """RFC 9162, section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    fn, sn, node = index, size - 1, leaf
    for step in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            node = node_hash(step, node)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = node_hash(node, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and node == root


def consistent(first, second, first_root, second_root, path):
    """RFC 9162, section 2.1.4.2."""
    if first == second:
        return first_root == second_root and not path
    if not 0 < first < second or not path:
        return False
    steps = ([first_root] if first & (first - 1) == 0 else []) + path
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = steps[0]
    for step in steps[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(step, fr), node_hash(step, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == first_root and sr == second_root


def before_of(lines, name):
    """How many checkpoints came before one, how many entries the last of them covers, and the root over all."""
    line = next((one for one in lines[3:] if one.startswith("before ")), "")
    parts = line.split(" ")
    try:
        return int(parts[1]), int(parts[2]), base64.b64decode(parts[3], validate=True)
    except (IndexError, ValueError):
        raise Fault("%s does not say which checkpoint came before it" % name) from None


def check_checkpoints(members, head, entries, indices):
    """The checkpoints that covered the entries first are those that were sealed: the head names all before it."""
    name = "ledger/checkpoints.json"
    listed = read_json(take(members, name), name)
    if not isinstance(listed, dict) or set(listed) != {"checkpoints", "proof"} or canonical(listed) != members[name]:
        raise Fault("%s is not in canonical form" % name)
    numbers, leaves, spans = [], [], []
    for place, item in enumerate(listed["checkpoints"], start=1):
        if set(item) != {"leaf", "note"}:
            raise Fault("%s: an item has other fields" % name)
        lines = item["note"].split("\n")
        leaves.append(hashlib.sha256(b"\0" + item["note"].encode("utf-8")).digest())
        if leaves[-1].hex() != item["leaf"]:
            raise Fault(
                "%s: the checkpoint on place %d (over %s entries) was altered, or a signature was taken off it or put"
                " on it" % (name, place, lines[1][:20])
            )
        number, earlier, _ = before_of(lines, "%s, place %d" % (name, place))
        if (numbers and number <= numbers[-1]) or not earlier < int(lines[1]):
            raise Fault("%s: the checkpoint on place %d was moved, or stands there twice" % (name, place))
        numbers.append(number)
        spans.append((earlier, int(lines[1])))
    count, earlier, root = before_of(head, "ledger/checkpoint.txt")
    spans.append((earlier, int(head[1])))
    at = 0
    for line, (index, entry) in enumerate(zip(indices, entries), start=1):
        while spans[at][1] <= index:
            at += 1
        if spans[at][0] > index:
            raise Fault(
                "%s: a checkpoint was removed that covered ledger/entries.jsonl line %d (%s): the one over %d"
                " entries, or one before it" % (name, line, called(entry), spans[at][0])
            )
    if numbers and numbers[-1] >= count:
        raise Fault("%s: the head names %d checkpoints before it, and not the last of these" % (name, count))
    try:
        steps = [bytes.fromhex(step) for step in listed["proof"]]
        empty = hashlib.sha256(b"").digest() if not steps else None
        found = root_from(count, numbers, leaves, steps) if count else empty
    except Fault:
        found = None
    if found != root:
        raise Fault("%s was altered: these are not the checkpoints that the head names" % name)


SLACK_S = 120  # an action may be that old when it is committed


def check_times(entries):
    """Along the tree times do not go back, except behind an entry that says that the clock was set."""
    latest = ""
    for line, entry in enumerate(entries, start=1):
        at = entry.time
        if at >= latest or entry.kind == "record_clock_step":
            latest = at
        elif seconds_of(latest) - seconds_of(at) > SLACK_S:
            raise Fault(
                "ledger/entries.jsonl line %d (%s, version %s) is back-dated: it says %s, and stands behind an entry"
                " of %s" % (line, called(entry), entry.version, at, latest)
            )


def seconds_of(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()


# --- Time-stamp tokens (RFC 3161): as much of DER as they need ----------------------------------------------------

SHA = {"608648016503040201": "sha256", "608648016503040202": "sha384", "608648016503040203": "sha512"}
MESSAGE_DIGEST = "2a864886f70d010904"
STAMP = re.compile(r"ledger/timestamp\.([^/+ ]+)\.tst")


def der(data):
    """The elements in some DER: (tag, content)."""
    found, at = [], 0
    while at < len(data):
        length, begin = data[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            length, begin = int.from_bytes(data[begin : begin + count], "big"), begin + count
        if begin + length > len(data):
            raise ValueError("an element is cut off")
        found.append((data[at], data[begin : begin + length]))
        at = begin + length
    return found


def check_stamps(members, text):
    """The time that each token states, by the authority's name; its signature and certificates are not checked."""
    stamps = {}
    for name in sorted(members):
        match = STAMP.fullmatch(name)
        if match is None:
            continue
        try:
            stated = stamped_at(members[name], text.encode("utf-8"))
        except (ValueError, IndexError, KeyError, StopIteration) as error:
            raise Fault("%s was altered: it is no time-stamp token (%r)" % (name, error)) from None
        if stated is None:
            raise Fault("%s was altered, or stamps another head" % name)
        stamps[match.group(1)] = stated
    return stamps


def stamped_at(token, text):
    """The time of a token over the text; None if it stamps something else, or its content was altered."""
    (outer,) = der(token)
    signed = der(der(der(outer[1])[1][1])[0][1])
    raw = der(der(signed[2][1])[1][1])[0][1]
    info = der(der(raw)[0][1])
    algorithm, imprint = der(info[2][1])
    if hashlib.new(SHA[der(algorithm[1])[0][1].hex()], text).digest() != imprint[1]:
        return None
    (signer,) = der(signed[-1][1])
    fields = der(signer[1])
    digest = SHA[der(fields[2][1])[0][1].hex()]
    attributes = next(content for tag, content in fields if tag == 0xA0)
    for _, attribute in der(attributes):
        kind, values = der(attribute)
        if kind[1].hex() == MESSAGE_DIGEST:
            same_content = der(values[1])[0][1] == hashlib.new(digest, raw).digest()
            return info[4][1].decode("ascii") if same_content else None
    return None


def read_entries(members, size, root):
    """The entries, after each was shown to be a canonical leaf of the tree."""
    text = take(members, "ledger/entries.jsonl")
    bodies = text.split(b"\n")
    if bodies.pop() != b"":
        raise Fault("ledger/entries.jsonl: the last line is cut off")
    indices, stated = read_leaves(take(members, "ledger/leaves.txt"))
    proof = take(members, "ledger/proof.bin")
    steps = [proof[i : i + 32] for i in range(0, len(proof), 32)]
    sha256 = hashlib.sha256
    leaves = [sha256(b"\x00" + body).digest() for body in bodies]
    if leaves != stated:
        raise Fault(first_altered(bodies, leaves, indices, stated, size, root, steps))
    if not indices or indices[-1] >= size or len(proof) % 32:
        raise Fault("ledger/proof.bin or ledger/leaves.txt does not fit the tree")
    entries = parse_entries(text, bodies)
    try:
        given = root_from(size, indices, leaves, steps)
    except Fault:
        cut_off(members, bodies, indices)
        raise
    if given != root:
        cut_off(members, bodies, indices)
        follow(entries)
        raise Fault(
            "ledger/proof.bin or ledger/leaves.txt was altered, or entries together with them: what they give"
            " is not the root that was signed"
        )
    return entries, indices


def cut_off(members, bodies, indices):
    """Name the first line that is gone, where entries were removed at the end together with their hashes.

    What a bundle ends with is the entry of its export, which the manifest names.
    """
    found = EXPORT.match(members.get("manifest.json", b""))
    made = found and b'"record_id":"%s","record_type":"record_export"' % found.group(1)
    if made and not any(made in body for body in bodies):
        raise Fault(
            "ledger/entries.jsonl line %d is missing: the lines end with leaf %d, before the entry of the export"
            " %s, and ledger/proof.bin does not give the root that was signed"
            % (len(bodies) + 1, indices[-1], found.group(1).decode("utf-8", "replace"))
        )


class Entry:
    """An entry: what is looked at of each, taken out of its text; the rest is read when it is asked for.

    `before` and `after` are the images' canonical texts, so that equal texts are equal images.
    """

    __slots__ = ("after", "before", "count", "kind", "line", "name", "time", "version", "whole")

    def __init__(self, line, kind, name, version, time, before, after, whole=None):
        self.line = line
        self.kind = kind
        self.name = name
        self.version = version
        self.time = time
        self.before = before
        self.after = after
        self.whole = whole
        self.count = 0

    def __getitem__(self, field):
        if self.whole is None:
            self.whole = DECODER.decode(self.line)
        return self.whole[field]


def parse_entries(text, bodies):
    """The entries, each shown to be the canonical spelling of itself."""
    try:
        lines = text.decode("utf-8").split("\n")
        lines.pop()
    except ValueError:
        lines = [None] * len(bodies)  # one of them is no text: which it is, is said below
    if len(text.translate(None, CONTROLS)) < len(text):
        lines = [None] * len(bodies)  # no canonical text has such characters
    entries, shapes = [], {}
    for number, (line, body) in enumerate(zip(lines, bodies), start=1):
        entry = by_shape(line, shapes) if line is not None and len(line) < LONG else None
        if entry is None:
            try:
                known = read_json(body, "entry")
                text = ENCODER.encode(known)
                if text.encode("utf-8") != body or not isinstance(known["record_type"], str):
                    raise ValueError
            except (Fault, KeyError, TypeError, ValueError, RecursionError):
                raise Fault(
                    "ledger/entries.jsonl line %d: the entry was altered (it is not canonical)" % number
                ) from None
            images = [ENCODER.encode(known.get(field)) for field in ("before", "after")]
            fields = [known.get(field) for field in ("record_type", "record_id", "version", "time")]
            entry = Entry(text, *fields, *images, known)
            if len(text) < LONG:
                learn(text, shapes)
        entries.append(entry)
    return entries


# Most entries have the shape of one before them: the same keys and structure, and other values. A line of a shape
# that was shown to be canonical is canonical itself if its strings and numbers are. So that is all that is looked at,
# which takes a quarter of the time of reading each and spelling it again.
LONG = 1 << 16
STRING = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"')
ESCAPES = re.compile(r'(?:[^\\]|\\["\\bfnrt]|\\u00(?:0[0-7bef]|1[0-9a-f]))*')
CONTROLS = bytes(one for one in range(0x20) if one != 0x0A)
# A number in its canonical form becomes 0, which is one; any other stays, and makes a shape of its own.
NUMBER = re.compile("(?<![-0-9])(?:-?[1-9][0-9]{0,17}|0)(?![0-9])")


def parts_of(line):
    """What stands between the strings, at even places, and the strings, at odd ones; None if one is not canonical."""
    if "\\" not in line:
        return line.split('"')
    parts = STRING.split(line)
    if not all("\\" not in part or ESCAPES.fullmatch(part) for part in parts[1::2]):
        return None
    return parts


def by_shape(line, shapes):
    """The entry on a line of a known shape; None if it is none, or not canonical."""
    parts = parts_of(line)
    if parts is None or len(parts) < 5:
        return None
    for shape in shapes.get((len(parts), parts[-4]), ()):
        of_fixed, fixed, numbers, (kind, name, version, time, before, after) = shape
        if of_fixed(parts) == fixed and all(normal(parts[place]) == known for place, known in numbers):
            return Entry(
                line,
                parts[kind],
                parts[name],
                int(parts[version][1:-1]),
                parts[time],
                '"'.join(parts[before])[1:-1],
                '"'.join(parts[after])[1:-1],
            )
    return None


@functools.lru_cache(maxsize=4096)
def normal(part):
    """What stands between two strings, with each canonical number as 0."""
    return NUMBER.sub("0", part)


def learn(line, shapes):
    """Take the shape of a line that is canonical: what is fixed in it, and where that stands which is needed."""
    parts = parts_of(line)
    if parts is None or len(parts) < 5:
        return
    depth, keys, own = 0, [], {}
    for place in range(1, len(parts), 2):
        depth += sum((one in "{[") - (one in "}]") for one in parts[place - 1])
        if parts[place + 1].startswith(":"):
            keys.append(place)
            if depth == 1:
                own[parts[place]] = place
    ends = dict(zip(own, [*list(own.values())[1:], len(parts)]))
    plain = all(own.get(field) and parts[own[field] + 1] == ":" for field in ("record_type", "record_id", "time"))
    if not plain or not {"before", "after"} <= set(own) or list(own)[-1] != "version":
        return
    if not re.fullmatch(":[1-9][0-9]*}", parts[own["version"] + 1]):
        return
    between = range(0, len(parts), 2)
    numbers = [(place, normal(parts[place])) for place in between if any(map(str.isdigit, parts[place]))]
    varying = {place for place, _ in numbers}
    places = sorted([*keys, *(place for place in between if place not in varying)])
    of_fixed = operator.itemgetter(*places)
    kind, name, time = (own[field] + 2 for field in ("record_type", "record_id", "time"))
    images = [slice(own[field] + 1, ends[field]) for field in ("before", "after")]
    wanted = (kind, name, own["version"] + 1, time, *images)
    shapes.setdefault((len(parts), parts[-4]), []).append((of_fixed, of_fixed(parts), numbers, wanted))


LEAVES = re.compile(rb"(?:(?:0|[1-9][0-9]{0,17}) [0-9a-f]{64}\n)*")


def read_leaves(text):
    """The place in the tree of each entry, and the hash that it had there."""
    if LEAVES.fullmatch(text):
        words = text.split()
        indices = [int(word) for word in words[0::2]]
        if all(a < b for a, b in zip(indices, indices[1:])):
            return indices, [bytes.fromhex(word.decode("ascii")) for word in words[1::2]]
    indices, stated = [], []
    lines = text.split(b"\n")
    if lines.pop() != b"":
        raise Fault("ledger/leaves.txt: the last line is cut off")
    for number, line in enumerate(lines, start=1):
        index, _, leaf = line.partition(b" ")
        try:
            place, value = int(index), bytes.fromhex(leaf.decode("ascii"))
        except ValueError:
            place, value = -1, b""
        if b"%d %s" % (place, value.hex().encode()) != line or len(value) != 32:
            raise Fault("ledger/leaves.txt line %d was altered: it is no place and hash" % number)
        if place < 0 or (indices and place <= indices[-1]):
            raise Fault("ledger/leaves.txt line %d was altered or moved: the places do not ascend" % number)
        indices.append(place)
        stated.append(value)
    return indices, stated


def first_altered(bodies, leaves, indices, stated, size, root, steps):
    """Say which entry, or which line of the leaves, is not the one that was sealed."""
    pairs = enumerate(zip(leaves, stated), start=1)
    line = next((n for n, (one, other) in pairs if one != other), min(len(leaves), len(stated)) + 1)
    if len(leaves) == len(stated):
        try:
            if root_from(size, indices, leaves, steps) == root:
                return "ledger/leaves.txt line %d was altered: the entry is the one that was sealed" % line
        except Fault:
            pass  # the proof does not fit either; the entry is named
    if line > len(bodies):
        return "ledger/entries.jsonl: %d entries were removed at the end" % (len(stated) - len(bodies))
    if line > len(stated):
        return "ledger/entries.jsonl line %d: an entry was added that was never sealed" % line
    what = "was altered"
    if stated[line - 1] in leaves:
        what = "was moved, or others were put in before it"
    elif leaves[line - 1] in stated:
        what = "does not belong here: the entry before it was removed"
    return "ledger/entries.jsonl line %d (%s) %s: its bytes are not those that were sealed" % (
        line,
        called_in(bodies[line - 1]),
        what,
    )


def called_in(body):
    """What the entry on a line is about, as far as the line can still be read."""
    try:
        entry = read_json(body, "entry")
        return "%s, version %s" % (called(entry), entry["version"])
    except (Fault, KeyError, TypeError, AttributeError):
        return "which cannot be read any more"


def called(entry):
    """A record by the name that people know it by: its number, code or title, then type and id."""
    image = entry["after"] or entry["before"] or {}
    known = (image.get(field) for field in NAMED_BY)
    name = next((value for value in known if isinstance(value, str) and value), "")
    return "%s%s %s" % (name[:80] + ", " if name else "", entry["record_type"], entry["record_id"])


NAMED_BY = ("number", "code", "tag", "lot_number", "file_name", "path", "name", "title")


def follow(entries):
    """Each record's entries follow one from another, from its first version on."""
    latest = {}
    for entry in entries:
        name = (entry.kind, entry.name)
        before = latest.get(name)
        if before is None:
            version, image, count = 0, "null", 0
        else:
            version, image, count = before.version, before.after, before.count
        if entry.version != version + 1 or entry.before != image:
            raise Fault(
                "%s: version %s does not follow from the version before it; an entry was removed, put in or"
                " altered" % (called(entry), entry.version)
            )
        entry.count = count + 1
        latest[name] = entry
        if entry.kind == "record_signature":
            check_signature(entry.name, entry)
    return latest


def check_signature(number, entry):
    """A signature is bound to the record that was shown, and its entry was written by the person whom it names."""
    image, actor = entry["after"], entry["actor"]
    if image is None or entry["before"] is not None:
        raise Fault("record_signature %s was changed or deleted; a signature never is" % number)
    if hashlib.sha256(image["content"].encode("utf-8")).hexdigest() != image["digest"]:
        raise Fault("record_signature %s: the digest is not that of the content" % number)
    content = read_json(image["content"].encode("utf-8"), "record_signature %s" % number)
    for field in ("record_type", "record_id", "record_version", "meaning", "title"):
        if content[field] != image[field]:
            raise Fault(
                "record_signature %s was copied or altered: what was shown names the %s %s, the signature %s"
                % (number, field.replace("_", " "), content[field], image[field])
            )
    if actor["kind"] != "person" or actor["id"] != image["person_id"]:
        raise Fault(
            "record_signature %s was not written by the person whom it names, but by %s %s"
            % (number, actor["kind"], actor["name"])
        )


KEPT = {
    "files/segments/": ("historian_segment", "sealed segment of time series"),
    "files/content/": ("record_content", "stored file"),
}


def check_kept(members, latest, digests):
    """Segments and stored files have the digest that an entry of their own holds since they were sealed.

    Returns:
        How many of each there are, by the folder that they lie in.
    """
    known = {kind: {} for kind, _ in KEPT.values()}
    for (kind, _), entry in latest.items():
        if kind not in known or entry.after == "null":
            continue
        image = entry["after"]
        path = image["path"] if kind == "historian_segment" else "content/" + image["digest"]
        known[kind]["files/" + path] = entry
    count = dict.fromkeys(KEPT, 0)
    for name in sorted(members):
        folder = next((one for one in KEPT if name.startswith(one)), None)
        if folder is None:
            continue
        kind, words = KEPT[folder]
        entry = known[kind].get(name)
        if entry is None:
            raise Fault("%s: no entry of the ledger knows this %s" % (name, words))
        if digests[name] != entry["after"]["digest"] or len(members[name]) != entry["after"]["size"]:
            raise Fault(
                "%s was altered: this %s has the SHA-256 %s..., its entry in the ledger (%s) says %s..."
                % (name, words, digests[name][:16], called(entry), entry["after"]["digest"][:16])
            )
        count[folder] += 1
    return count


def check_retired(latest):
    """The sealed segments of which the entries say that they were retired: their values are kept no longer.

    Returns:
        One item for each, the oldest first: when its values are of, how many, under which rule it went, and when.
    """
    segments = {}
    for (kind, _), entry in latest.items():
        if kind == "historian_segment" and entry.after != "null":
            segments[entry["after"]["digest"]] = entry["after"]
    found = []
    for (kind, number), entry in latest.items():
        if kind != "historian_retired" or entry.after == "null":
            continue
        image = entry["after"]
        if image["digest"] not in segments:
            raise Fault("historian_retired %s: the entry of the segment is not in the bundle" % number)
        segment = segments[image["digest"]]
        found.append(
            {
                "segment": image["digest"],
                "from": instant(segment["start_us"]),
                "to": instant(segment["end_us"]),
                "rows": segment["row_count"],
                "rule": "%s (%d years, %s)" % (image["retention"], image["years"], image["basis"]),
                "retired": entry.time,
            }
        )
    return sorted(found, key=lambda one: (one["from"], one["segment"]))


def instant(microseconds):
    """Microseconds since 1970 as text; a clock may have told any time at all."""
    try:
        begin = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        return (begin + datetime.timedelta(microseconds=microseconds)).isoformat()
    except OverflowError:
        return "%d us" % microseconds


EXPORT = re.compile(rb'\{"demo":(?:true|false),"export":"([^"\\]*)"')


def statement(row, installation):
    """What the manifest must say by the export entry and the installation's."""
    return {
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
        "records": DECODER.decode(row["records"]),
        "files": DECODER.decode(row["files"]),
    }


def stated_by(entry, latest, text):
    """The manifest, if its text is made of the export entry's own; None if it is not, or that is not seen at once."""
    row = entry["after"]
    for (kind, _), installation in latest.items():
        if kind == "record_installation" and installation.after != "null":
            told = statement(row, installation)
            words = {name: ENCODER.encode(value) for name, value in told.items() if name not in ("records", "files")}
            words.update(records=row["records"], files=row["files"])
            made = ",".join('"%s":%s' % pair for pair in sorted(words.items()))
            return told if ("{%s}" % made).encode("utf-8") == text else None
    return None


LATER = ("record_ledger_key", "record_clock_step")


def at_export(entries, latest, export):
    """Each record as the export entry may list it: of keys and steps of the clock, what stands before that entry.

    What was entered about them between it and the head goes along, since checking the head needs it.
    """
    before, behind, passed = {}, set(), False
    for entry in entries:
        if entry.kind in LATER:
            name = (entry.kind, entry.name)
            if passed:
                behind.add(name)
            else:
                before[name] = (entry.version, entry.count)
        passed = passed or entry is export
    listable = {name: (entry.version, entry.count) for name, entry in latest.items() if name not in behind}
    listable.update({name: before[name] for name in behind if name in before})
    return listable


def check_export(members, entries, latest, digests):
    """Manifest, records and files are what the sealed export entry states."""
    text = take(members, "manifest.json")
    found = EXPORT.match(text)
    entry = latest.get(("record_export", found.group(1).decode("utf-8", "replace"))) if found else None
    manifest = stated_by(entry, latest, text) if entry is not None and entry.after != "null" else None
    if manifest is None:
        manifest = read_json(text, "manifest.json")
        if not isinstance(manifest, dict) or canonical(manifest) != text:
            raise Fault("manifest.json is not in canonical form")
        entry = latest.get(("record_export", manifest.get("export")))
    if entry is None:
        raise Fault("manifest.json: the export entry is not in the bundle")
    row = entry["after"]
    installation = latest.get(("record_installation", manifest.get("installation")))
    if installation is None:
        raise Fault("manifest.json: the installation is not in the bundle")
    expected = statement(row, installation)
    if manifest != expected:
        changed = sorted(k for k in set(expected) | set(manifest) if expected.get(k) != manifest.get(k))
        raise Fault("manifest.json: %s is not what the export entry states" % ", ".join(changed))
    for (kind, number), entry in latest.items():
        if kind == "record_signature" and entry["after"]["robot"] and not installation["after"]["simulated"]:
            raise Fault(
                "record_signature %s: a robot signed it, and the installation is not simulated" % number
            )
    listed = {(item["type"], item["id"]) for item in expected["records"]}
    listable = at_export(entries, latest, latest["record_export", row["id"]])
    for item in expected["records"]:
        name = (item["type"], item["id"])
        if listable.get(name) != (item["version"], item["entries"]):
            who = called(latest[name]) if name in latest else "%s %s" % name
            raise Fault("%s: entries were left out or added" % who)
    extra = set(listable) - listed - {("record_export", row["id"])}
    extra = {name for name in extra if name[0] != "record_installation"}
    if extra:
        raise Fault("%s %s is not in the export entry's list" % sorted(extra)[0])
    names = {name[6:] for name in members if name.startswith("files/")}
    for name in sorted(names ^ set(expected["files"])):
        raise Fault("files/%s is missing, or is not in the export entry's list" % name)
    for name, stated in sorted(expected["files"].items()):
        if digests["files/" + name] != stated:
            raise Fault("files/%s was altered: it has another digest than the export entry states" % name)
    strange = [
        name
        for name in members
        if not name.startswith("files/") and name not in MEMBERS and not STAMP.fullmatch(name)
    ]
    if strange:
        raise Fault("%s does not belong into a bundle" % strange[0])
    return manifest


RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


def check_seals(members):
    """The seal of a PDF covers the whole file: its byte range leaves out nothing but the signature itself.

    Returns:
        How many PDFs beside the stored files bear one.
    """
    sealed = 0
    for name in sorted(members):
        data = members[name]
        if not name.startswith("files/") or name.startswith("files/content/") or data[:5] != b"%PDF-":
            continue
        found = [tuple(map(int, one.groups())) for one in RANGE.finditer(data)]
        if not found:
            continue
        begin, length, again, rest = found[-1]
        hole = data[begin + length : again]
        if (begin, again + rest) != (0, len(data)) or not re.fullmatch(rb"<[0-9A-Fa-f]+>", hole):
            raise Fault("%s: its seal does not cover the whole file" % name)
        sealed += 1
    return sealed


MEMBERS = {
    "manifest.json",
    "ledger/entries.jsonl",
    "ledger/leaves.txt",
    "ledger/proof.bin",
    "ledger/checkpoint.txt",
    "ledger/checkpoints.json",
    "ledger/keys.txt",
    "ledger/rotations.json",
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
    for name, at in sorted(found["stamped"].items()):
        signer += "; stamped by %s at %s (whose signature is not checked here)" % (name, at)
    mark = " [DEMO]" if found["demo"] else " [SIMULATED]" if found["simulated"] else ""
    print(
        "HOLDS%s: %s - %d entries of %d records, %d signatures, %d files (%d sealed segments, %d stored files, %d"
        " sealed documents);"
        " tree of %d, root %s, sealed %s; %s."
        % (
            mark,
            found["subject"]["title"],
            found["entries"],
            found["records"],
            found["signatures"],
            found["files"],
            found["segments"],
            found["contents"],
            found["sealed_documents"],
            found["tree_size"],
            found["root"][:16],
            found["sealed"],
            signer,
        )
    )
    if found["retired"]:
        print(
            "NOT WHOLE: values of its series were retired, and are kept no longer: %d sealed segments with %d values,"
            " %s to %s, under %s; the last of them on %s."
            % (
                len(found["retired"]),
                sum(one["rows"] for one in found["retired"]),
                found["retired"][0]["from"],
                max(one["to"] for one in found["retired"]),
                "; ".join(sorted({one["rule"] for one in found["retired"]})),
                max(one["retired"] for one in found["retired"])[:10],
            )
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
