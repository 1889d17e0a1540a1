"""What the printed batch record says of a review's checks."""

from __future__ import annotations

from typing import Any

from titer.app import batch_document


def check(title: str, outcome: str, *, blocks: bool) -> dict[str, Any]:
    return {"title": title, "outcome": outcome, "detail": "", "blocks": blocks, "exceptions": []}


def test_an_exception_stays_listed_when_it_is_disposed_of_and_says_so() -> None:
    checks = [
        check("Yield", "exception", blocks=False),
        check("Feed", "exception", blocks=True),
        check("Certificate", "not_run", blocks=True),
        check("Steps", "passed", blocks=False),
    ]
    section = batch_document._checks({"review": {"coverage": {"sentence": "Four.", "checks": checks}}})
    assert [row[:2] for row in section.rows] == [
        ("Yield", "exception, disposed of"),
        ("Feed", "exception"),
        ("Certificate", "not run"),
    ]
