"""Reading and checking a file within one process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from titer.connect.animl.checks import check
from titer.connect.animl.document import AnimlDocument
from titer.connect.animl.reader import parse
from titer.connect.animl.schema import core_problems
from titer.connect.animl.signatures import seals
from titer.connect.animl.technique import technique_problems
from titer.connect.core.judged import Problem


def read_here(data: bytes, schemas: Path | None, techniques: Path | None) -> AnimlDocument:
    """Parse, check structure and signatures, then core schema and techniques as far as they are there.

    Raises:
        Invalid: see `titer.connect.animl.read`.
    """
    document, root = parse(data)
    problems = [*document.problems, *check(document, root)]
    found_seals = seals(root)
    for number, seal in enumerate(found_seals, 1):
        if seal.state != "holds":
            severity = "error" if seal.state == "void" else "note"
            words = f"the signature of {', '.join(seal.covers) or 'nothing'} is {seal.state}: {seal.why}"
            problems.append(Problem("signature", severity, f"signature {number}", words))
    applied: list[str] = []
    if schemas is not None:
        problems += core_problems(root, schemas)
    if techniques is not None:
        found, applied = technique_problems(document, techniques)
        problems += found
    return replace(
        document,
        problems=tuple(problems),
        schema_validated=schemas is not None,
        techniques_validated=tuple(applied),
        seals=found_seals,
    )
