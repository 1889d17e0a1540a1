"""`titer opcua`: whom the server believes, and what is said before it is set up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.integration.cli.conftest import Said

from titer.base.clock import ManualClock
from titer.cli import doctor
from titer.connect.opcua.own import make_own
from titer.gateway.opcua.certificates import TrustList


def test_an_application_is_trusted_listed_watched_and_distrusted(
    run: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    now = datetime.now(UTC)
    client = make_own("urn:test:client", ["localhost"], now, bits=2048)
    Path("client.der").write_bytes(client.certificate)
    assert "none is trusted" in run("opcua", "certificates").out
    assert "is trusted from now on" in run("opcua", "trust", "client.der").out
    (known,) = TrustList(Path("titer/opcua")).known()
    assert known.trusted
    assert known.mark[:16] in run("opcua", "certificates").out

    Path("titer/opcua/own.der").write_bytes(client.certificate)
    for before, well in (
        (timedelta(days=20), False),
        (timedelta(days=40), True),
        (timedelta(days=-1), False),
    ):
        told = list(doctor._applications(Path("titer"), ManualClock(known.until - before)))
        assert [one.ok for one in told] == [well, well]
    assert {one.do.split()[0] for one in told} == {"Make", "Ask"}

    assert run("opcua", "distrust", known.mark[:12]).code == 0
    assert [one["trusted"] for one in run("opcua", "certificates", "--json").json] == [False]
    assert run("opcua", "trust", known.mark[:4]).code == 1
    assert run("opcua", "trust", known.mark[:16]).code == 0
    assert run("opcua", "trust", "nowhere.der").code == 1
