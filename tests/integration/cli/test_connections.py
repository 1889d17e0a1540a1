"""Connections of every type are added by command, with the settings of one table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.integration.cli.conftest import Lab


def held(lab: Lab) -> dict[str, Any]:
    """Each connection with its settings, as the host gets them."""
    rows = lab.as_("auto", "connection", "list", "--json").json
    return {row["name"]: row for row in rows}


def test_a_sila_server_and_folders_are_added_with_their_settings(lab: Lab, tmp_path: Path) -> None:
    said = lab.as_(
        "auto", "connection", "add", "sila2", "127.0.0.1:50052", "--name", "analyser",
        "--allow-unencrypted", "--set", "poll_s=2.5", "--set", "heartbeat_s=1",
    )  # fmt: skip
    assert "NOT ENCRYPTED" in said.out
    said = lab.as_(
        "auto", "connection", "add", "animl", str(tmp_path / "in"), "--name", "inbox",
        "--time-zone", "Europe/Vienna", "--encoding", "cp1252",
    )  # fmt: skip
    assert "Europe/Vienna" in said.out
    lab.as_(
        "auto", "connection", "add", "files", str(tmp_path / "raw"), "--name", "raw", "--set", "pattern=*.csv"
    )
    rows = held(lab)
    assert {name: row["type"] for name, row in rows.items()} == {
        "analyser": "sila2",
        "inbox": "animl",
        "raw": "files",
    }
    assert rows["analyser"]["insecure"] is True
    assert rows["inbox"]["insecure"] is False
    assert (rows["analyser"]["from_folder"], rows["inbox"]["from_folder"]) == (False, True)
    from titer.app import open_platform

    platform = open_platform(lab.folder)
    try:
        with platform.record.reading() as session:
            kept = {row.name: json.loads(row.settings) for row in platform.equipment.connections(session)}
    finally:
        platform.close()
    assert kept["analyser"] == {
        "host": "127.0.0.1", "port": 50052, "allow_unencrypted": True, "poll_s": 2.5, "heartbeat_s": 1
    }  # fmt: skip
    assert kept["inbox"] == {
        "folder": str(tmp_path / "in"), "time_zone": "Europe/Vienna", "encoding": "cp1252"
    }  # fmt: skip
    assert (kept["raw"]["pattern"], kept["raw"]["time_zone"]) == ("*.csv", "UTC")


def test_what_no_connection_can_mean_is_refused_and_nothing_is_stored(lab: Lab, tmp_path: Path) -> None:
    for words, says in (
        (("profinet", "x"), "Use opcua, sila2, animl, files"),
        (("opcua", "opc.tcp://h:4840"), "needs its channels"),
        (("sila2", "h:50052", "--set", "tls=no"), "not encrypted"),
        (("sila2", "h"), "HOST:PORT"),
        (("animl", "in", "--time-zone", "Mars/Base"), "no time zone 'Mars/Base'"),
        (("animl", "in", "--encoding", "klingon"), "no encoding that is known"),
        (("files", "in", "--set", "colour=red"), "no setting 'colour'"),
        (("files", "in", "--set", "scan_s"), "NAME=VALUE"),
        (("files", "in", "--set", "scan_s=0"), "cannot scan"),
        (("files", "in", "--channels", str(tmp_path / "c.yaml")), "no channels"),
    ):
        said = lab.run("connection", "add", *words, "--name", "x", "--dir", str(lab.folder), "--as", "auto")
        assert said.code == 1, words
        assert says in said.err, said.err
    assert held(lab) == {}


def test_the_table_of_types_can_be_read(lab: Lab) -> None:
    told = lab.run("connection", "types", "--json").json
    assert {"opcua", "sila2", "animl", "files", "modbus", "mtsics", "astm", "hl7", "sparkplug"} <= set(told)
    assert "queue_size" in lab.run("connection", "types").out
