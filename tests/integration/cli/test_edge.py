"""docs/how-to/run-an-edge.md, typed as it stands; then hub and edge are killed, and everything is there once."""

from __future__ import annotations

import shlex
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.integration.cli.conftest import Lab
from tests.integration.cli.edges import LINE, PAGE, Site
from tests.integration.cli.test_own_reactor import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def test_a_reader_types_the_page_and_nothing_is_lost_when_hub_and_edge_are_killed(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as open_:
        site = Site(lab, tmp_path, monkeypatch, open_)
        assert len(site.type_page()) >= 7
        sending = site.sending(0, 60)
        site.kill_edge()
        sending.join()
        sending = site.sending(60, 120)
        site.kill_hub()
        sending.join()
        site.drained()

        site.end(site.hub)
        assert site.status()["runs"], "it goes on without its hub"
        site.send(120, 130)
        site.kill_edge()
        site.send(130, 140)
        waiting = wait_for(
            "the alarm that the hub is away",
            lambda: (said := site.status()) and said["alarms"] and said,
            90,
        )
        assert waiting["connections"][0]["backlog"] >= 20
        assert waiting["oldest_at"] is not None
        site.type(["serve"])
        site.drained()

        stored = site.stored()
        assert len(stored) == len(set(stored)), "nothing twice"
        assert set(stored) == set(site.acknowledged) == set(range(140)), "nothing missing"

        revoke = next(line for line in LINE.findall(PAGE.read_text("utf-8")) if "edge revoke" in line)
        site.type(shlex.split(site.here(revoke))[1:])
        site.send(140, 143)
        site.refused()
        assert len(site.stored()) == 140
        assert site.status()["connections"][0]["backlog"] >= 3, "what it has stays with it"
