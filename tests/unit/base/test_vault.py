"""Secrets at rest open under their own key, for their own purpose, and not otherwise."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from titer.base import vault
from titer.base.errors import IntegrityFault, Invalid, NotFound, Unavailable
from titer.base.vault import Vault

KEY = bytes(range(32))
SECRET = b"\x00\xff the secret \n"


def test_what_was_sealed_opens_and_shows_nothing() -> None:
    held = Vault(KEY)
    envelope = held.seal("ledger.key", SECRET)
    assert held.open("ledger.key", envelope) == SECRET
    assert SECRET not in envelope and base64.b64encode(SECRET) not in envelope
    assert held.seal("ledger.key", SECRET) != envelope, "a nonce is used once"
    assert vault.is_sealed(envelope) and not vault.is_sealed(SECRET)


def test_another_key_another_purpose_and_any_changed_byte_are_refused() -> None:
    held = Vault(KEY)
    envelope = held.seal("ledger.key", SECRET)
    with pytest.raises(IntegrityFault, match="sealed under the key"):
        Vault(bytes(32)).open("ledger.key", envelope)
    with pytest.raises(IntegrityFault, match="another secret"):
        held.open("credential.key", envelope)
    for position in range(len(envelope.strip())):
        altered = bytearray(envelope)
        altered[position] ^= 1
        with pytest.raises(IntegrityFault):
            held.open("ledger.key", bytes(altered))
    for damaged in (b"", SECRET, envelope[:30], b"titer-secret/1 x", envelope + envelope):
        with pytest.raises(IntegrityFault):
            held.open("ledger.key", damaged)


def test_files_are_private_whole_and_missing_ones_named(tmp_path: Path) -> None:
    held, path = Vault(KEY), tmp_path / "credential.key"
    held.write(path, SECRET)
    held.write(path, SECRET * 2)
    assert held.read(path) == SECRET * 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(NotFound, match=r"ledger\.key"):
        held.read(tmp_path / "ledger.key")


def test_the_key_is_looked_for_where_it_was_said(tmp_path: Path) -> None:
    files = {name: tmp_path / name / "titer.key" for name in ("named", "systemd", "config")}
    for path in files.values():
        vault.make_key(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    in_variable = base64.b64encode(KEY).decode()
    both = {"CREDENTIALS_DIRECTORY": str(tmp_path / "systemd"), "TITER_KEY_FILE": str(files["named"])}
    config = files["config"]
    assert vault.find(config, {"TITER_KEY": in_variable, **both}).key_id == Vault(KEY).key_id
    assert vault.find(config, both).origin == str(files["named"])
    assert vault.find(config, {"CREDENTIALS_DIRECTORY": str(tmp_path / "systemd")}).origin == str(
        files["systemd"]
    )
    assert vault.find(config, {"CREDENTIALS_DIRECTORY": "/nowhere"}).origin == str(config)
    assert not vault.has_key({}) and not vault.has_key({"CREDENTIALS_DIRECTORY": "/nowhere"})
    assert vault.has_key(both) and vault.has_key({"TITER_KEY": in_variable})


def test_a_missing_an_open_and_a_senseless_key_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="TITER_KEY"):
        vault.find(None, {})
    with pytest.raises(Unavailable, match=r"gone\.key"):
        vault.find(tmp_path / "gone.key", {})
    with pytest.raises(Unavailable, match=r"gone\.key"):
        vault.find(None, {"TITER_KEY_FILE": str(tmp_path / "gone.key")})
    path = tmp_path / "titer.key"
    vault.make_key(path)
    with pytest.raises(Unavailable, match="cannot be made"):
        vault.make_key(path)
    path.chmod(0o640)
    with pytest.raises(Unavailable, match="chmod 600"):
        vault.find(path, {})
    with pytest.raises(Invalid, match="32 bytes"):
        vault.find(None, {"TITER_KEY": "c2hvcnQ="})


def test_a_file_of_ones_own_may_be_plain_or_sealed(tmp_path: Path) -> None:
    key, token = tmp_path / "titer.key", tmp_path / "host.token"
    vault.make_key(key)
    token.write_bytes(b"plain")
    assert vault.read_file(token, key) == b"plain"
    vault.find(key, {}).write(token, b"plain", vault.OWN_FILE)
    assert b"plain" not in token.read_bytes()
    assert vault.read_file(token, key) == b"plain"
