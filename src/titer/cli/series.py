"""`titer series ...`: time series that leave as a file or come in as one, and how long series are kept."""

from __future__ import annotations

import json as json_
from hashlib import file_digest
from pathlib import Path
from typing import Annotated, Any

import typer

from titer.base.clock import from_us, iso
from titer.base.errors import Invalid, TooLarge
from titer.cli.api import Api, Problem, session
from titer.cli.options import As, Folder, Json, Port, Reason, say, working

series = typer.Typer(
    help="Time series: exporting them, importing history, and how long they are kept.", no_args_is_help=True
)

_PIECE = 32 << 20
_SUFFIXES = {".csv": "csv", ".parquet": "parquet", ".pq": "parquet"}


@series.command("export")
def export(
    tags: Annotated[list[str], typer.Argument(help="Channels.")],
    start: Annotated[str, typer.Option(help="Begin, with its time zone: 2026-03-02T08:00:00Z.")],
    end: Annotated[str, typer.Option(help="End, not included.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write: .csv, .parquet or .arrows.")],
    as_of: Annotated[
        str | None, typer.Option(help="Leave out what was received later: the answer of that moment.")
    ] = None,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Write the observations of some channels into a file that any reader understands."""
    form = {".arrows": "arrow", **_SUFFIXES}.get(out.suffix.lower())
    if form is None:
        raise Invalid(f"{out.name} tells no format.", do="End its name with .csv, .parquet or .arrows.")
    if out.exists():
        raise Invalid(f"{out} exists already.", do="Choose another file.")
    asked = {"tags": tags, "start": start, "end": end, "format": form, **({"as_of": as_of} if as_of else {})}
    with session(folder, as_, port=port) as api, working("Reading"):
        api.get_file("/api/historian/export", asked, out)
    size = out.stat().st_size
    say(f"Wrote {out}: {size:,} bytes.", {"file": str(out), "bytes": size, "format": form}, json)


@series.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV (UTF-8, with a header) or Parquet.", exists=True)],
    reason: Annotated[str, typer.Option("--reason", help="Where it comes from, and why it comes in.")],
    column: Annotated[
        list[str] | None,
        typer.Option(
            help="NAME=COLUMN: what tag, time, value, text, quality, unit (or a channel) is called there."
        ),
    ] = None,
    wide: Annotated[
        bool, typer.Option("--wide", help="One column a channel, instead of one row a value.")
    ] = False,
    zone: Annotated[str | None, typer.Option(help="Time zone of times that state none, e.g. UTC.")] = None,
    epoch: Annotated[
        str | None, typer.Option(help="s, ms or us, where times are numbers since 1970.")
    ] = None,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Bring history in from another historian or from a file, and compare it with what is stored afterwards.

    The file is kept as it is. It is checked whole before anything is stored; an import that was cut short goes on
    where it was when the command is given again.
    """
    kind = _SUFFIXES.get(file.suffix.lower())
    if kind is None:
        raise Invalid(f"{file.name} tells no format.", do="End its name with .csv or .parquet.")
    with file.open("rb") as opened:
        digest = file_digest(opened, "sha256").hexdigest()
    body = {
        "digest": digest,
        "file_name": file.name,
        "kind": kind,
        "wide": wide,
        "columns": _pairs(column or []),
        "zone": zone,
        "epoch": epoch,
        "reason": reason,
    }
    with session(folder, as_, port=port) as api, working(file.name) as tell:
        _send(api, file, digest, tell)
        told: dict[str, Any] = {}
        for line in api.post_for_lines("/api/historian/imports", body):
            told = json_.loads(line)
            if "problem" in told:
                problem = told["problem"]
                where = f"{problem['where']}: " if problem["where"] else ""
                raise Problem(where + problem["what"], why=problem["why"], do=problem["do"])
            if "doing" in told:
                tell(told["doing"], told["done"], told["of"])
    if "import" not in told:
        raise Problem("The import was cut short.", do="Give the command again: it goes on where it was.")
    report = told["import"]
    say(
        f"Imported {report['row_count']:,} values of {len(report['tags'])} channels, "
        f"{iso(from_us(report['start_us']))} to {iso(from_us(report['end_us']))}.\n"
        f"Compared with the store: {report['found_count']:,} answer questions now, "
        f"{report['conflict_count']:,} are kept behind another value of the same instant, none is missing.",
        report,
        json,
    )


@series.command("keep")
def keep(
    name: Annotated[str, typer.Argument(help="Name of the retention class.")],
    reason: Reason,
    years: Annotated[int, typer.Option(help="How long its channels are kept at least.")],
    basis: Annotated[str, typer.Option(help="The rule that asks for it, such as a procedure.")],
    tag: Annotated[
        list[str] | None, typer.Option(help="A channel to put into it; may be given again.")
    ] = None,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Say how long channels are kept at least; a channel that is in no class is kept for ever."""
    body = {"name": name, "years": years, "basis": basis, "tags": tag or [], "reason": reason}
    with session(folder, as_, port=port) as api:
        told = api.post("/api/historian/retention", body)
    say(f"Channels of the class {name} are kept for {years} years at least: {basis}", told, json)


@series.command("retention")
def retention(folder: Folder = Path("titer"), as_: As = None, port: Port = None, json: Json = False) -> None:
    """List the retention classes and the segments of their channels, those first that may go."""
    with session(folder, as_, port=port) as api:
        told = api.get("/api/historian/retention")
    lines = [f"{one['name']}: {one['years']} years, {one['basis']}" for one in told["classes"]]
    lines += [
        f"{one['digest'][:16]}  {one['day'] or 'several days'}  {one['tag_count']} channels, {one['size']:,} bytes: "
        + (one["kept_because"] or f"may go since {one['due'][:10]}.")
        for one in told["due"]
    ]
    say("\n".join(lines) or "No retention class is set: all series are kept for ever.", told, json)


@series.command("retire")
def retire(
    reason: Reason,
    digests: Annotated[
        list[str] | None, typer.Argument(help="Digests of segments, or how they begin.")
    ] = None,
    due: Annotated[bool, typer.Option("--due", help="All that may go.")] = False,
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Let segments go whose time is over: their minutes and hours stay, their values do not. All of them, or none."""
    if bool(digests) == due:
        raise Invalid("Name the segments, or give --due.", where="--due")
    with session(folder, as_, port=port) as api:
        listed = api.get("/api/historian/retention")["due"]
        if due:
            chosen = [one["digest"] for one in listed if not one["kept_because"]]
        else:
            chosen = [_whole(begin, [one["digest"] for one in listed]) for begin in digests or ()]
        told = api.post("/api/historian/retire", {"digests": chosen, "reason": reason}) if chosen else []
    lines = [f"Retired {one['digest'][:16]} under {one['retention']} ({one['years']} years)." for one in told]
    say("\n".join(lines) or "Nothing is due.", told, json)


def _whole(begin: str, known: list[str]) -> str:
    found = [one for one in known if one.startswith(begin)]
    if len(begin) < 8 or len(found) != 1:
        raise Invalid(
            f"{begin} is the beginning of {len(found)} digests.",
            where="digests",
            do="Give 8 characters or more of one that `titer series retention` lists.",
        )
    return found[0]


def _pairs(given: list[str]) -> dict[str, str]:
    pairs = {}
    for one in given:
        name, equals, there = one.partition("=")
        if not equals or not name or not there:
            raise Invalid(f"{one!r} is no NAME=COLUMN.", where="--column", do="Write, e.g., time=Timestamp.")
        pairs[name] = there
    return pairs


def _send(api: Api, file: Path, digest: str, tell: Any) -> None:
    size = file.stat().st_size
    known = api.get(f"/api/historian/incoming/{digest}")
    have, most = int(known["bytes"]), int(known["most"])
    if have < size and size > most:
        raise TooLarge(
            f"{file.name} has {size:,} bytes, and this installation takes {most:,} at the most.",
            do="Cut it into shorter files, or have `largest_history` in titer.yaml raised.",
        )
    with file.open("rb") as opened:
        opened.seek(have)
        while block := opened.read(_PIECE):
            have = int(api.put_bytes(f"/api/historian/incoming/{digest}", block, offset=have)["bytes"])
            tell("sending", have, size)
