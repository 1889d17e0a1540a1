"""Reading and checking a file within one process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from titer.connect.animl.checks import check
from titer.connect.animl.document import AnimlDocument
from titer.connect.animl.reader import parse
from titer.connect.animl.schema import core_problems, technique_problems


def read_here(data: bytes, schemas: Path | None, techniques: Path | None) -> AnimlDocument:
    """Parse, check the structure, then the core schema and the techniques as far as they are there.

    Raises:
        Invalid: see `titer.connect.animl.read`.
    """
    document, root = parse(data)
    problems = [*document.problems, *check(document, root)]
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
    )
