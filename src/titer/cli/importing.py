"""`titer import`: an instrument's file, from its bytes to results, or why it gives none."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from titer.base import media
from titer.base.errors import Invalid, NotFound, Unavailable
from titer.cli.api import Api, Problem, read_file, session
from titer.cli.options import As, Folder, Json, Port, say

_PATIENCE_S = 60.0
_XML = (".animl", ".xml")


def import_file(
    file: Annotated[Path, typer.Argument(help="An instrument's file, e.g. AnIML.")],
    sample: Annotated[str | None, typer.Option(help="Number of the sample that was measured.")] = None,
    method: Annotated[str | None, typer.Option(help="Code of the method that reads the file.")] = None,
    analysis: Annotated[
        list[str] | None, typer.Option(help="One of the method's; those planned, else all, if left out.")
    ] = None,
    instrument: Annotated[
        str | None, typer.Option(help="Its code; if left out, the one that the file names.")
    ] = None,
    entry: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE of the worksheet, e.g. dilution_factor=20.")
    ] = None,
    standard: Annotated[
        list[str] | None, typer.Option(help="LEVEL=CONCENTRATION, in the method's unit.")
    ] = None,
    material: Annotated[list[str] | None, typer.Option(help="ROLE=LOT, e.g. column=C-77.")] = None,
    run: Annotated[str | None, typer.Option(help="A run that was started for this file.")] = None,
    connection: Annotated[
        str | None, typer.Option(help="Connection it belongs to; the only one for files if left out.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why by hand.")] = "imported by hand",
    folder: Folder = Path("titer"),
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Take an instrument's file: keep its bytes, and make results of it.

    With --sample and --method (or --run) it goes to results in one action. Without, it says what the file holds and
    what to type next. What cannot be read is kept in quarantine, and the command says why.
    """
    data = read_file(file)
    wanted = _wanted(sample, method, run, analysis, instrument, entry, standard, material)
    with session(folder, as_, port=port) as api:
        used = connection or _only_connection(api)
        if wanted:
            _check(api, wanted)
        taken = api.post_bytes(
            "/api/imports",
            data,
            file_name=file.name,
            connection=used,
            media_type=media.media_type(file.name, data),
            kind="animl" if file.suffix.lower() in _XML else "file",
            reason=reason,
        )
        row = _inbox(api, taken["document_id"])
        if row["disposition"] == "quarantined":
            raise Problem(
                f"{file.name} was kept (SHA-256 {taken['digest']}), but it cannot be read and is in quarantine.",
                why=row["reason"] or "",
                do="Look at it in the laboratory's inbox; set it aside with a reason, or bring a better file.",
            )
        if not wanted:
            detail = api.get(f"/api/lims/files/{row['id']}")
            say(_described(file, detail), detail, json)
            return
        try:
            made = api.post("/api/lims/imports", {"file_id": row["id"], "reason": reason, **wanted})
        except Problem as error:
            kept = f"The file is kept in the inbox (SHA-256 {taken['digest']}); no result was entered."
            raise Problem(error.what, why=error.why, do=f"{error.do} {kept}".strip()) from error
    _tell(file, made, json)


def _wanted(
    sample: str | None,
    method: str | None,
    run: str | None,
    analysis: list[str] | None,
    instrument: str | None,
    entry: list[str] | None,
    standard: list[str] | None,
    material: list[str] | None,
) -> dict[str, Any]:
    """What the laboratory is asked to make of the file; empty if nothing."""
    if run is not None and (sample is not None or method is not None):
        raise Invalid("A run has its samples and its method.", do="Give --run, or --sample and --method.")
    if (sample is None) != (method is None):
        lacks = "--method CODE" if method is None else "--sample NUMBER"
        raise Invalid("A result belongs to a sample and follows a method.", do=f"Give {lacks} as well.")
    if run is not None:
        return {"run": run}
    if sample is None:
        extra = {"--analysis": analysis, "--entry": entry, "--standard": standard, "--material": material}
        given = [name for name, value in extra.items() if value]
        if given:
            raise Invalid(f"{given[0]} belongs to a result.", do="Give --sample and --method as well.")
        return {}
    return {
        "sample": sample,
        "method": method,
        "analyses": analysis or [],
        "instrument": instrument,
        "worksheet": dict(_pair(one, "NAME=VALUE") for one in entry or []),
        "standards": dict(_pair(one, "LEVEL=CONCENTRATION") for one in standard or []),
        "materials": [
            {"role": role, "lot": lot} for role, lot in (_pair(one, "ROLE=LOT") for one in material or [])
        ],
    }


