"""How a signature stands: in force, void after a change of what was signed, or broken (21 CFR 11.70; Annex 11 s. 14).

A signature is bound to what was shown. So it is void when what would be shown now is no longer what was signed, and
says which fields changed and since which version; it stays attached to the version that it was given for. Fields that
tell where a record stands, and those that a signature itself carried out, are no change (docs/decisions/0015).

A signature is broken when it is not the one that was given: copied to another record, altered, or written by somebody
who is not the person it names. Its row bears a keyed digest under a key that lies outside the database, so that the
owner of the database cannot write one.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.canonical import canonical, digest
from titer.base.clock import iso
from titer.base.errors import TiterError
from titer.record.actions import SignatureMeaning
from titer.record.model import Base, LedgerEntry, LedgerLeaf, Regulated, Signature

if TYPE_CHECKING:
    from titer.record.service import Record

IN_FORCE, VOID, BROKEN = "in_force", "void", "broken"
LIVES_ON = frozenset({"state", "version", "recorded_at", "process_at", "signature_id"})
"""Fields that tell where a record stands, or which version it is, and nothing of what it says."""
_NAMED_BY = ("test", "number", "tag", "id", "name", "key", "code")
_BOUND = (
    "id",
    "record_type",
    "record_id",
    "record_version",
    "meaning",
    "title",
    "digest",
    "reason",
    "person_id",
    "printed_name",
    "robot",
    "session_id",
    "time_zone",
)


@dataclass(frozen=True)
class Validity:
    """How a signature stands now.

    Args:
        state: in_force, void or broken.
        why: what changed, or what is not right; empty if it is in force.
        changed: the fields of what was signed that are others now.
        version_now: of the record; 0 if it is gone.
    """

    state: str
    why: str = ""
    changed: tuple[str, ...] = ()
    version_now: int = 0


def bound(signature: Signature) -> dict[str, object]:
    """What the keyed digest of a signature covers: all of it, the content by its digest."""
    return {
        "kind": Signature.__tablename__,
        "signed_at": iso(signature.signed_at),
        **{name: getattr(signature, name) for name in _BOUND},
    }


def validity(record: Record, session: Session, signature: Signature) -> Validity:
    """How a signature stands now.

    Args:
        record: whose meanings and key are asked.
        session: an open one.
        signature: the signature.
    """
    version = version_of(session, signature.record_type, signature.record_id)
    fault = broken(record, session, signature)
    if fault is not None:
        return Validity(BROKEN, fault, version_now=version)
    what = record.meanings.get((signature.record_type, signature.meaning))
    if what is None:
        return Validity(VOID, "Nothing here says any more what this signature meant.", version_now=version)
    if not version:
        return Validity(VOID, "The record that was signed is gone.")
    signed = json.loads(canonical(signature.content))
    try:
        now = json.loads(canonical(what.content(session, signature.record_id, signed["data"])))
    except TiterError as error:
        return Validity(VOID, f"What was signed cannot be shown any more: {error}", version_now=version)
    changed = differences(signed["shown"], now, what, _carried(what, signed["data"]))
    if not changed:
        return Validity(IN_FORCE, version_now=version)
    return Validity(
        VOID,
        f"Signed for version {signature.record_version}; void for version {version}, in which "
        f"{', '.join(changed)} {'is' if len(changed) == 1 else 'are'} no longer what was signed.",
        tuple(changed),
        version,
    )


def version_of(session: Session, record_type: str, record_id: str) -> int:
    """The version of a record now; 0 if there is no such record."""
    for mapper in Base.registry.mappers:
        kind = mapper.class_
        if kind.__tablename__ == record_type and issubclass(kind, Regulated):
            row = session.get(kind, record_id)
            return row.version if row is not None else 0
    return 0


def differences(signed: Any, now: Any, what: SignatureMeaning, carried: Mapping[str, Any]) -> list[str]:
    """The fields of what was signed that are others now, as paths; empty if nothing of it changed.

    Args:
        signed: what was shown.
        now: what would be shown now, as plain data.
        what: says which fields live on, are filled in later, or are lists that grow.
        carried: the values that the signature itself gave to fields, by their names.
    """

    def walk(path: str, name: str, one: Any, other: Any) -> Iterator[str]:
        if one == other or name in LIVES_ON or name in what.later:
            return
        if one is None and name in what.filled:
            return
        if isinstance(one, dict) and isinstance(other, dict):
            for key in sorted({*one, *other}):
                yield from walk(f"{path}.{key}" if path else key, key, one.get(key), other.get(key))
        elif isinstance(one, list) and isinstance(other, list) and name in what.grows:
            for index, row in enumerate(one):
                partner = _partner(row, other)
                if partner is not None:
                    yield from walk(f"{path}[{index}]", "", row, partner)
                elif not _was_blank(row, what):
                    yield f"{path}[{index}]"
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            for index, (row, partner) in enumerate(zip(one, other, strict=True)):
                yield from walk(f"{path}[{index}]", "", row, partner)
        elif name not in carried or _trimmed(other) != _trimmed(carried[name]):
            yield path

    return list(walk("", "", signed, now))


def _partner(row: Any, among: list[Any]) -> Any:
    """The row of a list that is about the same thing; None if there is none."""
    if not isinstance(row, dict):
        return next((one for one in among if one == row), None)
    name = next((field for field in _NAMED_BY if row.get(field) is not None), None)
    if name is None:
        return next((one for one in among if one == row), None)
    return next((one for one in among if isinstance(one, dict) and one.get(name) == row[name]), None)


def _was_blank(row: Any, what: SignatureMeaning) -> bool:
    """Whether nothing stood yet in the fields of a row that are filled in later, so that nothing of it was signed."""
    mine = [name for name in what.filled if name in row] if isinstance(row, dict) else []
    return bool(mine) and all(row[name] is None for name in mine)


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _carried(what: SignatureMeaning, data: Any) -> dict[str, Any]:
    """What the signature entered itself, by the name of the field: of what its meaning has people enter, no more.

    What another signature entered is a change of what this one was given for.
    """
    return {name: data[name] for name in what.data if name in data} if isinstance(data, dict) else {}


def witnessed(session: Session, signature_id: str, covered: int) -> bool:
    """Whether witnesses have seen a signature; until then what it sets off is held, and it is pending.

    Args:
        session: an open one.
        signature_id: of the signature.
        covered: how many leaves witnessed checkpoints cover (`Sealer.covered_size`).
    """
    leaf = session.scalar(
        select(LedgerLeaf.leaf_index)
        .join(LedgerEntry, LedgerEntry.seq == LedgerLeaf.entry_seq)
        .where(LedgerEntry.record_id == signature_id, LedgerEntry.record_type == Signature.__tablename__)
    )
    return leaf is not None and leaf < covered


def broken(record: Record, session: Session, signature: Signature) -> str | None:
    """Why a signature is not the one that a person gave; None if it is."""
    bodies = session.scalars(
        select(LedgerEntry.body).where(
            LedgerEntry.record_id == signature.id, LedgerEntry.record_type == Signature.__tablename__
        )
    ).all()
    return fault_of(record, signature, list(bodies), simulated=record.installation(session).simulated)


def fault_of(record: Record, signature: Signature, bodies: list[str], *, simulated: bool) -> str | None:
    """Why a signature is not the one that a person gave, from its row and its entries; None if it is.

    Args:
        record: whose key binds it.
        signature: the row.
        bodies: of its entries; there is one.
        simulated: whether robots may sign here.
    """
    content = signature.content
    if digest(content) != signature.digest:
        return "The digest is not that of the content."
    for name in ("record_type", "record_id", "record_version", "meaning", "title"):
        if content.get(name) != getattr(signature, name):
            return (
                f"It was copied or altered: what was shown names the {name.replace('_', ' ')} "
                f"{content.get(name)}, the signature {getattr(signature, name)}."
            )
    if len(bodies) != 1:
        return f"The ledger has {len(bodies)} entries about it instead of one."
    entry = json.loads(bodies[0])
    if entry["before"] is not None or entry["after"] is None:
        return "Its entry is not that of a new signature."
    actor = entry["actor"]
    if actor["kind"] != "person" or actor["id"] != signature.person_id:
        return f"It was not written by the person whom it names, but by {actor['kind']} {actor['name']}."
    if (entry["time"], entry["session"]) != (iso(signature.signed_at), signature.session_id):
        return "Its entry was written at another time, or in another session, than it says."
    if signature.robot and not simulated:
        return "A robot signed it, in an installation that is not simulated."
    if record.binding is None or not hmac.compare_digest(record.binding(bound(signature)), signature.binding):
        return "It was not written by this installation: the keyed digest that it bears is another."
    return None


def faults(record: Record, session: Session) -> Iterator[str]:
    """For `titer verify`: a sentence for each signature that is not the one that a person gave."""
    simulated = record.installation(session).simulated
    rows = session.execute(
        select(Signature, LedgerEntry.body)
        .outerjoin(
            LedgerEntry,
            (LedgerEntry.record_id == Signature.id) & (LedgerEntry.record_type == Signature.__tablename__),
        )
        .order_by(Signature.id)
    )
    found: dict[str, tuple[Signature, list[str]]] = {}
    for signature, body in rows:
        found.setdefault(signature.id, (signature, []))[1].extend([body] if body is not None else [])
    for signature, bodies in found.values():
        fault = fault_of(record, signature, bodies, simulated=simulated)
        if fault is not None:
            yield (
                f"record_signature {signature.id} ({signature.meaning} by {signature.printed_name} on "
                f"{signature.record_type} {signature.record_id}): {fault}"
            )
