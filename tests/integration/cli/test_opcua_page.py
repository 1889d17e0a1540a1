"""The commands of docs/how-to/offer-state-over-opcua.md; tests/conformance/gateway starts its processes."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from tests.integration.cli.conftest import Said
from tests.integration.cli.test_how_to import blocks

from titer.base import vault
from titer.gateway.opcua.certificates import TrustList, application_uris, make_own, read
from titer.testing.connectors import quiet_port

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "offer-state-over-opcua.md"


def test_the_server_is_set_up_and_believes_whom_it_was_told_to(
    run: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("init", "titer", "--port", str(quiet_port())).code == 0
    client = make_own("urn:test:client", ["localhost"], datetime.now(UTC), bits=2048)
    Path("client.der").write_bytes(client.certificate)
    said: dict[str, Said] = {}
    for _, text in blocks(PAGE.read_text(encoding="utf-8")):
        for line in text.splitlines():
            words = shlex.split(line)[1:]
            if words != ["serve"]:
                answer = run(*words)
                assert answer.code == 0, answer.err
                said[" ".join(words[:2])] = answer
    config = yaml.safe_load(Path("titer/titer.yaml").read_text())
    assert config["opcua"] == {"host": "127.0.0.1", "port": 4840, "anonymous": False}
    assert "state" in said["token issue"].out
    assert "none is trusted" in said["opcua certificates"].out
    own = read(Path("titer/opcua/own.der").read_bytes(), "own.der")
    assert application_uris(own) == ["urn:titer:titer:opcua"]
    for secret in ("titer/opcua/own.key", "titer/keys/opcua.token"):
        assert vault.is_sealed(Path(secret).read_bytes())
    trust = TrustList(Path("titer/opcua"))
    (known,) = trust.known()
    assert known.trusted
    assert known.mark in said["opcua trust"].out

    listed = run("opcua", "certificates", "--json").json
    assert [one["trusted"] for one in listed] == [True]
    assert run("opcua", "distrust", known.mark[:12]).code == 0
    assert not trust.known()[0].trusted
    assert run("opcua", "trust", known.mark[:4]).code == 1
    assert run("opcua", "trust", known.mark[:16]).code == 0
    assert run("opcua", "setup", "--as", "admin", "--opcua-port", "70000").code == 1
    again = run("opcua", "setup", "--as", "admin", "--opcua-port", "4841")
    assert again.code == 0
    assert read(Path("titer/opcua/own.der").read_bytes(), "own.der") == own
    tokens = run("token", "list", "--as", "admin").out
    assert "opcua-server" in tokens
