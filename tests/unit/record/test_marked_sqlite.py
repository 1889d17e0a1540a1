"""What `make test-postgres` leaves out works on the embedded file itself, as its mark says, and nothing else does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[2]
ON_THE_FILE = ("titer.db", "sqlite", "EMBEDDED")
"""One of these words stands in a test that cannot be made on a server."""
WHOLE_FILES = {
    "faults/test_campaigns.py": (
        "faults/test_postgresql.py",
        "test_killed_beside_a_server_nothing_is_lost_or_doubled",
    ),
    "integration/app/test_migration.py": (
        "integration/app/test_migrating_postgresql.py",
        "test_a_migration_enters_itself_and_every_row_it_changed_and_goes_back",
    ),
    "integration/app/test_moving.py": (
        "integration/app/test_moving.py",
        "test_a_whole_installation_moves_and_its_life_goes_on",
    ),
    "integration/cli/test_move_page.py": (
        "integration/cli/test_move_page.py",
        "test_a_reader_types_the_page_and_the_record_holds_on_either_side",
    ),
    "integration/record/test_verifying_on_two.py": (
        "integration/record/test_attacks.py",
        "test_verification_finds_and_locates",
    ),
}
"""Where all tests are left out, and which test tries the same on a server; two files end on one themselves."""
SERVER = "postgresql_server"


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


def _reaches_a_server(name: str, test: str) -> bool:
    """Whether a test, or a fixture of its file that it asks for, has a server: by what it does, not by its words."""
    body = ast.parse((TESTS / name).read_text()).body
    known = {node.name: node for node in body if isinstance(node, ast.FunctionDef)}
    asked, looked = [test], set[str]()
    while asked:
        node = known.get(asked.pop())
        if node is None or node.name in looked:
            continue
        looked.add(node.name)
        parameters = [one.arg for one in (*node.args.args, *node.args.kwonlyargs)]
        if SERVER in parameters or any(map(_is_of_a_server, ast.walk(ast.Module(node.body, [])))):
            return True
        asked += parameters
    return False


def _is_of_a_server(node: ast.AST) -> bool:
    """A call that starts a server, asks for the tests' own, or is told to work on one."""
    if not isinstance(node, ast.Call):
        return False
    given = (*node.args, *(pair.value for pair in node.keywords))
    told = [one.value for one in given if isinstance(one, ast.Constant)]
    return ast.unparse(node.func) == "postgresql.server" or SERVER in told or "postgresql" in told


def test_a_file_that_is_left_out_whole_has_a_twin_on_a_server() -> None:
    whole = {
        name
        for name, _, tree in _tests()
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark" and any(_marks(node))
    }
    assert whole == set(WHOLE_FILES)
    assert [twin for twin in WHOLE_FILES.values() if not _reaches_a_server(*twin)] == []


def test_words_about_a_server_are_no_server() -> None:
    """A file that speaks of PostgreSQL in a comment, a docstring or the name of a test is no twin."""
    own = str(Path(__file__).relative_to(TESTS))
    assert not _reaches_a_server(own, "test_words_about_a_server_are_no_server")  # postgresql
    assert not _reaches_a_server(own, "test_that_is_not_there")
