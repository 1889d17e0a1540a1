"""`titer connection ...` and `titer equipment ...`: what stands in the plant, and how its values come in."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from titer.app import load
from titer.app.config import LOCAL_HOST
from titer.base.clock import from_iso
from titer.base.errors import Invalid, Unavailable
from titer.cli.api import Api, read_file, session
from titer.cli.options import As, Folder, Json, Port, err, say
from titer.connect import TYPES, is_insecure

connection = typer.Typer(help="Connections to instruments and servers.", no_args_is_help=True)
equipment = typer.Typer(help="Equipment: registering it and its standing.", no_args_is_help=True)

_FILES = ("animl", "files", "mzml", "jcamp", "unicorn", "allotropy")
_NUMBERS = ("low", "high", "alarm_low", "alarm_high", "resolution")
_SETTLED = ("connected", "disconnected", "journal_full")
_CHANNELS = "Write a list of channels, each with tag, node and unit."


def _titles() -> list[str]:
    return [f"{one.name}: {one.title}" for one in TYPES.values()]


def read_channels(path: Path) -> list[dict[str, Any]]:
    """A channels file: a YAML list of entries with tag, node, unit and what else is known.

    Raises:
        Invalid: with line and column if it is no YAML, or naming the entry that is no channel.
    """
    import yaml

    try:
        entries = yaml.safe_load(read_file(path).decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Invalid(f"{path} is no UTF-8 text.", do=_CHANNELS) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{path}:{mark.line + 1}:{mark.column + 1}: " if mark else f"{path}: "
        raise Invalid(f"{where}this is no YAML ({error.problem}).", do=_CHANNELS) from error
    except yaml.YAMLError as error:
        raise Invalid(f"{path} is no YAML: {error}.", do=_CHANNELS) from error
    if not isinstance(entries, list) or not entries:
        raise Invalid(f"{path} holds no list of channels.", do=_CHANNELS)
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict):
            raise Invalid(f"{path}: entry {number} is no channel.", do=_CHANNELS)
        for name in _NUMBERS:
            if isinstance(entry.get(name), int | float):
                entry[name] = str(entry[name])
    return entries


@connection.command("add")
def connection_add(
    kind: Annotated[str, typer.Argument(metavar="TYPE", help="; ".join(_titles()))],
    address: Annotated[str, typer.Argument(help="Its address, as `titer connection types` writes it.")],
    name: Annotated[str, typer.Option(help="The connection's name, for life.")],
    channels: Annotated[Path | None, typer.Option(help="YAML file of the channels.")] = None,
    unit: Annotated[
        str | None, typer.Option("--equipment", help="Code of the equipment the channels belong to.")
    ] = None,
    owner: Annotated[str, typer.Option(help="Who answers for the data.")] = "",
    host: Annotated[
        str, typer.Option(help="The connector host that serves it: an edge's name; local is beside the hub.")
    ] = LOCAL_HOST,
    allow_unencrypted: Annotated[
        bool, typer.Option("--allow-unencrypted", help="Accept an endpoint that anybody can read and alter.")
    ] = False,
    policy: Annotated[str | None, typer.Option(help="OPC UA security policy, e.g. Basic256Sha256.")] = None,
    certificate: Annotated[Path | None, typer.Option(help="The host's own certificate.")] = None,
    private_key: Annotated[Path | None, typer.Option(help="Its key.")] = None,
    trust: Annotated[
        Path | None, typer.Option(help="opcua: folder of trusted certificates; sila2: the server's, PEM.")
    ] = None,
    time_zone: Annotated[
        str | None,
        typer.Option(help="Folders: zone of times without one; the installation's if left out."),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Folders: of text in the files; utf-8 if left out.")
    ] = None,
    more: Annotated[
        list[str] | None, typer.Option("--set", help="NAME=VALUE, any setting of `titer connection types`.")
    ] = None,
    wait: Annotated[
        float, typer.Option(help="Seconds to wait for its first answer while the hub runs; 0: do not wait.")
    ] = 15.0,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Add a connection, or change one. It records at once; its data is unqualified until it is approved."""
    used = TYPES.get(kind)
    if used is None:
        raise Invalid(f"There are no connections of type {kind}.", do=f"Use {', '.join(TYPES)}.")
    if used.channels and channels is None:
        raise Invalid(f"A connection of type {kind} needs its channels.", do="Give --channels FILE.yaml.")
    if kind in _FILES and channels is not None:
        raise Invalid("A folder of files has no channels.", do="Leave --channels out.")
    entries = read_channels(channels) if channels is not None else []
    given: dict[str, Any] = {
        "allow_unencrypted": "true" if allow_unencrypted else None,
        "security_policy": policy,
        "certificate": certificate,
        "private_key": private_key,
        "root_certificate" if kind == "sila2" else "trust_folder": trust,
        "time_zone": time_zone or (load(folder).time_zone if kind in (*_FILES, "table") else None),
        "encoding": encoding or ("utf-8" if kind in (*_FILES, "table") else None),
        **dict(_assignment(one) for one in more or []),
    }
    settings = used.of_address(address) | {
        key: used.setting(key).read(str(value)) for key, value in given.items() if value is not None
    }
    used.checked(settings)
    with session(folder, as_, port=port) as api:
        made = api.post(
            "/api/equipment/connections",
            {
                "name": name,
                "type": kind,
                "settings": settings,
                "channels": entries,
                "owner": owner,
                "equipment": unit,
                "host": host,
            },
        )
        state, message = _first_answer(api, name, made["recorded_at"], wait if api.served else 0)
    held = f"{len(entries)} channel{'s' if len(entries) != 1 else ''}, " if kind not in _FILES else ""
    notes = "  It is NOT ENCRYPTED." if is_insecure(kind, settings) else ""
    if kind in _FILES:
        notes = (
            f"  Times without a zone are taken as {settings['time_zone']}, text as {settings['encoding']}."
        )
    say(
        f"Connection {name} to {address}: {held}{made['state']} (id {made['id']}).{notes}\n"
        f"Approve it: titer sign equipment_connection {made['id']} approved --reason '...' --as NAME",
        made,
        json,
    )
    if state == "connected" and not json:
        err.print(f"{name} is connected.")
    elif state:
        raise Unavailable(
            f"{name} was added, and is {state}.",
            why=message,
            do=f"The host goes on trying. Mend it, and look again: titer connection list --dir {folder}",
        )


