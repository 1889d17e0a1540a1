"""One table of types and settings: it names every setting that a connector reads, and no other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import titer.connect
from titer.base.errors import Invalid, Refused
from titer.connect import TYPES, ConnectionType, Setting, is_insecure
from titer.connect.registry import CONNECTORS
from titer.connect.types import FLAG, INTEGER, NUMBER, TEXT
from titer.equipment.rules import CONNECTION_TYPES

ADDRESSES = {
    "opcua": "opc.tcp://h:4840",
    "sila2": "h:50052",
    "animl": "inbox",
    "files": "inbox",
    "allotropy": "inbox",
}
FOLDERS = ("animl", "files", "allotropy")
READING = {"time_zone": "UTC", "encoding": "utf-8"}


class Watched(Mapping[str, Any]):
    """Settings that remember which of them were asked for."""

    def __init__(self, held: dict[str, Any]) -> None:
        self.held, self.asked = held, set[str]()

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return self.held[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.held)

    def __len__(self) -> int:
        return len(self.held)


def test_command_hub_and_host_know_the_same_types() -> None:
    assert set(TYPES) == set(CONNECTORS) == set(CONNECTION_TYPES)


@pytest.mark.parametrize("kind", ["allotropy", "animl", "files", "opcua", "sila2"])
def test_every_setting_that_a_connector_reads_stands_in_the_table(kind: str) -> None:
    reader = {"reader": "novabio_flex2"} if kind == "allotropy" else {}
    watched = Watched(
        TYPES[kind].of_address(ADDRESSES[kind]) | READING | {"allow_unencrypted": True} | reader
    )
    TYPES[kind].checked(watched)
    source = Path(titer.connect.__file__).parent
    rooms = [source / "core", source / ("files" if kind in FOLDERS else kind)]
    asked = watched.asked | {
        name
        for room in rooms
        for file in room.glob("*.py")
        for name in re.findall(r"config\.settings\.get\(\"(\w+)\"", file.read_text())
    }
    address = set(TYPES[kind].of_address(ADDRESSES[kind]))
    older = {"scan_interval_s"}
    other_type = set() if kind == "animl" else {"schemas", "techniques"}
    other_type |= {"mapping"} if kind == "allotropy" else {"mapping", "reader", "unended"}
    assert asked - address - older - other_type == {one.name for one in TYPES[kind].settings}


@pytest.mark.parametrize(
    ("kind", "address", "says"),
    [
        ("opcua", "http://h:1", "no OPC UA address"),
        ("sila2", "host", "HOST:PORT"),
        ("sila2", "host:99999", "HOST:PORT"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(kind: str, address: str, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        TYPES[kind].checked(TYPES[kind].of_address(address) | {"allow_unencrypted": True})
    assert says in str(caught.value)


@pytest.mark.parametrize("kind", ["opcua", "sila2"])
def test_an_unencrypted_endpoint_must_be_allowed_by_name_and_is_a_risk(kind: str) -> None:
    settings = TYPES[kind].of_address(ADDRESSES[kind]) | ({"tls": False} if kind == "sila2" else {})
    with pytest.raises(Refused):
        TYPES[kind].checked(settings)
    allowed = settings | {"allow_unencrypted": True}
    TYPES[kind].checked(allowed)
    assert is_insecure(kind, json.dumps(allowed))


def test_a_sila_server_with_a_certificate_is_no_risk() -> None:
    assert not is_insecure("sila2", {"host": "h", "port": 1})
    assert not is_insecure("sila2", {"allow_unencrypted": True, "root_certificate": "x.pem"})
    assert not is_insecure("animl", {})


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("queue_size", "5000", 5000),
        ("liveness_s", "2.5", 2.5),
        ("liveness_s", "2", 2),
        ("history", "no", False),
        ("username", "operator", "operator"),
    ],
)
def test_a_typed_setting_is_read_by_its_kind(name: str, text: str, value: object) -> None:
    assert TYPES["opcua"].setting(name).read(text) == value


@pytest.mark.parametrize(
    ("name", "text"), [("queue_size", "many"), ("liveness_s", "x"), ("history", "maybe")]
)
def test_a_setting_of_another_kind_is_refused(name: str, text: str) -> None:
    with pytest.raises(Invalid):
        TYPES["opcua"].setting(name).read(text)
    with pytest.raises(Invalid, match="no setting 'queue'"):
        TYPES["opcua"].setting("queue")


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_every_manifest_is_a_json_schema_that_names_its_settings(kind: str) -> None:
    told = TYPES[kind].manifest()
    for schema in (told["settings"], told["channel_settings"]):
        jsonschema.Draft202012Validator.check_schema(schema)
    named = {one.name for one in (*TYPES[kind].addressing, *TYPES[kind].settings)}
    assert set(told["settings"]["properties"]) == named
    assert told["met"]


TABLE = (
    Setting("host", TEXT, "where", required=True),
    Setting("port", INTEGER, "port", least=1, most=65535, default=502),
    Setting("poll_s", NUMBER, "seconds", least=0.05),
    Setting("order", TEXT, "of words", choices=("big", "little")),
    Setting("tls", FLAG, "encrypt"),
)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 70_000),
    st.floats(allow_nan=False, allow_infinity=False, width=16),
    st.sampled_from(["", "big", "h"]),
)


@given(
    st.dictionaries(
        st.sampled_from([*(one.name for one in TABLE), "other"]), VALUES.filter(lambda v: v is not None)
    )
)
def test_the_table_accepts_what_its_schema_accepts(raw: dict[str, Any]) -> None:
    kind = ConnectionType(
        "t",
        "t",
        "HOST",
        False,
        False,
        TABLE,
        lambda address: {},
        make=None,  # type: ignore[arg-type]
    )
    by_schema = jsonschema.Draft202012Validator(kind.schema()).is_valid(raw)
    if any(isinstance(raw.get(name), float) and raw[name].is_integer() for name in ("port",)):
        return  # JSON Schema takes 5.0 for a whole number; a record does not
    try:
        read = kind.read(raw)
    except Invalid:
        assert not by_schema
    else:
        assert by_schema
        assert read["port"] == raw.get("port", 502)
