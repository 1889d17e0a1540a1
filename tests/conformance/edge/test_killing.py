"""An edge and its hub are killed six times each, in the middle of what they are sent; every value is stored once."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.integration.cli.conftest import Lab, lab, run, templates  # noqa: F401 - fixtures
from tests.integration.cli.edges import Site
from tests.integration.cli.test_own_reactor import wait_for

ROUNDS = 6


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_value_is_stored_once_however_often_hub_and_edge_are_killed(
    lab: Lab,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ExitStack() as open_:
        site = Site(lab, tmp_path, monkeypatch, open_)
        site.type_page()
        for kill in range(ROUNDS):
            first = kill * 200
            sending = site.sending(first, first + 200)
            wait_for("some values", lambda: len(site.acknowledged) > first + 20 * (kill % 7), 120)  # noqa: B023
            site.kill_edge()
            wait_for("some more", lambda: len(site.acknowledged) > first + 150, 120)  # noqa: B023
            site.kill_hub()
            sending.join()
        site.drained()
        stored = site.stored()
        assert len(stored) == len(set(stored)), "nothing twice"
        assert set(stored) == set(site.acknowledged) == set(range(ROUNDS * 200)), "nothing missing"