def _first_answer(api: Api, name: str, since: str, seconds: float) -> tuple[str, str]:
    """What the connector host says first of a new connection, or nothing where it says nothing in time.

    Args:
        api: a session.
        name: of the connection.
        since: what was said before does not count; ISO time of the server.
        seconds: of patience.

    Returns:
        The state, e.g. "connected", and the message that goes with it.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(0.2)
        row = next(one for one in api.get("/api/equipment/connections", days=1) if one["name"] == name)
        heard = row["heard_at"] is not None and from_iso(row["heard_at"]) > from_iso(since)
        if heard and row["live_state"] in _SETTLED:
            return str(row["live_state"]), str(row["live_message"])
    return "", ""


def _assignment(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found or not name:
        raise Invalid(f"{text!r} sets nothing.", do="Write it as NAME=VALUE, e.g. queue_size=5000.")
    return name, value


@connection.command("types")
def connection_types(json: Json = False) -> None:
    """List the types of connection with their addresses and settings."""
    lines = []
    for one in TYPES.values():
        lines.append(f"{one.name:<8} {one.title}: titer connection add {one.name} {one.address} --name NAME")
        lines += [f"    {setting.name:<24} {setting.kind:<8} {setting.help}" for setting in one.settings]
    told = {
        one.name: {
            "title": one.title,
            "address": one.address,
            "settings": [
                {"name": setting.name, "kind": setting.kind, "help": setting.help} for setting in one.settings
            ],
            "met": one.met,
            "schema": one.schema(),
        }
        for one in TYPES.values()
    }
    say("\n".join(lines), told, json)


@connection.command("list")
def connection_list(
    folder: Folder = Path("titer"), as_: As = None, port: Port = None, json: Json = False
) -> None:
    """List connections with their state."""
    with session(folder, as_, port=port) as api:
        rows = api.get("/api/equipment/connections", days=1)
    lines = [
        f"{row['name']:<16} {row['type']:<8} {row['state']:<10} {row['live_state']:<14} {row['id']}"
        + (f"\n    {row['live_message']}" if row["live_message"] else "")
        for row in rows
    ]
    say("\n".join(lines) or "There are no connections.", rows, json)


@equipment.command("add")
def equipment_add(
    code: Annotated[str, typer.Argument(help="Code, e.g. BR-201.")],
    name: Annotated[str, typer.Option(help="Its name.")],
    class_name: Annotated[str, typer.Option("--class", help="Class, e.g. Bioreactor.")] = "",
    level: Annotated[str, typer.Option(help="ISA-95 level: site, area, unit, instrument ...")] = "unit",
    parent: Annotated[str | None, typer.Option(help="Code of what it belongs to.")] = None,
    capability: Annotated[list[str] | None, typer.Option(help="e.g. 'volume >= 2000 L'.")] = None,
    needs_cleaning: Annotated[bool, typer.Option("--needs-cleaning", help="Clean before each use.")] = False,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Register equipment; somebody of the quality unit then signs that it is qualified."""
    with session(folder, as_, port=port) as api:
        made = api.post(
            "/api/equipment/units",
            {
                "code": code,
                "name": name,
                "level": level,
                "parent": parent,
                "class_name": class_name,
                "capabilities": capability or [],
                "needs_cleaning": needs_cleaning,
            },
        )
    say(
        f"Registered {code} (id {made['id']}).\n"
        f"Qualify it: titer sign equipment_node {made['id']} qualified --reason '...' --as NAME",
        made,
        json,
    )


@equipment.command("list")
def equipment_list(
    folder: Folder = Path("titer"), as_: As = None, port: Port = None, json: Json = False
) -> None:
    """List units and instruments."""
    with session(folder, as_, port=port) as api:
        rows = api.get("/api/equipment/units")
    lines = [f"{row['code']:<16} {row['qualification']:<14} {row['name']}  {row['id']}" for row in rows]
    say("\n".join(lines) or "There is no equipment.", rows, json)
