"""What `make test-postgres` leaves out works on the embedded file itself, as its mark says, and nothing else does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[2]
ON_THE_FILE = ("titer.db", "sqlite", "EMBEDDED")
"""One of these words stands in a test that cannot be made on a server."""
WHOLE_FILES = {
    "faults/test_campaigns.py": "faults/test_postgresql.py",
    "integration/app/test_migration.py": "integration/app/test_migrating_postgresql.py",
    "integration/app/test_moving.py": "integration/app/test_moving.py",  # it ends on the server
    "integration/cli/test_move_page.py": "integration/cli/test_move_page.py",
    "integration/record/test_verifying_on_two.py": "integration/record/test_attacks.py",
}
"""Where all tests are left out, and where the same is tried on a server."""


def _marks(node: ast.AST) -> Iterator[ast.Call]:
    for found in ast.walk(node):
        if isinstance(found, ast.Call) and ast.unparse(found.func) == "pytest.mark.sqlite":
            yield found


def _tests() -> Iterator[tuple[str, str, ast.Module]]:
    for path in sorted(TESTS.rglob("test_*.py")):
        text = path.read_text()
        if "mark.sqlite" in text and path != Path(__file__):
            yield str(path.relative_to(TESTS)), text, ast.parse(text)


def test_each_test_that_is_left_out_touches_the_file() -> None:
    """One that could be made on PostgreSQL as it stands is named."""
    could = []
    for name, text, tree in _tests():
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and any(map(any, map(_marks, node.decorator_list))):
                parameters = [line for line in node.decorator_list if not any(_marks(line))]
                said = [node.args, *node.body, *parameters]
                body = "".join(ast.get_source_segment(text, line) or "" for line in said)
                if not any(word in body for word in ON_THE_FILE):
                    could.append(f"{name}::{node.name}")
    assert could == []


def test_a_file_that_is_left_out_whole_has_a_twin_on_a_server() -> None:
    whole = {
        name
        for name, _, tree in _tests()
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark" and any(_marks(node))
    }
    assert whole == set(WHOLE_FILES)
    for twin in WHOLE_FILES.values():
        assert "postgresql" in (TESTS / twin).read_text()
