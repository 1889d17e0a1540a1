"""The turbidity meter goes through the whole kit each time; of the others the long checks have their own command."""

from __future__ import annotations

import pytest

LONG = ("frozen", "without_end", "host_that_was_away", "lets_go", "secrets", "absent_hub")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`make conformance` runs everything."""
    for item in items:
        at_length = "tests/conformance/kit/" in item.nodeid and "turbidity" not in item.nodeid
        if at_length and any(words in item.name for words in LONG):
            item.add_marker(pytest.mark.slow)
