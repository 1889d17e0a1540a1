"""A document with something changed: the rest stays as it was, the trail says what, and void seals are told.

What nobody changes is never written anew: `amend` without changes gives the same bytes. A change is made in the
element tree that was read, so that every other element keeps its canonical form, and a signature of another item
holds on. A signature of what was changed, or of the whole document, is void from then on; it stays in the file as
what it is, the answer names it, and so does the entry in the audit trail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree as _etree

from titer.base.errors import Invalid
from titer.connect.animl.document import AuditEntry, Seal
from titer.connect.animl.reader import parse
from titer.connect.animl.signatures import seals
from titer.connect.animl.values import VALUE_TAGS, raw_text
from titer.connect.animl.writer import CORE, append_entry

etree: Any = _etree


@dataclass(frozen=True, slots=True)
class Change:
    """A parameter's new value.

    Attributes:
        item: `id` of the parameter.
        value: its new text, of its old type.
    """

    item: str
    value: str


@dataclass(frozen=True, slots=True)
class Amended:
    """A document as it is after a change.

    Attributes:
        data: its bytes; the very same ones where nothing was changed.
        seals: its signatures.
        voided: those that held before and do not hold now.
    """

    data: bytes
    seals: tuple[Seal, ...]
    voided: tuple[Seal, ...]


def amend(data: bytes, changes: Sequence[Change], entry: AuditEntry | None = None) -> Amended:
    """Change values of a document and say so in its audit trail.

    Args:
        data: the document.
        changes: what is to be changed. Without any, and without an entry, the bytes come back as they are.
        entry: time, author, action and reason; its diffs and references are added to by the changes.

    Raises:
        Invalid: if a parameter is not there, the value is not of its type, or a change has no entry that tells who
            made it and why.
    """
    _, root = parse(data)
    before = seals(root)
    if not changes and entry is None:
        return Amended(data, before, ())
    if entry is None or not entry.author.get("Name") or not entry.timestamp:
        raise Invalid(
            "A change of a document needs an entry in its audit trail.",
            why="Who changed it, when and why is part of the document (AnIML core 0.90, AuditTrailEntry).",
            do="Give the time, the author and the reason.",
        )
    diffs = [dict(one) for one in entry.diffs]
    for change in changes:
        old = _change(root, change)
        diffs.append({"scope": "element", "changedItem": change.item, "old": old, "new": change.value})
    told = replace(entry, diffs=tuple(diffs))
    added = append_entry(root, told)
    lost = [
        f"signature {place} of {', '.join(was.covers)}"
        for place, (was, now) in enumerate(zip(before, seals(root), strict=True), 1)
        if was.state == "holds" and now.state != "holds"
    ]
    if lost:
        words = f"Void from here on: {'; '.join(lost)}."
        added.getparent().remove(added)
        append_entry(root, replace(told, comment=f"{entry.comment} {words}".strip()))
    written: bytes = etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")
    now = seals(parse(written)[1])
    voided = tuple(
        one for was, one in zip(before, now, strict=True) if was.state == "holds" and one.state != "holds"
    )
    return Amended(written, now, voided)


def _change(root: Any, change: Change) -> str:
    found = [one for one in root.iter(f"{{{CORE}}}Parameter") if one.get("id") == change.item]
    if len(found) != 1:
        raise Invalid(
            f"There are {len(found)} parameters with the id {change.item!r}; one is needed.",
            do="A value without an id cannot be named in the audit trail, so it cannot be changed here.",
        )
    from titer.connect.animl import lexical

    value = next(
        (one for one in found[0] if isinstance(one.tag, str) and etree.QName(one).localname in VALUE_TAGS),
        None,
    )
    if value is None:
        raise Invalid(f"The parameter {change.item!r} holds no value.")
    fault = lexical.fault(VALUE_TAGS[etree.QName(value).localname], change.value)
    if fault:
        raise Invalid(f"The new value of {change.item!r} does not fit: {fault}.")
    old = raw_text(value)
    value.text = change.value
    for child in list(value):
        value.remove(child)
    return old
