"""The tutorials promise something at each step, and a promise that is not kept is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.demo.touring import PAGES, Step, broken_promise, steps_of, walk


def _page(folder: Path, block: str, promise: str) -> Path:
    page = folder / "page.md"
    page.write_text(f"# A page\n\n```bash\n{block}\n```\n\n{promise}\n", encoding="utf-8")
    return page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_of_a_tutorial_promises_something(page: Path) -> None:
    steps = steps_of(page.read_text(encoding="utf-8"))
    assert steps
    assert [step.line for step in steps if not step.promises] == []


def test_variables_and_functions_last_from_block_to_block(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        '```bash\nsay() { echo "$WHO: $1"; }\n```\n\n```bash\nsay hello\n```\n\nPrints: `Ann: hello`\n'
    )
    assert walk(["export WHO=Ann"], [page]) == 2


@pytest.mark.parametrize(
    ("block", "promise", "broken"),
    [
        ("echo one", "Prints: `two`", "printed no 'two'"),
        ("echo one; false", "Prints: `one`", "ended with 1"),
        ("echo one", "Fails, and prints: `one`", "ended with 0"),
    ],
)
def test_a_promise_that_is_not_kept_is_told_with_its_line(
    tmp_path: Path, block: str, promise: str, broken: str
) -> None:
    with pytest.raises(AssertionError, match=f"page.md:3 {broken}"):
        walk([], [_page(tmp_path, block, promise)])


def test_a_block_that_fails_as_it_says_keeps_its_promise() -> None:
    assert broken_promise(Step(1, "", ["no"], fails=True), 1, "no\n") == ""
