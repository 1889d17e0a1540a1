"""`titer record ...`: what a record looks like, and what it looked like at any instant."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from titer.app import load
from titer.base.clock import iso, require_utc
from titer.base.errors import Invalid
from titer.cli.api import session
from titer.cli.options import As, Folder, Json, Port, say

record = typer.Typer(help="Single records through time, out of the ledger.", no_args_is_help=True)

Type = Annotated[str, typer.Argument(help="The kind of record, e.g. lims_sample.")]
Id = Annotated[str, typer.Argument(help="Its id, or what people call it, e.g. S-2026-0001.")]


@record.command("show")
def record_show(
    record_type: Type,
    record_id: Id,
    at: Annotated[
        str | None,
        typer.Option(help="An instant, e.g. '2026-03-03 10:00'; of the plant's zone unless it bears one."),
    ] = None,
    clock: Annotated[str, typer.Option(help="Whose time that is: server or process.")] = "server",
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Show a record as it is, or as it was at an instant, and what is different now."""
    if clock not in ("server", "process"):
        raise Invalid(f"There is no clock {clock!r}.", do="Use server or process.", where="--clock")
    asked = {"clock": clock}
    if at is not None:
        asked["at"] = iso(instant(at, load(folder).time_zone))
    with session(folder, as_, port=port) as api:
        found = api.get(f"/api/records/{record_type}/{record_id}/at", **asked)
    say(_told(found), found, json)


@record.command("history")
def record_history(
    record_type: Type,
    record_id: Id,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """List the versions of a record: when, who, what changed, and why."""
    with session(folder, as_, port=port) as api:
        found = api.get(f"/api/records/{record_type}/{record_id}/history")
    lines = [
        f"{step['version']:>4}  {step['time'][:19]}Z  {step['actor']['name']:<24} {step['verb']:<32} "
        + (
            "deleted"
            if step["deleted"]
            else "entered"
            if step["version"] == 1
            else ", ".join(step["changed"])
        )
        + (f"  because: {step['reason']}" if step["reason"] else "")
        for step in found["steps"]
    ]
    say("\n".join(lines), found, json)


def instant(text: str, time_zone: str) -> datetime:
    """Read an instant that a person typed.

    Args:
        text: ISO 8601, with a T or a space in its middle.
        time_zone: of an instant that bears none.

    Raises:
        Invalid: if it is none.
    """
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Invalid(f"{text!r} is no instant.", do="Write it as 2026-03-03 10:00.", where="--at") from None
    return require_utc(read if read.tzinfo else read.replace(tzinfo=ZoneInfo(time_zone)))


def _told(found: dict[str, Any]) -> str:
    version, newest = found["version"], found["now"]
    called = f"{found['record_type']} {found['name'] or found['record_id']}"
    when = f"At {found['at'][:19]}Z ({found['clock']} clock)" if found["at"] else "Now"
    if version is None:
        lines = [f"{when} there was no {called}; it was entered later."]
    else:
        lines = [
            f"{when} {called} was at version {version['number']} of {newest['number']}, made by "
            f"{version['actor']['name']} at {version['time'][:19]}Z ({version['verb']})"
            + (f" because: {version['reason']}" if version["reason"] else "")
        ]
        if version["image"] is None:
            lines.append("It had been deleted.")
        lines += [f"  {name} = {value}" for name, value in sorted((version["image"] or {}).items())]
    if found["since_then"]:
        lines.append("Different now:")
        lines += [f"  {one['field']}: {one['before']} -> {one['after']}" for one in found["since_then"]]
    lines.append(
        "The table holds what the newest entry says."
        if found["agrees"]
        else "THE TABLE DOES NOT HOLD what the newest entry says: run titer verify."
    )
    return "\n".join(lines)
