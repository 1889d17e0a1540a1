"""Looking through hostile devices with real processes: no connection is disturbed, and whoever asked is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.connect.test_processes import SECRET, Site, runs
from tests.peers.endless_hall import endless_hall


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    made.connect("good")
    made.hub.start()
    made.start()
    try:
        yield made
    finally:
        made.stop()
        made.hub.stop()


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_what_a_device_does_to_who_looks_through_it_disturbs_no_connection_and_is_said(
    site: Site, tmp_path: Path
) -> None:
    site.flows("good")
    pid = site.seen("good")["pid"]
    settings = {"secret": SECRET, "memory_limit_mb": 160}
    with endless_hall(tmp_path) as address:
        opcua = {"endpoint": address, "allow_unencrypted": True, "memory_limit_mb": 160}
        site.hub.ask(id="endless", type="opcua", kind="variables", about={"node": ""}, settings=opcua)
        for kind in ("leak", "spin", "crash", "refuse", "where"):
            about = {"much": 3_000_000} if kind == "where" else {}
            stall = {"stall_s": 1} if kind == "spin" else {}
            site.hub.ask(id=kind, type="misbehaving", kind=kind, about=about, settings=settings | stall)
        site.hub.ask(id="nothing", type="astm", kind="browse", about={}, settings={})
        for key in ("endless", "leak", "spin", "crash", "refuse", "where", "nothing"):
            site.until(lambda: key in site.hub.answers, f"an answer to {key}")  # noqa: B023 - called at once
    said = {key: one["problem"] and one["problem"]["what"] for key, one in site.hub.answers.items()}
    begin = "What there is could not be looked up: the process that looked through it"
    for key in ("endless", "leak"):
        assert said[key].startswith(f"{begin} was ended at ")
        assert said[key].endswith(" MB of memory, of 160 that it may hold.")
    assert said["spin"].startswith(f"{begin} was ended because it stood still for ")
    assert said["crash"] == f"{begin} was ended by SIGSEGV."
    assert said["refuse"] == "The device lets nobody look."
    assert site.hub.answers["refuse"]["problem"]["do"] == "Ask whose it is."
    assert said["nothing"] == "What a connection of type astm could record cannot be looked up."
    found = site.hub.answers["where"]["answer"]
    assert (found["secret"], len(found["much"])) == (SECRET, 3_000_000)
    assert found["pid"] not in (site.host.pid, pid)
    assert SECRET not in found["arguments"]
    site.until(lambda: not runs(found["pid"]), "the end of who looked")
    site.flows("good")
    assert site.seen("good")["pid"] == pid
    assert not site.ended("good")
    numbers = site.numbers("good")
    assert numbers == list(range(len(numbers)))
