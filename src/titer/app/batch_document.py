"""The batch record as a document: what a reviewer and an inspector read (21 CFR 211.188, 211.192).

Nothing is decided or computed here; every line stands in the dossier's data, which is attached to the document.
Times are plant time (UTC) unless the column says "server".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from titer.app import manifest
from titer.app.document import Document, Section, text
from titer.base.clock import from_iso

Row = dict[str, Any]
Cells = tuple[str, ...]


def document(data: Row) -> Document:
    """The document of a batch's dossier.

    Args:
        data: of `titer.app.dossier.gather`.
    """
    record = data["execution"]
    return Document(
        title=f"Batch record {record['batch']['number']}",
        installation=record["installation"]["name"],
        mark=mark(data),
        server_time=from_iso(data["printed_at"]["server"]),
        process_time=from_iso(data["printed_at"]["plant"]),
        head=_head(data),
        sections=tuple(section(data) for section in _SECTIONS),
        data=data,
    )


def mark(data: Row) -> str:
    """What stands on every page of a record that is not of a real batch."""
    words = [word for word, is_so in (("DEMO", data["demo"]), ("SIMULATED", data["simulated"])) if is_so]
    return " - ".join(words)


def when(value: str | None) -> str:
    """An instant as it is printed, to the second, in UTC."""
    return "-" if not value else from_iso(value).strftime("%Y-%m-%d %H:%M:%S")


def _head(data: Row) -> tuple[tuple[str, str], ...]:
    record = data["execution"]
    batch, recipe, order = record["batch"], record["recipe"], record["order"]
    disposition = data["review"]["disposition"]
    standing = "not begun"
    if disposition:
        standing = str(disposition["state"]).replace("_", " ")
        if disposition["decided_at"]:
            standing += f" ({when(disposition['decided_at'])})"
    held = ", ".join(dict.fromkeys(row["equipment"] for row in record["equipment"]))
    quantity = " ".join(text(order[name]) for name in ("quantity", "unit") if order[name])
    return (
        ("Product", text(batch["product"])),
        (
            "Master recipe",
            f"{text(recipe['code'])} version {text(recipe['version'])}: {text(recipe['title'])}",
        ),
        ("Recipe content", text(recipe["content_digest"])),
        ("Order", f"{text(order['number'])} {quantity}".strip()),
        ("Equipment", text(held)),
        ("Execution", text(batch["execution"])),
        ("Start (plant time)", when(batch["started_at"])),
        ("End (plant time)", when(batch["ended_at"])),
        ("Disposition", standing),
        ("Review", text(data["review"]["coverage"]["sentence"])),
        ("Time zone of the plant", text(data["printed_at"]["time_zone"])),
        ("Content of the execution record", text(record["digest"])),
    )


def _section(
    title: str,
    columns: str,
    rows: Iterable[Iterable[Any]],
    *,
    note: str = "",
    widths: tuple[int, ...] = (),
) -> Section:
    """A table; columns are separated by `|`."""
    cells: tuple[Cells, ...] = tuple(tuple(text(cell) for cell in row) for row in rows)
    return Section(title, tuple(columns.split("|")), cells, note=note, widths=widths)


def _name(data: Row, person_id: str | None) -> str:
    return data["persons"].get(person_id, text(person_id)) if person_id else "-"


def _with_unit(value: Any, unit: Any) -> str:
    return f"{text(value)} {unit}" if value not in (None, "") and unit not in (None, "", "1") else text(value)


def _formula(data: Row) -> Section:
    recipe = data["execution"]["recipe"]
    start, end = recipe["formula_at_start"], recipe["formula_at_end"]
    rows = [
        (name, _parameter(start.get(name)), _parameter(end.get(name)), start.get(name) != end.get(name))
        for name in sorted({*start, *end})
    ]
    return _section("Formula", "Parameter|At the start|At the end|Changed", rows)


def _parameter(value: Any) -> str:
    if isinstance(value, dict) and "value" in value:
        return _with_unit(value["value"], value.get("unit"))
    return text(value)


def _equipment(data: Row) -> Section:
    rows = [
        (row["symbol"], row["equipment"], row["state"], when(row["granted_at"]), when(row["released_at"]))
        for row in data["execution"]["equipment"]
    ]
    return _section("Equipment", "Symbol|Equipment|State|From|Until", rows)


def _steps(data: Row) -> Section:
    rows = [
        (
            row["path"],
            row["title"] or row["kind"],
            row["unit"],
            row["state"] + (f" ({row['outcome']})" if row["outcome"] else ""),
            when(row["started_at"]),
            when(row["ended_at"]),
            row["verify"],
        )
        for row in data["execution"]["steps"]
    ]
    return _section(
        "Steps",
        "Path|Step|Unit|State|Begun|Ended|Checked by",
        rows,
        note="What the engine executed, in the order of the recipe.",
        widths=(3, 5, 2, 3, 4, 4, 3),
    )


def _setpoints(data: Row) -> Section:
    rows = [
        (
            when(row["at"]),
            row["tag"],
            _with_unit(row["set"], row["unit"]),
            _with_unit(row["actual"], row["unit"]),
            row["outcome"],
            when(row["read_back_at"]),
            row["proposal"] or "recipe",
        )
        for row in data["execution"]["setpoints"]
    ]
    return _section(
        "Set-points, set and read back",
        "Written|Channel|Set|Read back|Outcome|Read back at|Because of",
        rows,
        widths=(4, 5, 3, 3, 2, 4, 3),
    )


def _feeds(data: Row) -> Section:
    known = {"type", "at", "at_us", "path", "sequence"}
    rows = [
        (when(row["at"]), row.get("path"), {k: v for k, v in row.items() if k not in known})
        for row in data["execution"]["feeds"]
    ]
    return _section("Feeds, as checked", "At|Path|What was checked", rows, widths=(2, 2, 6))


def _tasks(data: Row) -> Section:
    witnessed = {row["id"]: row for row in data["signatures"]}
    rows: list[tuple[Any, ...]] = []
    for task in data["execution"]["tasks"]:
        witness = witnessed.get(task["witness_signature"] or "")
        seen = witness["printed_name"] if witness else ("missing" if task["witness_required"] else "-")
        entries = task["entries"] or [None]
        for entry in entries:
            rows.append(
                (
                    task["title"],
                    _entry(entry) if entry else (f"lot {task['lot']}" if task["lot"] else task["comment"]),
                    _limits(entry),
                    "-" if entry is None or entry["inside"] is None else entry["inside"],
                    _name(data, entry["by"] if entry else task["entered_by"]),
                    when(entry["at"] if entry else task["entered_at"]),
                    seen,
                )
            )
    return _section(
        "Manual tasks",
        "Task|Entered|Limits|Inside|By|At|Witness",
        rows,
        note="A corrected entry stands beside the one it corrects, with its reason.",
        widths=(5, 5, 3, 2, 4, 4, 4),
    )


def _entry(entry: Row) -> str:
    said = f"{entry['name']}: {_with_unit(entry['value'], entry['unit'])}"
    return said + (f" (correction {entry['revision']}: {entry['reason']})" if entry["reason"] else "")


def _limits(entry: Row | None) -> str:
    if entry is None or (entry["low"] is None and entry["high"] is None):
        return "-"
    return f"{text(entry['low'])} to {text(entry['high'])}"


def _materials(data: Row) -> Section:
    rows = [
        (
            row["direction"],
            row["material"],
            row["lot"],
            _with_unit(row["quantity"], row["unit"]),
            when(row["at"]),
        )
        for row in data["execution"]["materials"]
    ]
    return _section("Materials", "Direction|Material|Lot|Quantity|At", rows)


def _samples(data: Row) -> Section:
    rows = [
        (row["number"], row["label"] or row["plan"], row["path"], when(row["drawn_at"]))
        for row in data["execution"]["samples"]
    ]
    return _section("Samples drawn", "Sample|For|Path|Drawn", rows)


def _results(data: Row) -> Section:
    laboratory = data["laboratory"]
    sample = {row["id"]: row["number"] for row in laboratory["samples"]}
    judged: dict[str, list[Row]] = {}
    for row in laboratory["evaluations"]:
        judged.setdefault(row["result_id"], []).append(row)
    rows = []
    for row in laboratory["results"]:
        said = judged.get(row["id"], [])
        rows.append(
            (
                sample.get(row["sample_id"], row["sample_id"]),
                row["analysis"],
                _with_unit(row["text"], row["unit"]),
                "; ".join(
                    f"{one['outcome']} ({one['rounded'] or '-'} against {one['limit_text']})" for one in said
                )
                or "not evaluated",
                row["state"],
                _name(data, row["entered_by"]),
                _name(data, row["reviewed_by"]),
                _name(data, row["approved_by"]),
            )
        )
    return _section(
        "Results",
        "Sample|Analysis|Result|Evaluation|State|Analyst|Reviewed by|Approved by",
        rows,
        note="Invalidated results stay, with their state.",
        widths=(3, 3, 3, 5, 2, 3, 3, 3),
    )


def _investigations(data: Row) -> Section:
    rows = [
        (
            row["number"],
            row["title"],
            row["state"],
            row["hypothesis"],
            row["assignable_cause"],
            row["conclusion"],
            _name(data, row["investigator_id"]),
        )
        for row in data["laboratory"]["investigations"]
    ]
    return _section("Investigations", "Number|Title|State|Hypothesis|Cause|Conclusion|Investigator", rows)


def _certificates(data: Row) -> Section:
    rows = [
        (
            row["number"],
            f"{row['laboratory']}, {row['reference']}",
            row["state"],
            _name(data, row["checked_by"]),
        )
        for row in data["laboratory"]["contract_certificates"]
    ] + [
        (row["number"], "certificate of analysis", row["state"], _name(data, row["issued_by"]))
        for row in data["laboratory"]["certificates"]
    ]
    return _section("Certificates", "Number|Of|State|Checked or issued by", rows)


def _exceptions(data: Row) -> Section:
    rows = [
        (row["number"], row["severity"], row["title"], row["state"], row["disposition"], row["comment"])
        for row in data["review"]["exceptions"]
    ]
    return _section(
        "Exceptions", "Number|Severity|What|State|Disposition|Comment", rows, widths=(3, 2, 6, 2, 3, 5)
    )


def _deviations(data: Row) -> Section:
    rows = [
        (
            row["number"],
            row["title"],
            row["classification"],
            row["state"],
            row["root_cause"],
            row["product_impact"],
            row["corrective_action"],
        )
        for row in data["review"]["deviations"]
    ]
    return _section("Deviations", "Number|What|Class|State|Root cause|Product impact|Action", rows)


def _alerts(data: Row) -> Section:
    rows = [
        (
            row["number"],
            when(row["raised_at"]),
            row["title"],
            f"{row['statistic']} {row['ratio']}",
            row["state"],
            row["disposition"],
            row["comment"],
        )
        for row in data["monitoring"]["alerts"]
    ]
    return _section("Alerts", "Number|Raised|What|Statistic / limit|State|Disposition|Comment", rows)


def _proposals(data: Row) -> Section:
    rows = [
        (
            row["number"],
            row["title"],
            row["changes"],
            row["state"],
            _name(data, row["submitted_by"]),
            _name(data, row["decided_by"]),
            row["outcome"],
        )
        for row in data["twin"]["proposals"]
    ]
    return _section(
        "Proposals of the twin", "Number|What|Changes|State|Submitted by|Decided by|Outcome", rows
    )


def _gaps(data: Row) -> Section:
    rows = [
        (
            when(row["from"]),
            when(row["to"]),
            row["state"],
            f"{len(row['channels'])} channels: " + ", ".join(row["channels"][:6]),
        )
        for row in data["gaps"]
    ]
    return _section(
        "Gaps in the series",
        "From|To|State|Channels",
        rows,
        note="Spans in which values were lost or may have been; filled: read back from the source's history.",
        widths=(3, 3, 2, 6),
    )


def _retired(data: Row) -> Section:
    rows = [
        (
            when(row["from"]),
            when(row["to"]),
            f"{row['retention']}: {row['years']} years ({row['basis']})",
            when(row["due"]),
            ", ".join(f"every {kept['width_s']} s" for kept in row["kept"]) or "nothing",
            row["digest"],
        )
        for row in data["series"]["retired"]
    ]
    return _section(
        "Series that were retired",
        "From|To|Class and rule|Might go from|Kept in its place|Sealed segment (SHA-256)",
        rows,
        note="Values of the batch's channels whose retention time was over, and that are kept no longer; who let "
        "them go stands in the ledger, and so do the digests. Kept in their place: smallest, largest, first and "
        "last value, and counts."
        if rows
        else "",
        widths=(3, 3, 4, 3, 3, 5),
    )


def _outages(data: Row) -> Section:
    known = {"type", "at", "at_us", "sequence"}
    rows = [
        (when(row["at"]), {key: value for key, value in row.items() if key not in known})
        for row in data["execution"]["outages"] + data["execution"]["commands"] + data["execution"]["notes"]
    ]
    return _section("Outages, commands and notes", "At|What", rows, widths=(2, 8))


def _outcome(row: Row) -> str:
    """An exception stays one; whether somebody has disposed of it stands beside it."""
    said = str(row["outcome"]).replace("_", " ")
    return f"{said}, disposed of" if row["outcome"] == "exception" and not row["blocks"] else said


def _checks(data: Row) -> Section:
    rows = [
        (row["title"], _outcome(row), row["detail"], row["exceptions"])
        for row in data["review"]["coverage"]["checks"]
        if row["outcome"] != "passed"
    ]
    return _section(
        "Checks that did not pass",
        "Check|Outcome|Detail|Exceptions",
        rows,
        note=text(data["review"]["coverage"]["sentence"]) + " All checks stand in the attached data.",
        widths=(5, 2, 6, 3),
    )


def _signatures(data: Row) -> Section:
    return manifest.section(data["signatures"])


_SECTIONS: tuple[Callable[[Row], Section], ...] = (
    _formula,
    _equipment,
    _steps,
    _setpoints,
    _feeds,
    _tasks,
    _materials,
    _samples,
    _results,
    _investigations,
    _certificates,
    _exceptions,
    _deviations,
    _alerts,
    _proposals,
    _gaps,
    _retired,
    _outages,
    _checks,
    _signatures,
)