def _pair(text: str, form: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found or not name.strip() or not value.strip():
        raise Invalid(f"{text!r} is not {form}.", do=f"Write it as {form}.")
    return name.strip(), value.strip()


def _check(api: Api, wanted: dict[str, Any]) -> None:
    """Refuse before anything is stored what cannot become a result."""
    if "run" in wanted:
        api.get(f"/api/lims/runs/{wanted['run']}")
        return
    methods = [row for row in api.get("/api/lims/methods") if row["code"] == wanted["method"]]
    if not any(row["state"] == "effective" for row in methods):
        states = ", ".join(f"revision {row['revision']} is {row['state']}" for row in methods)
        raise NotFound(
            f"The method {wanted['method']} has no effective revision; nothing was stored.",
            why=f"{states.replace('_', ' ').capitalize()}." if states else "There is no such method.",
            do="Submit it with `titer method submit FILE.yaml` and have it signed: authored, then approved.",
        )
    try:
        api.get(f"/api/lims/samples/{wanted['sample']}")
    except Problem as error:
        raise NotFound(
            f"{error.what} Nothing was stored.",
            do="Register it with `titer sample register --batch NUMBER --analysis NAME`.",
        ) from error


def _described(file: Path, detail: dict[str, Any]) -> str:
    """What a file holds, and the next command."""
    row, found = detail["file"], detail["file"]["found"]
    lines = [f"{file.name} is kept (SHA-256 {row['digest']}) and {row['disposition']}."]
    if row["reason"]:
        lines.append(f"  {row['reason']}")
    lines += [
        f"  techniques   {', '.join(found.get('techniques') or []) or 'not named'}",
        f"  instrument   {found.get('instrument') or 'not named'}"
        + (f" (here: {detail['instrument']})" if detail["instrument"] else " (not registered here)"),
        f"  measured at  {found.get('measured_at') or 'not stated'}",
        f"  run          {found.get('run') or 'not named'}",
        f"  samples      {', '.join(_sample(one, found) for one in found.get('samples') or []) or 'none named'}",
    ]
    if found.get("injections"):
        lines.append(f"  injections   {found['injections']}")
    for column in found.get("columns") or []:
        unit = f" {column['unit']}" if column["unit"] else ""
        lines.append(f"  series       {column['step']}: {column['name']}{unit}, {column['values']} values")
    lines += [f"  note         {one}" for one in found.get("notes") or []]
    if row["disposition"] == "pending":
        lines.append(_next(file, detail))
    lines.append(f"The file's record: lims_raw_file {row['id']}")
    return "\n".join(lines)


def _sample(number: str, found: dict[str, Any]) -> str:
    return f"{number} (unknown here)" if number in found.get("unknown_samples", ()) else number


def _next(file: Path, detail: dict[str, Any]) -> str:
    """What to type to make a result of the file."""
    found = detail["file"]["found"]
    known = [one for one in found.get("samples", ()) if one not in found.get("unknown_samples", ())]
    if not detail["methods"]:
        return (
            "No effective method reads it. Write one (technique: document, or chromatography), and then:\n"
            "  titer method submit METHOD.yaml"
        )
    lines = []
    for fit in detail["methods"]:
        words = [f"  titer import {file} --sample {known[0] if known else 'NUMBER'} --method {fit['code']}"]
        words += [] if detail["instrument"] else ["--instrument CODE"]
        words += [f"--entry {name}=VALUE" for name in fit["entries"]]
        words += ["--standard LEVEL=CONCENTRATION"] * fit["standards"]
        lines.append(" ".join(words))
    return "\n".join(["To make a result of it:", *lines])


def _tell(file: Path, made: dict[str, Any], json: bool) -> None:
    """The results, or that the run's own suitability forbids them."""
    run = made["run"]
    if run["state"] == "suitability_failed":
        failed = "; ".join(
            f"{row['name']}: {row['value'] or row['detail']}"
            for row in run["suitability"]
            if not row["passed"]
        )
        raise Problem(
            f"{file.name} is the data of {run['number']}, but its suitability failed, so it gives no result.",
            why=f"{failed}.",
            do="The tests are planned again, as the method's own rule says.",
        )
    lines = [f"{file.name} is the data of run {run['number']} on {run['instrument']}."]
    for work in made["tests"]:
        result = work["result"]
        verdict = work["evaluation"]["outcome"].replace("_", " ") if work["evaluation"] else "not evaluated"
        lines.append(
            f"  {work['sample']['number']}  {result['analysis']} = {result['text']} {result['unit'] or ''}".rstrip()
            + f"  {verdict}  ({work['test']['number']}, result {result['id']})"
        )
    lines += [f"  finding: {row['detail']}" for row in run["findings"]]
    lines.append(f"The bytes are kept: SHA-256 {run['document_digest']}, lims_raw_file {made['file']['id']}")
    lines.append(
        f"To be signed: titer sign lims_run {run['id']} reviewed --reason '...' --as NAME, then approved"
    )
    say("\n".join(lines), made, json)


def _only_connection(api: Api) -> str:
    names = [
        row["name"]
        for row in api.get("/api/equipment/connections", days=1)
        if row["type"] in ("animl", "files", "mzml", "jcamp", "unicorn", "allotropy", "table")
    ]
    if not names:
        raise NotFound(
            "No connection of type animl is registered, so the file has no owner.",
            do="Add one: titer connection add animl FOLDER --name NAME, by a person with the role automation.",
        )
    if len(names) > 1:
        raise Invalid(f"There are several: {', '.join(names)}.", do="Say which with --connection NAME.")
    return str(names[0])


def _inbox(api: Api, document_id: str) -> dict[str, Any]:
    """The file in the laboratory's inbox, once it was delivered there."""
    end = time.monotonic() + _PATIENCE_S
    while True:
        api.settle()
        for row in api.get("/api/lims/files"):
            if row["document_id"] == document_id:
                found: dict[str, Any] = row
                return found
        if time.monotonic() > end:
            raise Unavailable(
                "The file is kept, but the laboratory has not taken it yet.",
                do="Look at the inbox later; `titer doctor` says whether a delivery fails.",
            )
        time.sleep(0.25)
