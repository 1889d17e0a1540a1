"""From an empty folder to a bundle that verifies, and every way in which that is refused, in commands."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.integration.cli.conftest import CHANNELS, RECIPE, Lab, Said, running_batch, verify


def test_a_batch_goes_from_a_recipe_file_to_a_bundle_that_verifies(lab: Lab, tmp_path: Path) -> None:
    number = running_batch(lab, tmp_path)
    out = tmp_path / "batch.zip"
    said = lab.as_("quentin", "export", "batch", number, "--out", str(out))
    assert "titer-verify.py" in said.out
    verdict = verify(out)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    with zipfile.ZipFile(out) as archive:
        names = archive.namelist()
        record = json.loads(archive.read("files/record.json"))
        assert archive.read("files/record.pdf").startswith(b"%PDF-")
        entries = [json.loads(line) for line in archive.read("ledger/entries.jsonl").splitlines()]
    assert record["execution"]["batch"]["number"] == number
    assert record["series"]["reason"] == "No values of the batch's channels were recorded."
    assert [row["meaning"] for row in record["signatures"]].count("approved") == 1
    assert {"Ada", "Ben", "Quentin"} <= {row["printed_name"] for row in record["signatures"]}
    assert any(name.startswith("files/content/") for name in names), "the recipe's own bytes go along"
    kinds = {entry["record_type"] for entry in entries}
    assert {"mes_batch", "mes_recipe", "record_signature", "equipment_node", "equipment_channel"} <= kinds
    assert not kinds & {"record_person", "record_session", "record_machine_token"}
    again = lab.run("export", "batch", number, "--out", str(out), "--dir", str(lab.folder), "--as", "quentin")
    assert again.code == 1
    assert "exists already" in again.err


def test_a_byte_changed_in_the_bundle_is_found(lab: Lab, tmp_path: Path) -> None:
    out = tmp_path / "batch.zip"
    lab.as_("quentin", "export", "batch", running_batch(lab, tmp_path), "--out", str(out))
    whole = out.read_bytes()
    for where in (0.1, 0.5, 0.9):
        data = bytearray(whole)
        data[int(len(data) * where)] ^= 1
        out.write_bytes(data)
        assert verify(out).returncode == 1


def test_a_malformed_recipe_is_named_by_line_and_column_and_nothing_is_stored(
    lab: Lab, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.yaml"
    for text, place in (
        ("recipe: x\nversion: [1\n", ":3:1:"),
        (RECIPE.replace("role: operator", "rolle: operator"), ":12:"),
    ):
        bad.write_text(text)
        said = lab.run("recipe", "submit", str(bad), "--dir", str(lab.folder), "--as", "ada")
        assert said.code == 1
        assert f"{bad}{place}" in said.err
        assert "nothing was stored" in said.err
    assert lab.as_("ada", "recipe", "list", "--json").json == []


def test_what_cannot_be_read_or_found_is_said_and_ends_with_1(lab: Lab, tmp_path: Path) -> None:
    absent = str(tmp_path / "absent")
    here = ("--dir", str(lab.folder), "--as")
    out = tmp_path / "out.zip"
    for words, who, text in (
        (("recipe", "submit", absent), "ada", "cannot be read"),
        (("import", absent), "anna", "cannot be read"),
        (("export", "batch", "B-2026-9999", "--out", str(out)), "quentin", "no batch"),
        (("export", "lims_raw_file", "x", "--out", str(out)), "quentin", "no lims_raw_file"),
        (("export", "record_person", "x", "--out", str(out)), "quentin", "no type of record"),
        (("export", "batch", "x", "--out", str(out)), "omar", "no right to do this: Export records"),
        (("batch", "start", "--recipe", "unknown"), "olga", "unknown"),
        (("recipe", "sign", "unknown", "authored", "--reason", "r"), "ada", "no recipe"),
    ):
        said = lab.run(*words, *here, who)
        assert said.code == 1, words
        assert text in said.err, said.err
    assert not out.exists()


def test_a_channels_file_is_checked_before_anything_is_opened(lab: Lab, tmp_path: Path) -> None:
    channels = tmp_path / "channels.yaml"
    words = ("connection", "add", "opcua", "opc.tcp://127.0.0.1:4840", "--name", "x", "--channels")
    for text, said in (
        ("- {tag: A\n  node: [", ":2:"),
        ("tag: A\n", "no list of channels"),
        ("- {tag: A, node: n, unit: furlong}\n", "furlong"),
    ):
        channels.write_text(text)
        answer = lab.run(
            *words, str(channels), "--allow-unencrypted", "--dir", str(lab.folder), "--as", "auto"
        )
        assert answer.code == 1
        assert said in answer.err
    channels.write_text(CHANNELS)
    refused = lab.run(*words, str(channels), "--dir", str(lab.folder), "--as", "auto")
    assert refused.code == 1
    assert "not encrypted" in refused.err
    assert lab.as_("auto", "connection", "list", "--json").json == []


def test_a_token_is_shown_once_and_only_to_those_who_may_issue_it(lab: Lab) -> None:
    made = lab.as_("auto", "token", "issue", "host-lab2", "--json").json
    assert made["scopes"] == ["connect"]
    assert len(made["token"]) > 30
    refused = lab.run("token", "issue", "x", "--dir", str(lab.folder), "--as", "omar")
    assert refused.code == 1


def test_doctor_ends_with_1_where_something_is_wrong(run: Callable[..., Said], tmp_path: Path) -> None:
    assert run("doctor", "--dir", str(tmp_path / "nothing")).code == 1
