"""The turbidity meter goes through the whole kit each time; of the others the long checks have their own command.

Of folders, whose readers are processes of their own, each time only the manifests are looked at.
"""

from __future__ import annotations

import pytest

LONG = ("frozen", "without_end", "host_that_was_away", "lets_go", "secrets", "absent_hub")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`make conformance` runs everything."""
    for item in items:
        at_length = "tests/conformance/kit/" in item.nodeid and "turbidity" not in item.nodeid
        of_folder = (
            "kit/test_folders.py" in item.nodeid and "Test" in item.nodeid and "manifest" not in item.name
        )
        if of_folder or (at_length and any(words in item.name for words in LONG)):
            item.add_marker(pytest.mark.slow)
