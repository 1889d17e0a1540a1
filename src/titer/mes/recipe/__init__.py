"""Recipes: YAML source, canonical content and its digest, the grammar of expressions, the linter, differences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from titer.base.canonical import digest
from titer.base.errors import Invalid
from titer.mes.recipe.difference import Difference, difference
from titer.mes.recipe.lint import lint
from titer.mes.recipe.program import ROOT, Adjustable, Channel, Node, Program, build, definition
from titer.mes.recipe.reader import Finding, Notes, compose
from titer.mes.recipe.schema import RECIPE


@dataclass(frozen=True)
class ReadRecipe:
    """A recipe that was read.

    Args:
        content: plain and canonical; empty where the form was wrong.
        digest: SHA-256 of the canonical content.
        findings: errors and warnings, by line and column.
        program: ready to run; None where there is an error.
    """

    content: dict[str, Any]
    digest: str
    findings: tuple[Finding, ...]
    program: Program | None

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that refuse the recipe."""
        return tuple(finding for finding in self.findings if finding.severity == "error")


def read(source: str) -> ReadRecipe:
    """Read a recipe's YAML and find all that is wrong with it; nothing is raised for a bad recipe."""
    notes = Notes()
    node = compose(source, notes)
    content = RECIPE(node, "", notes) if node is not None else None
    if content is None or any(finding.severity == "error" for finding in notes.findings):
        return ReadRecipe({}, "", tuple(sorted(notes.findings)), None)
    program = build(content)
    lint(program, content, notes)
    findings = tuple(sorted(set(notes.findings)))
    bad = any(finding.severity == "error" for finding in findings)
    return ReadRecipe(content, digest(content), findings, None if bad else program)


def require(source: str) -> ReadRecipe:
    """Read a recipe that must be without errors.

    Raises:
        Invalid: naming line and column of the first error, and all others.
    """
    found = read(source)
    if found.errors:
        first, *rest = found.errors
        more = f" {len(rest)} more: " + "; ".join(str(item) for item in rest[:9]) if rest else ""
        raise Invalid(
            first.message,
            where=f"line {first.line}, column {first.column}",
            why=more.strip(),
            do="Correct the recipe and submit it again; nothing was stored.",
        )
    return found


__all__ = [
    "ROOT",
    "Adjustable",
    "Channel",
    "Difference",
    "Finding",
    "Node",
    "Program",
    "ReadRecipe",
    "build",
    "definition",
    "difference",
    "read",
    "require",
]
