"""What these tests need of the machine; without it they are skipped with the reason, where that is not refused."""

from __future__ import annotations

import os

import pytest
from tests.faults import shim, unsynced


@pytest.fixture
def compiler() -> None:
    """A C compiler, to make calls fail with. TITER_REFUSE_SKIPS=faults wants one."""
    if shim.compiler() is None:
        reason = "there is no C compiler here to make calls fail with"
        if "faults" in os.environ.get("TITER_REFUSE_SKIPS", "").split(","):
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture
def fuse() -> None:
    """File systems in user space; a container may have none, whatever is installed in it."""
    reason = unsynced.missing()
    if reason is not None:
        pytest.skip(reason)
