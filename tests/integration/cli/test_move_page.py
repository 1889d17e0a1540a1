"""docs/how-to/move-to-postgresql.md, typed as it stands: an installation moves to a server, and back."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.integration.cli.conftest import Said
from tests.postgresql import Server

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "move-to-postgresql.md"
pytestmark = pytest.mark.sqlite("a move begins at the embedded file")


@pytest.fixture
def server(postgresql_server: Server) -> Iterator[Server]:
    """The tests' server, on which the page's database and roles are gone afterwards."""
    yield postgresql_server
    postgresql_server.run(
        "DROP DATABASE IF EXISTS titer WITH (FORCE)",
        "DROP ROLE IF EXISTS page_owner",
        "DROP ROLE IF EXISTS titer_hub",
    )


def test_a_reader_types_the_page_and_the_record_holds_on_either_side(
    server: Server, run: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("init", "lab").code == 0
    (tmp_path / "backups").mkdir()
    page = PAGE.read_text(encoding="utf-8")
    page = page.replace("titer_owner", "page_owner").replace("/mnt/backups", "backups")
    said: dict[str, Said] = {}
    for line in re.findall(r"^    (\S.*)$", page, re.MULTILINE):
        if line.startswith("CREATE "):
            server.run(line.removesuffix(";"))
            continue
        words = [
            re.sub(r"@db\.example\.org:5432/(\w+)", rf"@/\1?host={server.folder}", word)
            for word in shlex.split(line)
        ]
        if words[0] == "export":
            monkeypatch.setenv(*words[1].split("=", 1))
            continue
        assert words[0] == "titer", line
        answer = run(*words[1:])
        # The tests' own server runs with fsync off, and the doctor says so.
        assert answer.code == 0 or "fsync off" in answer.out, line + answer.out + answer.err
        said[" ".join(words[1:6])] = answer
        if words[1] == "migrate":
            assert "equal in both places" in answer.out
            config = (tmp_path / "lab" / "titer.yaml").read_text()
            assert ("titer_hub@" in config) == (words[5] == "postgres")
            assert "of the hub" not in config
    assert "The record holds" in said["verify"].out
    assert list(said) == [
        "backup --to backups --with-keys --encrypt",
        "migrate --from sqlite --to postgres",
        "verify",
        "doctor",
        "migrate --from postgres --to sqlite",
    ]
    assert list((tmp_path / "backups").glob("*.titer-backup"))
    assert "The record holds" in run("verify").out
