"""What `mkdocs build` adds to the pages: references made from the code itself, and the list of decisions.

They are made at each build and kept nowhere, so that they cannot say something else than the code.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]


def on_config(config: Any) -> Any:
    """List the decisions in the order of their numbers."""
    for part in config.nav:
        if "Decisions" in part:
            there = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
            part["Decisions"] += [f"decisions/{path.name}" for path in there]
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are made from the code."""
    for path, text in (
        ("reference/commands.md", commands()),
        ("reference/http.md", http()),
        ("reference/bundle.md", bundle()),
    ):
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Add the list of decisions to their first page."""
    if page.file.src_uri != "decisions/index.md":
        return markdown
    found = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    rows = [f"* [{_title(path)}]({path.name})" for path in found]
    return f"{markdown}\n" + "\n".join(rows) + "\n"


def _title(path: Path) -> str:
    return path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


def commands() -> str:
    """Every command of `titer`, as its own help says it."""
    import typer

    from titer.cli.main import app

    lines = ["# Commands", "", "Made from the program itself; `titer COMMAND --help` says the same.", ""]
    for name, command in _leaves(typer.main.get_command(app), ["titer"]):
        lines += [f"## {name}", "", (command.help or "").strip(), ""]
        rows = []
        for parameter in command.params:
            told = getattr(parameter, "help", None) or ""
            if parameter.param_type_name == "argument":
                shown = f"`{(parameter.metavar or parameter.name).upper()}`"
            else:
                shown = ", ".join(f"`{option}`" for option in [*parameter.opts, *parameter.secondary_opts])
            rows.append(f"| {shown} | {_cell(told)} |")
        if rows:
            lines += ["| Option | Meaning |", "| --- | --- |", *rows, ""]
    return "\n".join(lines)


def _cell(text: str) -> str:
    """The first line of a text, as a table's cell."""
    return text.partition("\n")[0].replace("|", "\\|")


def _leaves(command: Any, path: list[str]) -> Iterator[tuple[str, Any]]:
    parts = getattr(command, "commands", None)
    if parts is None:
        yield " ".join(path), command
        return
    for name in sorted(parts):
        yield from _leaves(parts[name], [*path, name])


def http() -> str:
    """Every route of the hub, by layer, as the OpenAPI document of the pages' client has it."""
    document = json.loads((ROOT / "web" / "openapi.json").read_text(encoding="utf-8"))
    by_tag: dict[str, list[str]] = {}
    for path, methods in sorted(document["paths"].items()):
        for method, operation in methods.items():
            said = operation.get("description") or operation.get("summary") or ""
            row = f"| `{method.upper()} {path}` | {_cell(said)} |"
            by_tag.setdefault((operation.get("tags") or ["hub"])[0], []).append(row)
    lines = [
        "# HTTP interface",
        "",
        "The pages, the commands and the demo's robots use these routes and no others. A running hub describes them",
        "with their bodies in `/api/openapi.json`. A session is opened with `POST /api/session`; each request that",
        "changes something bears the header `X-CSRF-Token`. Refusals are problem details (RFC 9457).",
        "",
    ]
    for tag, rows in sorted(by_tag.items()):
        lines += [f"## {tag}", "", "| Route | What it does |", "| --- | --- |", *rows, ""]
    return "\n".join(lines)


def bundle() -> str:
    """What the one-file verifier says of itself and of the format."""
    source = (ROOT / "verify" / "titer-verify.py").read_text(encoding="utf-8")
    said = ast.get_docstring(ast.parse(source)) or ""
    return f"# The bundle and its verifier\n\nFrom the head of `verify/titer-verify.py`:\n\n```text\n{said}\n```\n"
